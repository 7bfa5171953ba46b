package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.check.OnDeleteRule;
import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.orm.BootDifferences;
import io.countercache.hibernate.internal.orm.BootModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.engine.spi.CascadingActions;
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
     * @param annotated the attribute whose {@code @OnDelete} it has: of an element of a collection, that on the other side
     * @param isRemoved whether a session that removes the row that they refer to removes its rows, too
     * @param isRestricted whether its rows have a {@code @SQLRestriction}: then {@code @OnDelete} is refused
     * @param action what it does to its rows when the row that they refer to is deleted; null for nothing
     */
    record MappedKey(
            String table,
            Set<String> columns,
            @Nullable String place,
            @Nullable String annotated,
            boolean isRemoved,
            boolean isRestricted,
            OnDelete.@Nullable Action action) {}

    private record Columns(Table table, Set<Column> columns) {}

    public static MappedKeys read(Metadata metadata, SqlStringGenerationContext names) {
        Places places = new Places(metadata);
        List<MappedKey> keys = new ArrayList<>();
        for (Table table : metadata.collectTableMappings()) {
            for (ForeignKey key : BootDifferences.foreignKeys(table)) {
                if (key.isCreationEnabled() && !table.isSubselect()) {
                    Columns columns = new Columns(table, Set.copyOf(key.getColumns()));
                    keys.add(new MappedKey(
                            names.format(table.getQualifiedTableName()),
                            LiveSchema.plain(key.getColumns().stream()
                                    .map(Column::getName)
                                    .toList()),
                            places.names.get(columns),
                            places.annotated.get(columns),
                            places.removed.contains(columns),
                            places.restricted.contains(table),
                            OnDeleteRule.action(key.getKeyDefinition(), key.getOnDeleteAction())));
                }
            }
        }
        return new MappedKeys(List.copyOf(keys));
    }

    /** The attributes that foreign keys belong to. */
    private static final class Places {

        final Map<Columns, String> names = new HashMap<>();
        final Map<Columns, String> annotated = new HashMap<>();
        final Set<Columns> removed = new HashSet<>();
        final Set<Table> restricted = new HashSet<>();
        private final Metadata metadata;

        Places(Metadata metadata) {
            this.metadata = metadata;
            metadata.getCollectionBindings().forEach(this::element);
            for (Collection collection : metadata.getCollectionBindings()) {
                String place = BootModel.name(collection);
                put(collection.getKey(), place, place);
            }
            for (PersistentClass entity : metadata.getEntityBindings()) {
                entity.getProperties().forEach(attribute -> read(attribute, entity.getJpaEntityName()));
                if (entity.getRootClass().getWhere() != null) {
                    restricted.add(entity.getTable());
                }
                if (entity.getIdentifier() instanceof Component id) {
                    id.getProperties().forEach(attribute -> read(attribute, entity.getJpaEntityName()));
                }
            }
        }

        /** An {@code @OnDelete} on a collection is one of its key: that of its elements is the key of the other side. */
        private void element(Collection collection) {
            PersistentClass element = BootModel.target(collection.getElement(), metadata);
            if (collection.getElement() instanceof ToOne && element != null && !collection.isInverse()) {
                put(
                        collection.getElement(),
                        BootModel.name(collection),
                        "a @ManyToMany(mappedBy = \"%s\") in %s"
                                .formatted(BootModel.attribute(collection), element.getJpaEntityName()));
            }
        }

        private void read(Property attribute, String owner) {
            String place = owner + "." + attribute.getName();
            Value value = attribute.getValue();
            if (value instanceof Component embedded) {
                embedded.getProperties().forEach(part -> read(part, place));
            } else if (value instanceof ToOne) {
                put(value, place, place);
            }
            if (value instanceof Collection collection
                    && collection.isOneToMany()
                    && attribute.getCascadeStyle().doCascade(CascadingActions.REMOVE)) {
                removed.add(columns(collection.getKey()));
            }
        }

        private void put(Value columns, String name, String annotatedPlace) {
            names.put(columns(columns), name);
            annotated.put(columns(columns), annotatedPlace);
        }

        private static Columns columns(Value value) {
            return new Columns(value.getTable(), BootModel.columns(value));
        }
    }
}
