package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.orm.BootDifferences;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Selectable;
import org.hibernate.mapping.Table;
import org.jspecify.annotations.Nullable;

/**
 * The unique constraints, unique indexes and natural ids of all entities. Hibernate knows them only while it builds the
 * session factory, so they are read then.
 *
 * @param byEntity by the name of the entity, the names of the attributes of each key
 */
public record UniqueKeys(Map<String, List<Set<String>>> byEntity) {

    private static final Pattern OTHERWISE = Pattern.compile("\\b(where|deferrable)\\b", Pattern.CASE_INSENSITIVE);

    public static UniqueKeys read(Metadata metadata) {
        Map<String, List<Set<String>>> byEntity = new HashMap<>();
        for (PersistentClass entity : metadata.getEntityBindings()) {
            List<Set<String>> keys = keys(entity);
            if (!keys.isEmpty()) {
                byEntity.put(entity.getEntityName(), keys);
            }
        }
        return new UniqueKeys(Map.copyOf(byEntity));
    }

    /** The keys of an entity without its identifier: the names of the attributes of each. */
    List<Set<String>> of(String entity) {
        return byEntity.getOrDefault(entity, List.of());
    }

    private static List<Set<String>> keys(PersistentClass entity) {
        Table table = entity.getTable();
        Set<Set<Column>> unique = new LinkedHashSet<>();
        table.getUniqueKeys().values().stream()
                .filter(key -> isForAllRows(BootDifferences.options(key)))
                .forEach(key -> unique.add(new HashSet<>(key.getColumns())));
        table.getIndexes().values().stream()
                .filter(index -> index.isUnique() && isForAllRows(BootDifferences.options(index)))
                .forEach(index -> unique.add(columns(index.getSelectables())));
        table.getColumns().stream().filter(Column::isUnique).forEach(column -> unique.add(Set.of(column)));
        List<Set<String>> keys = new ArrayList<>();
        for (Set<Column> columns : unique) {
            Set<String> attributes = attributes(entity, columns);
            if (!attributes.isEmpty() && !keys.contains(attributes)) {
                keys.add(attributes);
            }
        }
        return List.copyOf(keys);
    }

    /** Whether a key is checked for each row and at once: by a partial or a deferred one no database finds the row to change. */
    private static boolean isForAllRows(@Nullable String options) {
        return options == null || !OTHERWISE.matcher(options).find();
    }

    private static Set<Column> columns(Collection<Selectable> selectables) {
        Set<Column> columns = new HashSet<>();
        for (Selectable selectable : selectables) {
            if (!(selectable instanceof Column column)) {
                return Set.of(); // a key with an expression is not known by attributes
            }
            columns.add(column);
        }
        return columns;
    }

    /** The attributes that have exactly these columns; empty if there are none. */
    private static Set<String> attributes(PersistentClass entity, Set<Column> columns) {
        Set<String> attributes = new LinkedHashSet<>();
        Set<Column> missing = new HashSet<>(columns);
        for (Property property : entity.getPropertyClosure()) {
            Set<Column> own = columns(property.getSelectables());
            if (property.isInsertable() && !own.isEmpty() && missing.containsAll(own)) {
                attributes.add(property.getName());
                missing.removeAll(own);
            }
        }
        return missing.isEmpty() ? Set.copyOf(attributes) : Set.of();
    }
}
