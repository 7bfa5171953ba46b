package io.countercache.hibernate.spring;

import io.countercache.Drift;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.observe.Verified;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.size.SizedSemantics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.PluralAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** The counters of a session factory as the endpoint shows them: numbers, texts, lists and maps. */
final class DeclaredCounters {

    private DeclaredCounters() {}

    /**
     * The counters of an entity.
     *
     * @param counters those that are equal to their children
     * @param changedByHand the others
     * @param lastVerified what was found when all rows were looked at last; null if they never were, by this application
     */
    record OfEntity(
            List<Derived> counters,
            List<ChangedByHand> changedByHand,
            @Nullable Found lastVerified) {}

    /**
     * A counter that is equal to its children. What it does not have is null, or empty.
     *
     * @param attribute the attribute that holds it
     * @param counts children, elements or owners of the association
     * @param of the association: the entity and its attribute
     * @param size the collection whose size it tells
     */
    record Derived(
            String attribute,
            String counts,
            String of,
            @Nullable String where,
            @Nullable String sum,
            List<String> path,
            List<String> touch,
            @Nullable String size) {}

    /** A counter that is changed by hand, and its limits. */
    record ChangedByHand(
            String attribute, @Nullable Long min, @Nullable Long max) {}

    /**
     * What was found when all rows of an entity were looked at.
     *
     * @param repaired whether what was wrong is corrected
     * @param drifted how many of the examined rows were wrong
     * @param byCounter how many were wrong by each counter
     * @param failures how many chunks could not be done
     */
    record Found(
            Instant at,
            boolean repaired,
            long examined,
            long drifted,
            Map<String, Long> byCounter,
            int failures,
            List<Wrong> first) {

        static Found of(Verified verified) {
            return new Found(
                    verified.at(),
                    verified.repaired(),
                    verified.examined(),
                    verified.drifted(),
                    new TreeMap<>(verified.byCounter()),
                    verified.failures(),
                    verified.first().stream().map(Wrong::of).toList());
        }
    }

    /** A counter that was wrong. */
    record Wrong(Object id, String counter, @Nullable Number stored, Number actual) {

        private static Wrong of(Drift drift) {
            // an id may be of any class, with whatever that refers to
            Object id = drift.id() instanceof Number number ? number : String.valueOf(drift.id());
            return new Wrong(id, drift.counter(), drift.stored(), drift.actual());
        }
    }

    /** Of each entity that has counters, by its name. */
    static Map<String, OfEntity> of(SessionFactoryImplementor factory) {
        Installation installed = Installation.in(factory);
        Map<String, OfEntity> entities = new TreeMap<>();
        if (installed != null) {
            for (String name : names(installed.model())) {
                EntityPersister entity = Entities.entity(name, factory);
                entities.put(Entities.name(entity), of(entity, installed));
            }
        }
        return entities;
    }

    private static Set<String> names(CounterModel model) {
        Set<String> names = new TreeSet<>();
        model.definitions().forEach(counter -> names.add(counter.parent()));
        model.free().forEach(counter -> names.add(counter.entity()));
        return names;
    }

    private static OfEntity of(EntityPersister entity, Installation installed) {
        Verified verified = installed.activity().lastVerified().get(Entities.name(entity));
        List<Derived> derived = new ArrayList<>();
        for (CounterDefinition counter : installed.model().countersIn(entity)) {
            derived.add(derived(counter, entity));
        }
        return new OfEntity(
                derived,
                installed.model().free().stream()
                        .filter(counter -> counter.entity().equals(entity.getEntityName()))
                        .map(DeclaredCounters::byHand)
                        .toList(),
                verified == null ? null : Found.of(verified));
    }

    private static Derived derived(CounterDefinition counter, EntityPersister entity) {
        EntityPersister child = Entities.entity(counter.child(), entity.getFactory());
        return new Derived(
                counter.counter(),
                counter.counts().name().toLowerCase(Locale.ROOT),
                Entities.name(child) + "." + counter.association(),
                orNull(counter.where()),
                orNull(counter.sum()),
                counter.path(),
                counter.touch(),
                sized(counter, entity));
    }

    private static @Nullable String sized(CounterDefinition counter, EntityPersister entity) {
        return collections(entity)
                .filter(each -> counter.counter().equals(SizedSemantics.counter(each.getCollectionDescriptor())))
                .map(PluralAttributeMapping::getAttributeName)
                .findFirst()
                .orElse(null);
    }

    private static Stream<PluralAttributeMapping> collections(EntityPersister entity) {
        List<PluralAttributeMapping> collections = new ArrayList<>();
        entity.getAttributeMappings().forEach(attribute -> {
            if (attribute instanceof PluralAttributeMapping collection) {
                collections.add(collection);
            }
        });
        return collections.stream();
    }

    private static ChangedByHand byHand(FreeCounter counter) {
        return new ChangedByHand(
                counter.counter(),
                counter.limits().hasMin() ? counter.limits().min() : null,
                counter.limits().hasMax() ? counter.limits().max() : null);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
