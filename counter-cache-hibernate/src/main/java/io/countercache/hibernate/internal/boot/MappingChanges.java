package io.countercache.hibernate.internal.boot;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.check.CounterAttribute;
import io.countercache.hibernate.internal.check.SlotTable;
import io.countercache.hibernate.internal.collection.CollectionMapping;
import io.countercache.hibernate.internal.declaration.Declarations;
import io.countercache.hibernate.internal.entity.ForeseenCounts;
import io.countercache.hibernate.internal.entity.SentDeletes;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import io.countercache.hibernate.internal.size.SizedSemantics;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.support.Settings;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.mapping.Property;

/**
 * Everything that the library changes in the application's mapping, in order. Each change is made by the class of its subject,
 * but all of them are called from here.
 *
 * @param deletes watches the DELETEs
 */
record MappingChanges(SentDeletes deletes) {

    /** Changes the boot model, before Hibernate builds persisters from it. */
    static MappingChanges inBootModel(
            Declarations declared,
            Settings settings,
            SkippingSessions skipping,
            Metadata metadata,
            SessionFactoryImplementor factory) {
        freezeCounters(declared, metadata);
        limitCounters(declared, metadata);
        spreadCounters(declared, Databases.of(factory).hasCaseSensitiveTables(), metadata);
        countDeletedRows(declared, metadata, factory);
        SentDeletes deletes = SentDeletes.watch(metadata);
        if (settings.collectionSize()) {
            boolean loadsDetached =
                    factory.getSessionFactoryOptions().isInitializeLazyStateOutsideTransactionsEnabled();
            declared.sizes()
                    .forEach(
                            (collection, counter) -> SizedSemantics.give(collection, counter, skipping, loadsDetached));
        }
        return new MappingChanges(deletes);
    }

    /** Entity UPDATEs do not write counters, and a counter's column is 0 by default. */
    private static void freezeCounters(Declarations declared, Metadata metadata) {
        for (CounterDefinition counter : declared.derived()) {
            CounterAttribute.freeze(attribute(counter.parent(), counter.counter(), metadata));
        }
        for (FreeCounter counter : declared.free()) {
            CounterAttribute.freeze(attribute(counter.entity(), counter.counter(), metadata));
        }
    }

    /** INSERTs write to counters what the library knows. */
    static void generateCounters(Declarations declared, ForeseenCounts foreseen, Metadata metadata) {
        for (CounterDefinition counter : declared.derived()) {
            Property attribute = attribute(counter.parent(), counter.counter(), metadata);
            CounterAttribute.generate(attribute, type -> foreseen.generator(counter, type));
        }
        for (FreeCounter counter : declared.free()) {
            Property attribute = attribute(counter.entity(), counter.counter(), metadata);
            CounterAttribute.generate(attribute, type -> foreseen.generator(null, type));
        }
    }

    /** The columns of limited counters have check constraints. */
    private static void limitCounters(Declarations declared, Metadata metadata) {
        for (FreeCounter counter : declared.free()) {
            CounterAttribute.limit(
                    attribute(counter.entity(), counter.counter(), metadata),
                    counter.limits(),
                    metadata.getDatabase().getDialect());
        }
    }

    /** Counters with slots are read together with these, whose tables are a part of the schema. */
    private static void spreadCounters(Declarations declared, boolean quotes, Metadata metadata) {
        for (CounterDefinition counter : declared.derived()) {
            SlotTable.spread(
                    attribute(counter.parent(), counter.counter(), metadata), counter.slots(), quotes, metadata);
        }
        for (FreeCounter counter : declared.free()) {
            SlotTable.spread(
                    attribute(counter.entity(), counter.counter(), metadata), counter.slots(), quotes, metadata);
        }
    }

    private static Property attribute(String entity, String counter, Metadata metadata) {
        return requireNonNull(BootModel.own(metadata.getEntityBinding(entity), counter));
    }

    /** DELETEs of counted collections report how many rows they have hit. */
    private static void countDeletedRows(Declarations declared, Metadata metadata, SessionFactoryImplementor factory) {
        for (CounterDefinition counter : declared.derived()) {
            if (counter.counts() != Counts.CHILDREN) {
                CollectionMapping.countDeletes(
                        metadata.getCollectionBinding(counter.child() + "." + counter.association()),
                        metadata,
                        factory.getSqlStringGenerationContext());
            }
        }
    }
}
