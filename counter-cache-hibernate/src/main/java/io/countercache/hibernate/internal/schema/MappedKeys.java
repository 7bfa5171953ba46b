package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.check.OnDeleteRule;
import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.orm.BootModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.ForeignKey;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Table;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.Value;
import org.jspecify.annotations.Nullable;

/** The foreign keys as the mapping declares them: by names, because Hibernate's boot model goes after the boot. */
public record MappedKeys(List<MappedKey> all) {

    /**
     * A foreign key of the mapping.
     *
     * @param place the attribute that it belongs to; null if it belongs to none, as that of a subclass to its superclass
     * @param action what it does to its rows when the row that they refer to is deleted; null for nothing
     */
    record MappedKey(
            String table, Set<String> columns, @Nullable String place, OnDelete.@Nullable Action action) {}

    private record Columns(Table table, Set<Column> columns) {}

    public static MappedKeys read(Metadata metadata, SqlStringGenerationContext names) {
        Map<Columns, String> places = places(metadata);
        List<MappedKey> keys = new ArrayList<>();
        for (Table table : metadata.collectTableMappings()) {
            for (ForeignKey key : table.getForeignKeyCollection()) {
                if (key.isCreationEnabled() && !table.isSubselect()) {
                    keys.add(new MappedKey(
                            names.format(table.getQualifiedTableName()),
                            LiveSchema.plain(key.getColumns().stream()
                                    .map(Column::getName)
                                    .toList()),
                            places.get(new Columns(table, Set.copyOf(key.getColumns()))),
                            OnDeleteRule.action(key.getKeyDefinition(), key.getOnDeleteAction())));
                }
            }
        }
        return new MappedKeys(List.copyOf(keys));
    }

    private static Map<Columns, String> places(Metadata metadata) {
        Map<Columns, String> places = new HashMap<>();
        for (Collection collection : metadata.getCollectionBindings()) {
            put(collection.getKey(), BootModel.name(collection), places);
            if (collection.getElement() instanceof ToOne) {
                put(collection.getElement(), BootModel.name(collection), places);
            }
        }
        for (PersistentClass entity : metadata.getEntityBindings()) {
            entity.getProperties().forEach(attribute -> read(attribute, entity.getJpaEntityName(), places));
            if (entity.getIdentifier() instanceof Component id) {
                id.getProperties().forEach(attribute -> read(attribute, entity.getJpaEntityName(), places));
            }
        }
        return places;
    }

    private static void read(Property attribute, String owner, Map<Columns, String> places) {
        String place = owner + "." + attribute.getName();
        if (attribute.getValue() instanceof Component embedded) {
            embedded.getProperties().forEach(part -> read(part, place, places));
        } else if (attribute.getValue() instanceof ToOne) {
            put(attribute.getValue(), place, places);
        }
    }

    private static void put(Value columns, String place, Map<Columns, String> places) {
        if (columns.getTable() != null && !columns.getColumns().isEmpty()) {
            places.put(new Columns(columns.getTable(), Set.copyOf(columns.getColumns())), place);
        }
    }
}
