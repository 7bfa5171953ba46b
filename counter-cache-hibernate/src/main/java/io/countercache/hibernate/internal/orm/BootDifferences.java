package io.countercache.hibernate.internal.orm;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.binder.internal.TenantIdBinder;
import org.hibernate.mapping.Any;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.Constraint;
import org.hibernate.mapping.ForeignKey;
import org.hibernate.mapping.Index;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Table;
import org.hibernate.mapping.UniqueKey;
import org.hibernate.type.MetaType;
import org.jspecify.annotations.Nullable;

/** What the boot model has under other names, or not at all, in other versions of Hibernate. */
public final class BootDifferences {

    private static final OptionalMethod IS_UPDATABLE =
            OptionalMethod.of(Property.class, 0, "isUpdatable", "isUpdateable");
    private static final OptionalMethod SET_UPDATABLE =
            OptionalMethod.of(Property.class, 1, "setUpdatable", "setUpdateable");
    private static final OptionalMethod COLUMN_OPTIONS = OptionalMethod.of(Column.class, 0, "getOptions");
    private static final OptionalMethod KEY_OPTIONS = OptionalMethod.of(UniqueKey.class, 0, "getOptions");
    private static final OptionalMethod INDEX_OPTIONS = OptionalMethod.of(Index.class, 0, "getOptions");
    private static final OptionalMethod FOREIGN_KEYS =
            OptionalMethod.of(Table.class, 0, "getForeignKeyCollection", "getForeignKeys");
    private static final OptionalMethod IMPLICIT_VALUES =
            OptionalMethod.of(MetaType.class, 0, "getImplicitValueStrategy");
    private static final OptionalMethod SET_DELETE_ALL =
            OptionalMethod.of(org.hibernate.mapping.Collection.class, 2, "setCustomSQLDeleteAll");
    private static final OptionalMethod SET_CHECKED_DELETE_ALL =
            OptionalMethod.of(org.hibernate.mapping.Collection.class, 3, "setCustomSQLDeleteAll");

    private static final OptionalMethod ADD_FOREIGN_KEY = OptionalMethod.of(Table.class, 4, "createForeignKey");
    private static final OptionalMethod ADD_FOREIGN_KEY_WITH_OPTIONS =
            OptionalMethod.of(Table.class, 5, "createForeignKey");

    private BootDifferences() {}

    public static boolean isUpdatable(Property attribute) {
        return (Boolean) requireNonNull(IS_UPDATABLE.call(attribute));
    }

    public static void setUpdatable(Property attribute, boolean updatable) {
        SET_UPDATABLE.call(attribute, updatable);
    }

    /** SQL that the application adds to the definition of a column; null for none, and before Jakarta Persistence 3.2. */
    public static @Nullable String options(Column column) {
        return (String) COLUMN_OPTIONS.callOrNull(column);
    }

    /** The same of a unique constraint. */
    public static @Nullable String options(Constraint key) {
        return key instanceof UniqueKey ? (String) KEY_OPTIONS.callOrNull(key) : null;
    }

    /** The same of an index. */
    public static @Nullable String options(Index index) {
        return (String) INDEX_OPTIONS.callOrNull(index);
    }

    @SuppressWarnings("unchecked") // all versions have foreign keys as elements or as values
    public static Collection<ForeignKey> foreignKeys(Table table) {
        Object keys = FOREIGN_KEYS.call(table);
        return keys instanceof Map<?, ?> map
                ? (Collection<ForeignKey>) map.values()
                : (Collection<ForeignKey>) requireNonNull(keys);
    }

    /** The names of the filters of an entity. */
    public static Stream<String> filters(PersistentClass entity) {
        Collection<?> filters = entity.getFilters(); // of a class that has moved to another package
        return filters.stream().map(filter -> (String) requireNonNull(
                OptionalMethod.of(filter.getClass(), 0, "getName").call(filter)));
    }

    public static boolean isTenantFilter(String name) {
        return TenantIdBinder.FILTER_NAME.equals(name);
    }

    /** Whether an {@code @Any} may lead to an entity that it does not name. */
    public static boolean hasImplicitValues(Any any) {
        return IMPLICIT_VALUES.callOrNull(any.getType().getDiscriminatorType()) != null
                || !declaredValues(any).keySet().stream().allMatch(BootDifferences::isLiteral);
    }

    /** Since Hibernate 7.4 the keys have a type of their own. */
    private static Map<?, String> declaredValues(Any any) {
        return any.getMetaValues();
    }

    /** The values that were declared have a type of their own since Hibernate 7.4, beside those for null and for all others. */
    private static boolean isLiteral(Object value) {
        String type = value.getClass().getName();
        return !type.startsWith("org.hibernate.") || type.endsWith("$Literal");
    }

    /** Sets the SQL by which all rows of a collection are removed. */
    public static void setDeleteAll(org.hibernate.mapping.Collection collection, String sql) {
        if (SET_DELETE_ALL.exists()) {
            SET_DELETE_ALL.call(collection, sql, false);
        } else {
            SET_CHECKED_DELETE_ALL.call(collection, sql, false, null);
        }
    }

    /** Adds a foreign key to another table, whose rows take those of this one along. */
    public static void addForeignKey(String name, Table table, List<Column> columns, Table other) {
        Object key = ADD_FOREIGN_KEY.exists()
                ? ADD_FOREIGN_KEY.call(table, name, columns, other.getName(), null)
                : ADD_FOREIGN_KEY_WITH_OPTIONS.call(table, name, columns, other.getName(), null, null);
        ForeignKey added = (ForeignKey) requireNonNull(key);
        added.setReferencedTable(other);
        added.setOnDeleteAction(OnDeleteAction.CASCADE);
    }
}
