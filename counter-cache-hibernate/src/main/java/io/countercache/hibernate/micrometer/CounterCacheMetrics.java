package io.countercache.hibernate.micrometer;

import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.observe.Verified;
import io.countercache.hibernate.internal.orm.Entities;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.persistence.EntityManagerFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Meters of the counters of an entity manager factory: what they cost, what was refused or not counted, and what the last
 * verification has found.
 *
 * <pre>{@code
 * new CounterCacheMetrics(entityManagerFactory, Tags.empty()).bindTo(registry);
 * }</pre>
 *
 * All meters are there from the beginning. Their names begin with {@code counter.cache}; as those of Hibernate they have the tag
 * {@code entityManagerFactory}. A factory without counters, or for which the library is disabled, has none. Meters do not keep a closed
 * factory in memory.
 */
public final class CounterCacheMetrics implements MeterBinder {

    private static final String STATEMENTS = "statements";

    private final SessionFactoryImplementor factory;
    private final Tags tags;

    /**
     * Meters with the name of the factory: that of its persistence unit, or {@code default} if it has none.
     *
     * @param factory an open entity manager factory of Hibernate
     * @param tags more tags for each meter
     */
    public CounterCacheMetrics(EntityManagerFactory factory, Iterable<Tag> tags) {
        this(
                factory,
                Objects.requireNonNullElse(
                        factory.unwrap(SessionFactoryImplementor.class).getName(), "default"),
                tags);
    }

    /**
     * Meters with a name that tells this factory from others.
     *
     * @param factory an open entity manager factory of Hibernate
     * @param name the value of the tag {@code entityManagerFactory}
     * @param tags more tags for each meter
     */
    public CounterCacheMetrics(EntityManagerFactory factory, String name, Iterable<Tag> tags) {
        this.factory = factory.unwrap(SessionFactoryImplementor.class);
        this.tags = Tags.of(tags).and("entityManagerFactory", name);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Installation installed = Installation.in(factory);
        if (installed == null) {
            return;
        }
        Bound meters = new Bound(registry, installed.activity(), tags);
        meters.addFigures();
        for (EntityPersister parent : installed.model().parents()) {
            String entity = Entities.name(parent);
            meters.addAge(entity);
            installed.model().countersIn(parent).stream()
                    .map(CounterDefinition::counter)
                    .distinct()
                    .forEach(counter -> meters.addDrift(entity, counter));
        }
    }

    /** The meters of one registry. */
    private record Bound(MeterRegistry registry, Activity activity, Tags tags) {

        void addFigures() {
            addWrites("derived", Figure.DERIVED_STATEMENTS, Figure.DERIVED_UPDATES, Figure.DERIVED_ROWS);
            addTime("derived", Figure.DERIVED_STATEMENTS, Figure.DERIVED_NANOS);
            addWrites("explicit", Figure.EXPLICIT_STATEMENTS, Figure.EXPLICIT_UPDATES, Figure.EXPLICIT_ROWS);
            addTime("explicit", Figure.EXPLICIT_STATEMENTS, Figure.EXPLICIT_NANOS);
            add(
                    "round.trips.saved",
                    Figure.SAVED_ROUND_TRIPS,
                    null,
                    "Commits that went along with a statement of counters");
            String images = "Rows that were read or locked before a statement changed them";
            add("before.images", Figure.IMAGE_ROWS, BaseUnits.ROWS, images, "by", "session");
            add("before.images", Figure.BULK_ROWS, BaseUnits.ROWS, images, "by", "bulk");
            add(
                    "before.image.queries",
                    Figure.IMAGE_QUERIES,
                    null,
                    "Queries of sessions for rows that they were about to change");
            add("refused", Figure.REFUSED, STATEMENTS, "Statements refused because they cannot be counted");
            String uncounted = "Statements executed without being counted";
            add("uncounted", Figure.UNCOUNTED_NATIVE, STATEMENTS, uncounted, "reason", "native");
            add("uncounted", Figure.UNCOUNTED_IGNORED, STATEMENTS, uncounted, "reason", "ignored");
            add("recounts", Figure.RECOUNTS, null, "How often counters were compared with their children");
            add("repaired", Figure.REPAIRED_ROWS, BaseUnits.ROWS, "Rows with a wrong counter that was corrected");
        }

        private void addWrites(String counters, Figure statements, Figure updates, Figure rows) {
            add("statements", statements, STATEMENTS, "Statements of counters sent", "counters", counters);
            add("updates", updates, null, "UPDATEs of counters executed by the database", "counters", counters);
            add("rows", rows, BaseUnits.ROWS, "Rows whose counters were changed", "counters", counters);
        }

        private void addTime(String counters, Figure statements, Figure nanos) {
            FunctionTimer.builder(
                            name("writes"),
                            activity,
                            each -> each.get(statements),
                            each -> each.get(nanos),
                            TimeUnit.NANOSECONDS)
                    .tags(tags.and("counters", counters))
                    .description("Time in statements of counters, with the locks they wait for and the COMMIT in them")
                    .register(registry);
        }

        private void add(String name, Figure figure, @Nullable String unit, String description, String... more) {
            FunctionCounter.builder(name(name), activity, each -> each.get(figure))
                    .tags(tags.and(more))
                    .baseUnit(unit)
                    .description(description)
                    .register(registry);
        }

        void addDrift(String entity, String counter) {
            Gauge.builder(
                            name("drift"),
                            activity,
                            each -> drift(each.lastVerified().get(entity), counter))
                    .tags(tags.and("entity", entity, "counter", counter))
                    .baseUnit(BaseUnits.ROWS)
                    .description("Rows that the last verification has found wrong")
                    .register(registry);
        }

        /** Not a number while it is not known: nothing is verified yet, or not all rows could be. */
        private static double drift(@Nullable Verified last, String counter) {
            Long found = last == null ? null : last.byCounter().get(counter);
            if (last == null || found == null) {
                return Double.NaN;
            }
            long wrong = last.repaired() ? 0 : found;
            return wrong == 0 && last.failures() > 0 ? Double.NaN : wrong;
        }

        void addAge(String entity) {
            TimeGauge.builder(
                            name("verification.age"),
                            activity,
                            TimeUnit.MILLISECONDS,
                            each -> age(each.lastVerified().get(entity)))
                    .tags(tags.and("entity", entity))
                    .description("Time since the last verification or repair of all rows")
                    .register(registry);
        }

        private static double age(@Nullable Verified last) {
            return last == null
                    ? Double.NaN
                    : Duration.between(last.at(), Instant.now()).toMillis();
        }

        private static String name(String end) {
            return "counter.cache." + end;
        }
    }
}
