package io.countercache.hibernate.observe;

import static io.countercache.hibernate.support.TestServer.IS_H2;
import static io.countercache.hibernate.support.TestServer.IS_MARIADB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.observe.Verified;
import io.countercache.hibernate.micrometer.CounterCacheMetrics;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Figures;
import io.countercache.hibernate.support.Notes.Note;
import io.countercache.hibernate.support.Notes.Pad;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The meters of Micrometer. */
class CounterCacheMetricsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Comment.class, Author.class, Pad.class, Note.class)
            .setting(CounterCacheSettings.BULK, "reject");

    private MeterRegistry bound() {
        MeterRegistry registry = new SimpleMeterRegistry();
        new CounterCacheMetrics(db.factory(), Tags.of("region", "north")).bindTo(registry);
        return registry;
    }

    /** The value of a meter with these tags, of which there is one. */
    private static double value(MeterRegistry registry, String name, String... tags) {
        Meter meter = registry.get("counter.cache." + name).tags(tags).meter();
        return StreamSupport.stream(meter.measure().spliterator(), false)
                .filter(each -> each.getStatistic() != Statistic.TOTAL_TIME)
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static Set<String> meters(MeterRegistry registry) {
        return registry.getMeters().stream()
                .map(meter -> meter.getId().getTags().stream()
                        .filter(tag -> !Set.of("region", "entityManagerFactory").contains(tag.getKey()))
                        .map(tag -> " %s=%s".formatted(tag.getKey(), tag.getValue()))
                        .collect(Collectors.joining("", meter.getId().getName(), "")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** So that a dashboard, or an alert, finds them before anything has happened. */
    @Test
    void allAreThereFromTheBeginning() {
        MeterRegistry registry = bound();

        assertThat(meters(registry))
                .containsExactly(
                        "counter.cache.before.image.queries",
                        "counter.cache.before.images by=bulk",
                        "counter.cache.before.images by=session",
                        "counter.cache.drift counter=commentsCount entity=Author",
                        "counter.cache.drift counter=commentsCount entity=Post",
                        "counter.cache.drift counter=notesCount entity=Pad",
                        "counter.cache.recounts",
                        "counter.cache.refused",
                        "counter.cache.repaired",
                        "counter.cache.round.trips.saved",
                        "counter.cache.rows counters=derived",
                        "counter.cache.rows counters=explicit",
                        "counter.cache.statements counters=derived",
                        "counter.cache.statements counters=explicit",
                        "counter.cache.uncounted reason=ignored",
                        "counter.cache.uncounted reason=native",
                        "counter.cache.updates counters=derived",
                        "counter.cache.updates counters=explicit",
                        "counter.cache.verification.age entity=Author",
                        "counter.cache.verification.age entity=Pad",
                        "counter.cache.verification.age entity=Post",
                        "counter.cache.writes counters=derived",
                        "counter.cache.writes counters=explicit");
        assertThat(registry.getMeters()).allSatisfy(meter -> {
            assertThat(meter.getId().getDescription()).isNotBlank();
            assertThat(meter.getId().getTag("region")).isEqualTo("north");
            assertThat(meter.getId().getTag("entityManagerFactory")).isNotBlank();
        });
    }

    @Test
    void theyShowWhatWritesHaveCost() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        List<Post> posts = Blog.posts(2, db);
        MeterRegistry registry = bound();

        db.inTransaction(session ->
                posts.forEach(post -> session.persist(new Comment(session.getReference(Post.class, post.id)))));
        db.inTransaction(session -> {
            CounterCaches.of(session).on(Post.class, posts.get(0).id).increment("commentsCount");
            CounterCaches.of(session).on(Post.class, posts.get(0).id).decrement("commentsCount");
        });

        assertThat(value(registry, "statements", "counters", "derived")).isEqualTo(1);
        assertThat(value(registry, "updates", "counters", "derived")).isEqualTo(2);
        assertThat(value(registry, "rows", "counters", "derived")).isEqualTo(2);
        assertThat(value(registry, "statements", "counters", "explicit")).isEqualTo(2);
        assertThat(value(registry, "updates", "counters", "explicit")).isEqualTo(2);
        assertThat(value(registry, "rows", "counters", "explicit")).isEqualTo(2);
        assertThat(value(registry, "round.trips.saved")).isEqualTo(IS_H2 || IS_MARIADB ? 0 : 1);
        var writes =
                registry.get("counter.cache.writes").tags("counters", "derived").functionTimer();
        assertThat(writes.count()).isEqualTo(1);
        assertThat(writes.totalTime(TimeUnit.NANOSECONDS))
                .isCloseTo((double) Figures.of(db.factory()).get(Figure.DERIVED_NANOS), within(0.5));
    }

    @Test
    void theyShowWhatElseStatementsHaveDone() {
        db.inTransaction(session -> {
            session.persist(new Pad(1));
            List.of(1, 2, 3).forEach(id -> session.persist(new Note(id, session.find(Pad.class, 1L))));
        });
        MeterRegistry registry = bound();

        db.inTransaction(session -> {
            session.remove(session.find(Note.class, 1L));
            session.remove(session.find(Note.class, 2L));
        });
        db.inTransaction(session -> assertThatThrownBy(
                        () -> session.createMutationQuery("delete from Note").executeUpdate())
                .isInstanceOf(UncountableStatementException.class));
        db.inTransaction(session -> session.createMutationQuery("delete from Comment")
                .setComment(CounterCacheSettings.IGNORE_STATEMENT)
                .executeUpdate());
        db.inTransaction(
                session -> session.createNativeMutationQuery("delete from note").executeUpdate());
        CounterRepair.of(db.factory(), Pad.class).repair();

        assertThat(value(registry, "before.images", "by", "session")).isEqualTo(2);
        assertThat(value(registry, "before.images", "by", "bulk")).isZero();
        assertThat(value(registry, "before.image.queries")).isEqualTo(1);
        assertThat(value(registry, "refused")).isEqualTo(1);
        assertThat(value(registry, "uncounted", "reason", "ignored")).isEqualTo(1);
        assertThat(value(registry, "uncounted", "reason", "native")).isEqualTo(1);
        assertThat(value(registry, "recounts")).isEqualTo(1);
        assertThat(value(registry, "repaired")).isEqualTo(1);
    }

    // ---- drift ----

    private void verified(Instant at, boolean repaired, Map<String, Long> byCounter, int failures) {
        Figures.of(db.factory()).verified(new Verified("Post", at, repaired, 10, 4, byCounter, List.of(), failures));
    }

    private double drift(MeterRegistry registry) {
        return value(registry, "drift", "entity", "Post", "counter", "commentsCount");
    }

    @Test
    void driftIsNoNumberWhileItIsNotKnown() {
        MeterRegistry registry = bound();
        assertThat(drift(registry)).isNaN();

        verified(Instant.now(), false, Map.of("commentsCount", 0L), 1);
        assertThat(drift(registry)).as("some rows could not be looked at").isNaN();
        assertThat(value(registry, "drift", "entity", "Author", "counter", "commentsCount"))
                .as("another entity")
                .isNaN();
    }

    @Test
    void driftIsWhatTheLastVerificationHasFound() {
        MeterRegistry registry = bound();

        verified(Instant.now(), false, Map.of("commentsCount", 4L), 1);
        assertThat(drift(registry)).isEqualTo(4);

        verified(Instant.now(), false, Map.of("commentsCount", 0L), 0);
        assertThat(drift(registry)).isZero();
    }

    @Test
    void driftIsKnownAsSoonAsAllRowsAreVerified() {
        Blog.posts(3, db);
        db.execute("update post set comments_count = 7 where title <> 'post 0'");
        MeterRegistry registry = bound();

        CounterRepair.verifyAll(db.factory());
        assertThat(drift(registry)).isEqualTo(2);
        assertThat(value(registry, "drift", "entity", "Pad", "counter", "notesCount"))
                .isZero();

        CounterRepair.of(db.factory(), Post.class).repair();
        assertThat(drift(registry)).isZero();
        assertThat(value(registry, "repaired")).isEqualTo(2);
    }

    @Test
    void nothingIsWrongAfterARepair() {
        MeterRegistry registry = bound();

        verified(Instant.now(), true, Map.of("commentsCount", 4L), 0);

        assertThat(drift(registry)).isZero();
    }

    @Test
    void theAgeOfAVerificationIsKnown() {
        MeterRegistry registry = bound();
        assertThat(value(registry, "verification.age", "entity", "Post")).isNaN();

        verified(Instant.now().minusSeconds(3600), false, Map.of(), 0);

        var age = registry.get("counter.cache.verification.age")
                .tags("entity", "Post")
                .timeGauge();
        assertThat(age.value(TimeUnit.SECONDS)).isCloseTo(3600, within(60.0));
    }

    // ---- factories ----

    @Test
    void aFactoryMayHaveAName() {
        MeterRegistry registry = new SimpleMeterRegistry();

        new CounterCacheMetrics(db.factory(), "blog", Tags.empty()).bindTo(registry);

        assertThat(registry.getMeters())
                .isNotEmpty()
                .allMatch(meter -> "blog".equals(meter.getId().getTag("entityManagerFactory")));
    }

    @Test
    void aFactoryWithoutCountersHasNone() {
        MeterRegistry registry = new SimpleMeterRegistry();

        try (var disabled = db.configuration()
                .setProperty(CounterCacheSettings.ENABLED, "false")
                .buildSessionFactory()) {
            new CounterCacheMetrics(disabled, Tags.empty()).bindTo(registry);
        }

        assertThat(registry.getMeters()).isEmpty();
    }
}
