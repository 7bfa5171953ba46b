package io.countercache.hibernate.internal.orm;

import static java.util.Objects.requireNonNull;

import io.countercache.CounterCacheException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.binder.internal.TenantIdBinder;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.generator.Generator;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.spi.EntityInstantiator;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Finds entities in Hibernate's runtime model, and checks the classes and ids that users name. */
public final class Entities {

    private static final OptionalMethod GENERATORS = ofPersister("getGenerators");
    private static final OptionalMethod VERSION_INDEX = ofPersister("getVersionPropertyIndex", "getVersionProperty");
    private static final OptionalMethod DYNAMIC_INSERT = ofPersister("isDynamicInsert");
    private static final OptionalMethod DYNAMIC_UPDATE = ofPersister("isDynamicUpdate");
    private static final OptionalMethod INSTANTIATE = OptionalMethod.of(EntityInstantiator.class, 0, "instantiate");
    private static final OptionalMethod INSTANTIATE_OF = OptionalMethod.of(EntityInstantiator.class, 1, "instantiate");

    private Entities() {}

    /** The name of an entity in queries. */
    public static String name(EntityPersister entity) {
        return entity.getFactory()
                .getRuntimeMetamodels()
                .getJpaMetamodel()
                .entity(entity.getEntityName())
                .getName();
    }

    /** Whether its id is an attribute of one column. */
    public static boolean hasSimpleId(EntityPersister entity) {
        return entity.getIdentifierMapping() instanceof BasicEntityIdentifierMapping;
    }

    /** What gives values to the attributes of an entity, by their positions; null for those that have none. */
    public static @Nullable Generator[] generators(EntityPersister entity) {
        return (Generator[]) requireNonNull(GENERATORS.call(entity));
    }

    /** Whether an INSERT gives the entity its id. Before Hibernate 7 an id of the application has a generator that returns it. */
    public static boolean hasGeneratedId(EntityPersister entity) {
        Generator generator = entity.getGenerator();
        return generator.generatesOnInsert()
                && !generator.getClass().getSimpleName().equals("Assigned");
    }

    /** The position of the version; of an entity that has one. */
    public static int versionIndex(EntityPersister entity) {
        return (Integer) requireNonNull(VERSION_INDEX.call(entity));
    }

    /** Whether an INSERT leaves out what is null. */
    public static boolean isDynamicInsert(EntityPersister entity) {
        return (Boolean) requireNonNull(DYNAMIC_INSERT.call(entity));
    }

    /** Whether an UPDATE leaves out what has not changed. */
    public static boolean isDynamicUpdate(EntityPersister entity) {
        return (Boolean) requireNonNull(DYNAMIC_UPDATE.call(entity));
    }

    /** Before Hibernate 7.2 a part of the persister knows this. */
    private static OptionalMethod ofPersister(String... names) {
        return OptionalMethod.of(EntityPersister.class, 0, names)
                .orOf(OptionalMethod.of(EntityPersister.class, 0, "getEntityMetamodel"), names[0]);
    }

    /** What Hibernate keeps of an instance in a session; null if that is stateless, or does not have it. */
    public static @Nullable EntityEntry entry(Object instance, SharedSessionContractImplementor session) {
        return session.isEventSource() ? session.getPersistenceContextInternal().getEntry(instance) : null;
    }

    /** A new instance of an entity. */
    public static Object instantiate(EntityPersister entity) {
        EntityInstantiator instantiator = entity.getRepresentationStrategy().getInstantiator();
        return requireNonNull(
                INSTANTIATE.exists()
                        ? INSTANTIATE.call(instantiator)
                        : INSTANTIATE_OF.call(instantiator, entity.getFactory()));
    }

    /** The persister of an entity by its name. */
    public static EntityPersister entity(String name, SessionFactoryImplementor factory) {
        return factory.getMappingMetamodel().getEntityDescriptor(name);
    }

    /**
     * The persister of an entity that a user names.
     *
     * @throws IllegalArgumentException if the class is not an entity
     */
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

    /** Whether an entity has this name or extends the entity of this name. */
    public static boolean isOrExtends(EntityPersister entity, String name) {
        return entity.isTypeOrSuperType(entity(name, entity.getFactory()));
    }

    /** Whether a row may be one of both entities: one of them extends the other. */
    public static boolean areRelated(EntityPersister one, EntityPersister other) {
        return one.isTypeOrSuperType(other) || other.isTypeOrSuperType(one);
    }

    /** The columns of a part of an entity, each with its table in front. */
    public static Set<String> columns(@Nullable ModelPart part) {
        Set<String> columns = new HashSet<>();
        if (part != null) {
            part.forEachSelectable((index, column) ->
                    columns.add(column.getContainingTableExpression() + "." + column.getSelectionExpression()));
        }
        return columns;
    }

    /** The tables that a part of an entity is in. */
    public static Set<String> tables(ModelPart part) {
        Set<String> tables = new HashSet<>();
        part.forEachSelectable((index, column) -> tables.add(column.getContainingTableExpression()));
        return tables;
    }

    /** Refuses an id of a type that ids of this entity do not have, before it is sent to the database. */
    public static void checkId(EntityPersister entity, @Nullable Object id) {
        Class<?> type = entity.getIdentifierType().getReturnedClass();
        if (!type.isInstance(id) && (id instanceof Iterable || id instanceof Object[])) {
            throw new IllegalArgumentException(
                    "%1$s has ids of type %2$s, and this is a collection: call on(%1$s.class, ids) with a Collection of those"
                            .formatted(name(entity), type.getSimpleName()));
        }
        if (!type.isInstance(id)) {
            throw new IllegalArgumentException("%s has ids of type %s, not %s: pass one of those"
                    .formatted(
                            name(entity),
                            type.getSimpleName(),
                            id == null ? "null" : id.getClass().getSimpleName()));
        }
    }

    /** Whether a filter of the session may hide rows of an entity. */
    public static boolean isFiltered(EntityPersister entity, SharedSessionContractImplementor session) {
        var influencers = session.getLoadQueryInfluencers();
        // the filter of the tenant may stay: the rows of its tenant are all rows that the session counts
        boolean onlyTenant = Set.of(TenantIdBinder.FILTER_NAME)
                .containsAll(influencers.getEnabledFilters().keySet());
        return !onlyTenant && entity.isAffectedByEnabledFilters(influencers, false);
    }

    /** Refuses to count rows of an entity while a filter of the session may hide some of them. */
    public static void refuseFilters(EntityPersister entity, SharedSessionContractImplementor session) {
        if (isFiltered(entity, session)) {
            throw new CounterCacheException(
                    "%s is filtered in this session, and rows that are hidden cannot be counted: disable %s, or use another session"
                            .formatted(
                                    name(entity),
                                    String.join(
                                            ", ",
                                            session.getLoadQueryInfluencers()
                                                    .getEnabledFilters()
                                                    .keySet())));
        }
    }
}
