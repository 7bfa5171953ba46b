package io.countercache.hibernate.spring;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.util.ClassUtils;

/**
 * All that the library looks up by reflection, on any version of Hibernate: a native image has nothing else of that kind. Found
 * by Spring. Those who build native images without Spring have the same in {@code META-INF/native-image}; a test compares the two
 * with each other and with the code.
 */
public final class CounterCacheHints implements RuntimeHintsRegistrar {

    private static final String LIBRARY = "io.countercache.hibernate.internal.";
    private static final String MULTI_TABLE = "org.hibernate.query.sqm.mutation.spi.SqmMultiTable";
    private static final String COLLECTIONS = "org.hibernate.collection.spi.";

    /** Classes by which one sees what there is. */
    static final List<String> CLASSES = List.of(
            "jdk.jfr.Event",
            "org.hibernate.action.queue.spi.QueueType",
            "org.hibernate.persister.entity.mutation.MergeCoordinatorStandard",
            "org.springframework.orm.jpa.EntityManagerHolder");

    /** Types whose public methods are not the same in all versions, or that need not be there. */
    static final List<String> METHODS = List.of(
            COLLECTIONS + "AbstractPersistentCollection",
            "org.hibernate.engine.spi.LoadQueryInfluencers",
            "org.hibernate.engine.spi.PersistenceContext",
            "org.hibernate.engine.spi.SharedSessionContractImplementor",
            "org.hibernate.event.spi.AbstractCollectionEvent",
            "org.hibernate.event.spi.AbstractEvent",
            "org.hibernate.internal.FilterConfiguration",
            "org.hibernate.mapping.Collection",
            "org.hibernate.mapping.Column",
            "org.hibernate.mapping.FilterConfiguration",
            "org.hibernate.mapping.Index",
            "org.hibernate.mapping.Property",
            "org.hibernate.mapping.RootClass",
            "org.hibernate.mapping.Table",
            "org.hibernate.mapping.UniqueKey",
            "org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping",
            "org.hibernate.metamodel.spi.EntityInstantiator",
            "org.hibernate.persister.entity.EntityPersister",
            MULTI_TABLE + "InsertStrategy",
            MULTI_TABLE + "MutationStrategy",
            "org.hibernate.resource.transaction.backend.jdbc.spi.JdbcResourceTransaction",
            "org.hibernate.tuple.entity.EntityMetamodel",
            "org.hibernate.type.MetaType",
            "org.postgresql.core.BaseConnection");

    /** Fields that are private, or not the same in all versions. */
    static final Map<String, List<String>> FIELDS = Map.of(
            "org.hibernate.mapping.Collection", List.of("cachedCollectionSemantics"),
            "org.hibernate.persister.entity.AbstractEntityPersister",
                    List.of("sqmMultiTableInsertStrategy", "sqmMultiTableMutationStrategy"),
            "org.hibernate.query.sqm.mutation.internal.cte.CteInsertHandler", List.of("select"),
            "org.hibernate.resource.transaction.backend.jta.internal.StatusTranslator", List.of("STATUS_FAILED_COMMIT"),
            "org.hibernate.sql.Template", List.of("TEMPLATE"));

    /** Collections of which all fields are copied when they are serialized. */
    static final List<String> COPIED = List.of(
            COLLECTIONS + "AbstractPersistentCollection",
            COLLECTIONS + "PersistentBag",
            COLLECTIONS + "PersistentIdentifierBag",
            COLLECTIONS + "PersistentList",
            COLLECTIONS + "PersistentMap",
            COLLECTIONS + "PersistentSet",
            COLLECTIONS + "PersistentSortedMap",
            COLLECTIONS + "PersistentSortedSet");

    /** Interfaces that a proxy has, each by itself. */
    static final List<String> PROXIES = List.of(
            MULTI_TABLE + "InsertStrategy",
            MULTI_TABLE + "MutationStrategy",
            "org.hibernate.sql.exec.spi.JdbcSelectExecutor");

    /** What {@code ServiceLoader} finds, by the files that tell it. */
    static final Map<String, List<String>> SERVICES = Map.of(
            "META-INF/services/org.hibernate.engine.extension.spi.ExtensionIntegration",
            List.of(LIBRARY + "orm.SessionAttachment"),
            "META-INF/services/org.hibernate.integrator.spi.Integrator",
            List.of(LIBRARY + "boot.CounterCacheIntegrator"),
            "META-INF/services/org.hibernate.service.spi.SessionFactoryServiceContributor",
            List.of(
                    LIBRARY + "support.FactoryScopeContributor",
                    LIBRARY + "bulk.hook.HookedJdbcServices",
                    LIBRARY + "transaction.CommitHook"));

    /** Called by Spring. */
    public CounterCacheHints() {}

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classes) {
        var reflection = hints.reflection();
        CLASSES.forEach(type -> reflection.registerTypeIfPresent(classes, type));
        METHODS.forEach(type -> reflection.registerTypeIfPresent(classes, type, MemberCategory.INVOKE_PUBLIC_METHODS));
        FIELDS.forEach((type, fields) ->
                reflection.registerTypeIfPresent(classes, type, hint -> fields.forEach(hint::withField)));
        COPIED.forEach(type -> reflection.registerTypeIfPresent(
                classes,
                type,
                hint -> Stream.of(ClassUtils.resolveClassName(type, classes).getDeclaredFields())
                        .forEach(field -> hint.withField(field.getName()))));
        SERVICES.forEach((file, services) -> {
            hints.resources().registerPattern(file);
            services.forEach(service ->
                    reflection.registerTypeIfPresent(classes, service, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS));
        });
        PROXIES.forEach(type -> hints.proxies().registerJdkProxy(TypeReference.of(type)));
    }
}
