package io.countercache.hibernate.internal.orm;

import io.countercache.CounterCacheException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.binder.internal.TenantIdBinder;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Finds entities in Hibernate's runtime model, and checks what users say of them. */
public final class Entities {

    private Entities() {}

    /** The persister of an entity by its name. */
    public static EntityPersister entity(String name, SessionFactoryImplementor factory) {
        return factory.getMappingMetamodel().getEntityDescriptor(name);
    }

    /** The persister of an entity that a user names. */
    public static EntityPersister entity(@Nullable Class<?> type, SessionFactoryImplementor factory) {
        EntityPersister entity =
                type == null ? null : factory.getMappingMetamodel().findEntityDescriptor(type);
        if (entity == null) {
            throw new IllegalArgumentException("%s is not an entity: name one that has counters"
                    .formatted(type == null ? "null" : type.getName()));
        }
        return entity;
    }

    /** An entity, and all that extend it. */
    public static Stream<EntityPersister> withSubclasses(EntityPersister entity) {
        return entity.getSubclassEntityNames().stream().map(name -> entity(name, entity.getFactory()));
    }

    /** Whether an entity is the one of this name, or extends it. */
    public static boolean isOrExtends(EntityPersister entity, String name) {
        return entity.isTypeOrSuperType(entity(name, entity.getFactory()));
    }

    /** What a part of an entity is stored in, each with its table. */
    public static Set<String> columns(@Nullable ModelPart part) {
        Set<String> columns = new HashSet<>();
        if (part != null) {
            part.forEachSelectable((index, column) ->
                    columns.add(column.getContainingTableExpression() + "." + column.getSelectionExpression()));
        }
        return columns;
    }

    /** Refuses an id that cannot be one of this entity, before it reaches the database. */
    public static void checkId(EntityPersister entity, @Nullable Object id) {
        Class<?> type = entity.getIdentifierType().getReturnedClass();
        if (!type.isInstance(id)) {
            throw new IllegalArgumentException("%s has ids of type %s, not %s: pass one of those"
                    .formatted(
                            entity.getImportedName(),
                            type.getSimpleName(),
                            id == null ? "null" : id.getClass().getSimpleName()));
        }
    }

    /** Refuses to ask for rows of an entity where a filter of the session would hide some of them. */
    public static void refuseFilters(EntityPersister entity, SharedSessionContractImplementor session) {
        var influencers = session.getLoadQueryInfluencers();
        // a tenant's own rows are all that there is for its session
        boolean onlyTenant = Set.of(TenantIdBinder.FILTER_NAME)
                .containsAll(influencers.getEnabledFilters().keySet());
        if (!onlyTenant && entity.isAffectedByEnabledFilters(influencers, false)) {
            throw new CounterCacheException(
                    "%s is filtered in this session, and rows that are hidden cannot be counted: disable %s, or use another session"
                            .formatted(
                                    entity.getImportedName(),
                                    String.join(
                                            ", ",
                                            influencers.getEnabledFilters().keySet())));
        }
    }
}
