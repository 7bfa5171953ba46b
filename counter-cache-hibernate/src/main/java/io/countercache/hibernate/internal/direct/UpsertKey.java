package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Columns.ColumnValue;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.hibernate.TransientObjectException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.NonAggregatedIdentifierMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** The key that an upsert finds its row by: attributes that are unique together, and their values. */
final class UpsertKey {

    private final SharedSessionContractImplementor session;
    private final EntityPersister entity;
    private final Map<String, Object> values;

    /** Refuses attributes that are not known to be unique, and values of other types, before any SQL. */
    UpsertKey(
            SharedSessionContractImplementor session,
            EntityPersister entity,
            Map<String, ?> values,
            UniqueKeys uniqueKeys) {
        this.session = session;
        this.entity = entity;
        this.values = new TreeMap<>(values);
        checkUnique(uniqueKeys);
        this.values.forEach(this::check);
    }

    private void checkUnique(UniqueKeys uniqueKeys) {
        List<Set<String>> keys = new ArrayList<>();
        keys.add(Set.copyOf(idAttributes().keySet()));
        keys.addAll(uniqueKeys.of(entity.getEntityName()));
        if (!keys.contains(values.keySet())) {
            throw new IllegalArgumentException(
                    "%s is not known to be unique by (%s): name the attributes of a unique constraint, unique index or natural id: %s"
                            .formatted(
                                    Entities.name(entity),
                                    String.join(", ", values.keySet()),
                                    keys.stream()
                                            .map(each ->
                                                    each.stream().sorted().collect(Collectors.joining(", ", "(", ")")))
                                            .distinct()
                                            .collect(Collectors.joining(" or "))));
        }
    }

    private void check(String name, @Nullable Object value) {
        Class<?> type = attribute(name).getJavaType().getJavaTypeClass();
        boolean isOfType = MethodType.methodType(type).wrap().returnType().isInstance(value);
        if (!isOfType) {
            throw new IllegalArgumentException("%s.%s is of type %s, not %s: pass one of those"
                    .formatted(
                            Entities.name(entity),
                            name,
                            type.getSimpleName(),
                            value == null ? "null" : value.getClass().getSimpleName()));
        }
        if (!isSaved(name)) {
            throw new IllegalArgumentException("%s.%s refers to a %s that has no id: persist it first"
                    .formatted(Entities.name(entity), name, type.getSimpleName()));
        }
    }

    /** Whether the instance that a to-one attribute of the key refers to has an id; true for other attributes. */
    private boolean isSaved(String name) {
        try {
            return columns(name).stream().allMatch(column -> column.value() != null);
        } catch (TransientObjectException e) {
            return false;
        }
    }

    /** The attributes that make up the identifier: those of an {@code @IdClass}, or one. */
    private Map<String, ModelPart> idAttributes() {
        Map<String, ModelPart> attributes = new LinkedHashMap<>();
        if (entity.getIdentifierMapping() instanceof NonAggregatedIdentifierMapping composite) {
            composite
                    .getVirtualIdEmbeddable()
                    .forEachAttributeMapping(attribute -> attributes.put(attribute.getAttributeName(), attribute));
        } else {
            attributes.put(String.valueOf(entity.getIdentifierPropertyName()), entity.getIdentifierMapping());
        }
        return attributes;
    }

    /** The attribute of this name, which may be one of the identifier. */
    ModelPart attribute(String name) {
        ModelPart ofId = idAttributes().get(name);
        return ofId != null ? ofId : entity.findAttributeMapping(name);
    }

    private List<ColumnValue> columns(String name) {
        return Columns.columnValues(attribute(name), values.get(name), session);
    }

    /** The columns of the key, and their values. */
    List<ColumnValue> columns() {
        return values.keySet().stream().flatMap(name -> columns(name).stream()).toList();
    }

    Map<String, Object> values() {
        return values;
    }

    /** Whether the key is the identifier of the row. */
    boolean isId() {
        return values.keySet().equals(idAttributes().keySet());
    }
}
