package io.countercache.hibernate.internal.check;

import io.countercache.CounterCache;
import io.countercache.hibernate.internal.orm.BootDifferences;
import io.countercache.hibernate.internal.orm.BootModel;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.IndexedCollection;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Table;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Why rows of a child cannot be counted: Hibernate does not see all of their changes, or a recount does not see all of them. */
public final class ChildRowsCheck {

    private static final Logger LOG = Logger.getLogger(ChildRowsCheck.class);

    private ChildRowsCheck() {}

    /** Why the rows of a child cannot be counted, or null if they can. */
    public static @Nullable String uncountable(
            Metadata metadata,
            OnDeleteRules deletes,
            PersistentClass parent,
            PersistentClass child,
            String association,
            CounterCache annotation) {
        if (BootModel.hasTenants(child) && !BootModel.hasTenants(parent)) {
            return "%s has a @TenantId and %s has none, and a recount sees the rows of one tenant only: give both a @TenantId"
                    .formatted(child.getJpaEntityName(), parent.getJpaEntityName());
        }
        String readOnly = readOnly(child.getTable(), child.getJpaEntityName());
        if (readOnly != null) {
            return readOnly;
        }
        if (parent.getIdentifierMapper() != null && parent.getIdentifierMapper().equals(parent.getIdentifier())) {
            return "%s is its own identifier, because no other class has all of its @Id attributes: add an @IdClass"
                    .formatted(parent.getJpaEntityName());
        }
        String unseen =
                deletes.uncountable(child, association, !annotation.path().isEmpty(), annotation.where());
        return unseen == null
                ? shared(
                        metadata,
                        child,
                        association,
                        Stream.concat(names(annotation.where()), Stream.of(annotation.sum())))
                : unseen;
    }

    /** The problem that a part of a foreign key is a formula. */
    public static String computed(String association) {
        return association
                + " has a formula in its foreign key, whose value only the database knows: map it by columns only";
    }

    /** The words of a condition that may be names of attributes, and what these are in. */
    static Stream<String> names(String where) {
        return Stream.of(where.split("\\s*[^\\w.]+\\s*", -1))
                .flatMap(name -> Stream.of(name, name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name));
    }

    /**
     * Why changes of an association, or of other attributes, may be missed: somebody else writes their rows or columns, too,
     * without an event of the child. Null if nobody does.
     *
     * @param others the other attributes; names of none are left out
     */
    static @Nullable String shared(
            Metadata metadata, PersistentClass entity, String association, Stream<String> others) {
        Map<String, Property> watched = new LinkedHashMap<>();
        Stream.concat(Stream.of(association), others).forEach(name -> {
            Property property = BootModel.find(entity, name);
            if (property != null) {
                watched.put(name, property);
            }
        });
        for (Map.Entry<String, Property> attribute : watched.entrySet()) {
            String problem = shared(metadata, entity, attribute.getKey(), attribute.getValue());
            if (problem != null) {
                return problem;
            }
        }
        return new OtherWriters(metadata).ofRows(entity, OtherWriters.tablesOf(entity, watched.values().stream()));
    }

    private static @Nullable String shared(Metadata metadata, PersistentClass entity, String name, Property attribute) {
        return metadata.getCollectionBindings().stream()
                .filter(collection -> collection.isOneToMany()
                        && OtherWriters.writes(
                                attribute, collection.getCollectionTable(), written(collection, attribute)))
                .min(Comparator.comparing(BootModel::name))
                .map(writing -> "%s writes the column of %s.%s, and what it writes is not counted: %s"
                        .formatted(
                                BootModel.name(writing),
                                entity.getJpaEntityName(),
                                name,
                                writing.isInverse()
                                        ? "order it by @OrderBy, or give its index a column of its own"
                                        : "declare mappedBy on it"))
                .orElse(null);
    }

    /** Why the id of an instance may be another one than that of its row: a subclass hides it; or null. */
    public static @Nullable String hiddenIdentifier(PersistentClass entity) {
        PersistentClass hiding = BootModel.hidingIdentifier(entity);
        return hiding == null
                ? null
                : "%s has its own field for the identifier of %s, and sometimes one, sometimes the other is read: remove it from %s"
                        .formatted(
                                hiding.getJpaEntityName(),
                                entity.getRootClass().getJpaEntityName(),
                                hiding.getJpaEntityName());
    }

    /**
     * The columns of its elements that a collection writes: its key, and its index. The inverse side writes its index, too,
     * unless the elements do so by the attribute.
     */
    private static Set<Column> written(Collection collection, Property attribute) {
        Set<Column> written = new HashSet<>();
        if (!collection.isInverse() && collection.getKey().isUpdateable()) {
            written.addAll(BootModel.columns(collection.getKey()));
        }
        if (collection instanceof IndexedCollection indexed
                && !(collection.isInverse() && attribute.isInsertable() && BootDifferences.isUpdatable(attribute))
                && (indexed.getIndex().hasAnyInsertableColumns()
                        || indexed.getIndex().hasAnyUpdatableColumns())
                && !(collection instanceof org.hibernate.mapping.Map map && map.getMapKeyPropertyName() != null)) {
            written.addAll(BootModel.columns(indexed.getIndex()));
        }
        return written;
    }

    /**
     * Why rows can neither have counters nor be counted: Hibernate stores their old versions, too; null if it does not. An
     * UPDATE of a counter would change an old version or miss it, and a deleted row stays in the table.
     */
    public static @Nullable String withPast(boolean isPastKept, String name) {
        return isPastKept
                ? name
                        + " is @Temporal, and old versions of rows cannot be distinguished from current ones: remove one of the two"
                : null;
    }

    /** Why rows of an entity can neither have counters nor be counted: it is a query and not a table; null if it is a table. */
    static @Nullable String readOnly(Table table, String entity) {
        return table.isSubselect() || table.isView()
                ? "%s is a %s, whose rows are those of other tables and change without it: use the entity of the table"
                        .formatted(entity, table.isView() ? "@View" : "@Subselect")
                : null;
    }

    /** Logs a warning if a restriction hides rows: Hibernate's events include hidden rows, its queries do not. */
    public static void warnOfHidden(PersistentClass child) {
        if (child.getRootClass().getWhere() != null) {
            LOG.warnf(
                    "%s has a @SQLRestriction: rows that it hides are counted when Hibernate changes them but not by a"
                            + " recount: remove rows through Hibernate, or mark them with @SoftDelete",
                    child.getJpaEntityName());
        }
    }
}
