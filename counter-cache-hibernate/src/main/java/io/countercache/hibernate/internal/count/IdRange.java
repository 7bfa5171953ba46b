package io.countercache.hibernate.internal.count;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.EmbeddableMappingType;
import org.hibernate.metamodel.mapping.EmbeddableValuedModelPart;
import org.hibernate.metamodel.mapping.EntityIdentifierMapping;
import org.hibernate.metamodel.mapping.EntityMappingType;
import org.hibernate.metamodel.mapping.NonAggregatedIdentifierMapping;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an entity with ids in a range, in the order of the database.
 *
 * @param after the id before the first one; null for no lower bound
 * @param upTo the last id; null for no upper bound
 */
public record IdRange(
        EntityPersister entity,
        @Nullable Object after,
        @Nullable Object upTo) {

    /**
     * The first rows of a range, as a range.
     *
     * @param isLast whether there are no more rows after them
     */
    public record Chunk(IdRange range, long rows, Object lastId, boolean isLast) {

        /** The two halves of it; fewer if rows have been deleted meanwhile. */
        public List<Chunk> halves(SharedSessionContractImplementor session) {
            Chunk one = range.first((int) (rows / 2), session);
            if (one == null || one.isLast()) {
                return one == null ? List.of() : List.of(one);
            }
            Chunk other = new IdRange(range.entity(), one.lastId(), range.upTo()).first(Integer.MAX_VALUE, session);
            return other == null ? List.of(one) : List.of(one, other);
        }
    }

    /** Up to this many of the first rows; null if the range has none. Refuses a session whose filters could hide some. */
    @Nullable
    public Chunk first(int size, SharedSessionContractImplementor session) {
        Entities.refuseFilters(entity, session);
        List<Object> ids = query(ids(), Object.class, session)
                .setFirstResult(size - 1)
                .setMaxResults(1)
                .getResultList();
        if (!ids.isEmpty()) {
            return new Chunk(new IdRange(entity, after, ids.get(0)), size, ids.get(0), false);
        }
        List<Object> last = query("select id(p)" + from() + " order by id(p) desc", Object.class, session)
                .setMaxResults(1)
                .getResultList();
        return last.isEmpty() ? null : new Chunk(this, count(session), last.get(0), true);
    }

    /** The HQL query for the ids of all rows, in their order. */
    public String ids() {
        return "select id(p)" + from() + " order by id(p)";
    }

    public long count(SharedSessionContractImplementor session) {
        return query("select count(*)" + from(), Long.class, session).getSingleResult();
    }

    private String from() {
        return " from " + Hql.name(entity) + " p where " + contains("p");
    }

    private <R> SelectionQuery<R> query(String hql, Class<R> type, SharedSessionContractImplementor session) {
        SelectionQuery<R> query = session.createSelectionQuery(hql, type);
        bind(query);
        return query;
    }

    /** The HQL condition that the id of an alias lies in this range. */
    String contains(String alias) {
        return contains((String path) -> path.isEmpty() ? "id(" + alias + ")" : alias + "." + Hql.path(path));
    }

    /** The same of an id that is not composite, which is any expression. */
    String containsId(String id) {
        return contains((String path) -> id);
    }

    private String contains(UnaryOperator<String> part) {
        StringJoiner conditions = new StringJoiner(" and ");
        if (after != null) {
            conditions.add(compare(part, ">", ">", "after"));
        }
        if (upTo != null) {
            conditions.add(compare(part, "<", "<=", "upTo"));
        }
        return conditions.length() == 0 ? "1 = 1" : conditions.toString();
    }

    /** Compares column by column, because HQL has no greater and less for a composite id. */
    private String compare(UnaryOperator<String> part, String strict, String last, String parameter) {
        List<String> paths = new ArrayList<>(columns(null).keySet());
        StringJoiner alternatives = new StringJoiner(" or ", "(", ")");
        for (int i = 0; i < paths.size(); i++) {
            StringJoiner all = new StringJoiner(" and ");
            for (int equal = 0; equal < i; equal++) {
                all.add(part.apply(paths.get(equal)) + " = :" + parameter + equal);
            }
            all.add(part.apply(paths.get(i)) + " " + (i == paths.size() - 1 ? last : strict) + " :" + parameter + i);
            alternatives.add(all.toString());
        }
        return alternatives.toString();
    }

    /** Binds the parameters of the condition. */
    public void bind(SelectionQuery<?> query) {
        bind(query, "after", after);
        bind(query, "upTo", upTo);
    }

    private void bind(SelectionQuery<?> query, String parameter, @Nullable Object id) {
        if (id != null) {
            int i = 0;
            for (Object value : columns(id).values()) {
                query.setParameter(parameter + i++, value);
            }
        }
    }

    boolean isComposite() {
        return entity.getIdentifierMapping() instanceof EmbeddableValuedModelPart;
    }

    /** The parts of an id: for each its path from the entity, and its value. An id without parts has one empty path. */
    private Map<String, @Nullable Object> columns(@Nullable Object id) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        if (isComposite()) {
            addId("", entity, id, columns);
        } else {
            columns.put("", id);
        }
        return columns;
    }

    private static void addId(
            String prefix, EntityMappingType type, @Nullable Object id, Map<String, @Nullable Object> columns) {
        EntityIdentifierMapping mapping = type.getIdentifierMapping();
        if (mapping instanceof NonAggregatedIdentifierMapping several) {
            addParts(prefix, several.getVirtualIdEmbeddable(), several.getIdentifierValueMapper(), id, columns);
        } else if (mapping instanceof EmbeddableValuedModelPart composite) {
            var parts = composite.getEmbeddableTypeDescriptor();
            addParts(prefix + mapping.getAttributeName() + ".", parts, parts, id, columns);
        } else {
            columns.put(prefix + mapping.getAttributeName(), id);
        }
    }

    /**
     * Adds the parts of a composite id. For an association, these are the parts of the id of its target.
     *
     * @param parts the attributes of the entity
     * @param inId the attributes of the id: where the entity has an association, an {@code @IdClass} has the id of its target
     */
    private static void addParts(
            String prefix,
            EmbeddableMappingType parts,
            EmbeddableMappingType inId,
            @Nullable Object id,
            Map<String, @Nullable Object> columns) {
        for (int i = 0; i < parts.getNumberOfAttributeMappings(); i++) {
            AttributeMapping part = parts.getAttributeMapping(i);
            AttributeMapping partOfId = inId.getAttributeMapping(i);
            String path = prefix + part.getAttributeName();
            Object value = id == null ? null : inId.getValue(id, i);
            if (part instanceof ToOneAttributeMapping toOne) {
                EntityMappingType target = toOne.getAssociatedEntityMappingType();
                boolean isEntity = value != null && partOfId instanceof ToOneAttributeMapping;
                addId(
                        path + ".",
                        target,
                        isEntity
                                ? target.getEntityPersister()
                                        .getIdentifier(value, (SharedSessionContractImplementor) null)
                                : value,
                        columns);
            } else if (part instanceof EmbeddableValuedModelPart embedded) {
                var nested = embedded.getEmbeddableTypeDescriptor();
                addParts(path + ".", nested, nested, value, columns);
            } else {
                columns.put(path, value);
            }
        }
    }
}
