package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Index;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.TransactionRequiredException;
import jakarta.persistence.UniqueConstraint;
import jakarta.persistence.Version;
import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.annotations.CreationTimestamp;
import org.hibernate.annotations.NaturalId;
import org.hibernate.annotations.SourceType;
import org.hibernate.annotations.UpdateTimestamp;
import org.hibernate.annotations.UuidGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Counters of rows that may not be there yet. */
@Tag("databases")
class BumpTest {

    private static final LocalDate MAY = LocalDate.of(2026, 5, 1);

    @Entity(name = "ApiKey")
    static class ApiKey {
        @Id
        @GeneratedValue
        Long id;
    }

    @Entity(name = "RequestCounter")
    @Table(uniqueConstraints = @UniqueConstraint(columnNames = {"billing_period", "api_key_id"}))
    static class RequestCounter {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "api_key_id")
        ApiKey apiKey;

        @Column(name = "billing_period")
        LocalDate billingPeriod;

        @Counter(min = 0, max = 1000)
        int requestCount;

        @Counter
        @Column(columnDefinition = "bigint")
        Long refusedCount;

        String plan = "free";

        @Column(columnDefinition = "varchar(10) default 'column'")
        String note;

        @CreationTimestamp
        Instant createdAt;

        @UpdateTimestamp
        Instant updatedAt;
    }

    @Entity(name = "PageView")
    @Table(indexes = @Index(columnList = "token", unique = true))
    static class PageView {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @NaturalId
        String url;

        @Column(unique = true)
        Integer number;

        UUID token;

        long views;

        @UpdateTimestamp(source = SourceType.DB)
        Instant viewedAt;
    }

    record Day(String name, LocalDate day) implements Serializable {}

    @Entity(name = "Daily")
    @IdClass(Day.class)
    static class Daily {
        @Id
        String name;

        @Id
        @Column(name = "on_day")
        LocalDate day;

        @Counter
        Long total;
    }

    @Entity(name = "Session")
    static class Visit {
        @Id
        @UuidGenerator
        UUID id;

        @Column(unique = true)
        String visitor;

        int clicks;
    }

    @Entity(name = "Plain")
    static class Plain {
        @Id
        String name;

        @Column(unique = true)
        String other;

        int total;
    }

    @Entity(name = "Tally")
    static class Tally {
        @Id
        Long id;

        int total;

        @ManyToOne
        @CounterCache
        Box box;
    }

    @Entity(name = "Box")
    static class Box {
        @Id
        Long id;

        int tallysCount;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            ApiKey.class,
            RequestCounter.class,
            PageView.class,
            Daily.class,
            Visit.class,
            Plain.class,
            Tally.class,
            Box.class);

    private ApiKey key;

    @BeforeEach
    void key() {
        key = db.persist(new ApiKey());
    }

    private Map<String, Object> may() {
        return Map.of("apiKey", key, "billingPeriod", MAY);
    }

    private long bump(Function<CounterCaches, Long> call) {
        return db.fromTransaction(session -> call.apply(CounterCaches.of(session)));
    }

    private long bump(Class<?> entity, Map<String, ?> by, String counter) {
        return bump(counters -> counters.bump(entity, by, counter));
    }

    private RequestCounter loaded() {
        return db.fromTransaction(session -> session.createSelectionQuery("from RequestCounter", RequestCounter.class)
                .getSingleResult());
    }

    @Test
    void theFirstInsertsTheRowAndTheNextAddToIt() {
        assertThat(bump(RequestCounter.class, may(), "requestCount")).isEqualTo(1);
        assertThat(bump(RequestCounter.class, may(), "requestCount")).isEqualTo(2);
        assertThat(bump(counters -> counters.bump(RequestCounter.class, may(), "requestCount", 40)))
                .isEqualTo(42);
        assertThat(bump(
                        RequestCounter.class,
                        Map.of("apiKey", key, "billingPeriod", MAY.plusMonths(1)),
                        "requestCount"))
                .isEqualTo(1);
        assertThat(db.number("select count(*) from request_counter")).isEqualTo(2);
    }

    @Test
    void aNewRowIsAsHibernateWouldInsertIt() {
        bump(RequestCounter.class, may(), "requestCount");
        RequestCounter row = loaded();
        assertThat(row.id).isPositive();
        assertThat(row.version).isZero();
        assertThat(row.plan).isEqualTo("free");
        assertThat(db.number("select count(*) from request_counter where refused_count = 0"))
                .isEqualTo(1);
        assertThat(row.note).isEqualTo("column");
        assertThat(row.createdAt).isNotNull();
        assertThat(row.updatedAt).isNotNull();
        assertThat(db.number("select api_key_id from request_counter")).isEqualTo(key.id);
    }

    @Test
    void theTimestampsOfTheRowAreMaintainedAndItsVersionIsNot() {
        bump(RequestCounter.class, may(), "requestCount");
        db.execute("update request_counter set created_at = timestamp '2001-01-01 00:00:00',"
                + " updated_at = timestamp '2001-01-01 00:00:00'");
        bump(RequestCounter.class, may(), "requestCount");
        RequestCounter row = loaded();
        assertThat(row.createdAt).isBefore("2002-01-01T00:00:00Z");
        assertThat(row.updatedAt).isAfter("2002-01-01T00:00:00Z");
        assertThat(row.version).isZero();
    }

    @Test
    void itIsOneStatementWhereTheDatabaseHasOne() {
        bump(RequestCounter.class, may(), "requestCount");
        List<String> sql = db.statementsOf(() -> bump(RequestCounter.class, may(), "requestCount")).stream()
                .filter(statement -> !statement.contains("next"))
                .toList();
        if (TestServer.IS_H2) {
            assertThat(sql).hasSize(2);
            assertThat(sql.get(0)).startsWith("merge into request_counter as r using dual on");
        } else if (TestServer.IS_MARIADB) {
            String byKey = " where api_key_id = ? and billing_period = ?";
            assertThat(sql).hasSize(3);
            assertThat(sql.get(0))
                    .startsWith("insert into request_counter (id, ")
                    .endsWith(") on duplicate key update api_key_id = api_key_id");
            assertThat(sql.subList(1, 3))
                    .containsExactly(
                            "update request_counter set request_count = coalesce(request_count, 0) + ?, updated_at = ?"
                                    + byKey + " and coalesce(request_count, 0) + ? <= 1000",
                            "select request_count, id from request_counter" + byKey + " lock in share mode");
        } else {
            assertThat(sql).hasSize(1);
            assertThat(sql.get(0))
                    .startsWith("insert into request_counter as r (id, ")
                    .endsWith(") on conflict (api_key_id, billing_period) do update set"
                            + " request_count = coalesce(r.request_count, 0) + excluded.request_count,"
                            + " updated_at = ?"
                            + " where coalesce(r.request_count, 0) + excluded.request_count <= 1000"
                            + " returning r.request_count, r.id");
        }
    }

    @Test
    void idsOfAnyKindAreGenerated() {
        assertThat(bump(Visit.class, Map.of("visitor", "v"), "clicks")).isEqualTo(1);
        assertThat(bump(Visit.class, Map.of("visitor", "v"), "clicks")).isEqualTo(2);
        assertThat(bump(PageView.class, Map.of("url", "/"), "views")).isEqualTo(1);
        assertThat(bump(PageView.class, Map.of("url", "/"), "views")).isEqualTo(2);
        assertThat(db.number("select count(*) from page_view where viewed_at is not null"))
                .isEqualTo(1);
    }

    @Test
    void anyUniqueKeyWillDo() {
        UUID token = UUID.randomUUID();
        db.execute(("insert into page_view (url, number, token, views, viewed_at)"
                        + " values ('/', 7, '%s', 5, current_timestamp)")
                .formatted(token));
        assertThat(bump(PageView.class, Map.of("url", "/"), "views")).isEqualTo(6);
        assertThat(bump(PageView.class, Map.of("number", 7), "views")).isEqualTo(7);
        assertThat(bump(PageView.class, Map.of("token", token), "views")).isEqualTo(8);
        assertThat(bump(Plain.class, Map.of("name", "a"), "total")).isEqualTo(1);
        assertThat(bump(Plain.class, Map.of("name", "a"), "total")).isEqualTo(2);
        assertThat(bump(Daily.class, Map.of("name", "a", "day", MAY), "total")).isEqualTo(1);
        assertThat(bump(Daily.class, Map.of("name", "a", "day", MAY), "total")).isEqualTo(2);
    }

    @Test
    void aCounterThatIsNullIsZero() {
        db.execute("insert into daily (name, on_day, total) values ('a', date '2026-05-01', null)");
        assertThat(bump(Daily.class, Map.of("name", "a", "day", MAY), "total")).isEqualTo(1);
    }

    @Test
    void aManagedInstanceShowsTheNewValueAndIsNotDirty() {
        bump(RequestCounter.class, may(), "requestCount");
        bump(Daily.class, Map.of("name", "a", "day", MAY), "total");
        db.inTransaction(session -> {
            RequestCounter managed = session.createSelectionQuery("from RequestCounter", RequestCounter.class)
                    .getSingleResult();
            Daily daily = session.find(Daily.class, new Day("a", MAY));
            CounterCaches.of(session).bump(RequestCounter.class, may(), "requestCount", 5);
            CounterCaches.of(session).bump(Daily.class, Map.of("name", "a", "day", MAY), "total", 5);
            assertThat(managed.requestCount).isEqualTo(6);
            assertThat(daily.total).isEqualTo(6);
            assertThat(db.statementsOf(session::flush)).isEmpty();
        });
    }

    @Test
    void whatWaitsToBeInsertedIsFlushedFirst() {
        db.inTransaction(session -> {
            ApiKey fresh = new ApiKey();
            session.persist(fresh);
            assertThat(CounterCaches.of(session)
                            .bump(RequestCounter.class, Map.of("apiKey", fresh, "billingPeriod", MAY), "requestCount"))
                    .isEqualTo(1);
            Plain plain = new Plain();
            plain.name = "fresh";
            plain.total = 7;
            session.persist(plain);
            assertThat(CounterCaches.of(session).bump(Plain.class, Map.of("name", "fresh"), "total"))
                    .isEqualTo(8);
            assertThat(plain.total).isEqualTo(8);
        });
    }

    @Test
    void aStatelessSessionBumpsToo() {
        db.factory()
                .inStatelessTransaction(session -> assertThat(
                                CounterCaches.of(session).bump(RequestCounter.class, may(), "requestCount"))
                        .isEqualTo(1));
    }

    @Test
    void theLimitsAreKept() {
        bump(counters -> counters.bump(RequestCounter.class, may(), "requestCount", 999));
        assertThat(bump(RequestCounter.class, may(), "requestCount")).isEqualTo(1000);
        assertThatThrownBy(() -> bump(RequestCounter.class, may(), "requestCount"))
                .isInstanceOfSatisfying(CounterLimitException.class, refused -> {
                    assertThat(refused.counter()).isEqualTo("requestCount");
                    assertThat(refused.change()).isEqualTo(1);
                    assertThat(refused.limit()).isEqualTo(1000L);
                    assertThat(refused.value()).isEqualTo(1000);
                });
        assertThat(db.number("select request_count from request_counter")).isEqualTo(1000);
        for (long by : new long[] {-1, 1001}) {
            assertThat(db.statementsOf(() -> assertThatThrownBy(() ->
                                    bump(counters -> counters.bump(RequestCounter.class, may(), "requestCount", by)))
                            .isInstanceOf(CounterLimitException.class)))
                    .isEmpty();
        }
    }

    @Test
    void theFirstInsertRacedByThirtyTwoThreadsIsExact() {
        for (int round = 0; round < 5; round++) {
            LocalDate period = MAY.plusYears(round);
            TrafficTest.onThreads(
                    32,
                    () -> bump(RequestCounter.class, Map.of("apiKey", key, "billingPeriod", period), "requestCount"));
        }
        assertThat(db.number("select count(*) from request_counter where request_count = 32"))
                .isEqualTo(5);
    }

    private void assertRefused(Class<?> entity, Map<String, ?> by, String counter, String message) {
        assertThat(db.statementsOf(() -> assertThatThrownBy(() -> bump(entity, by, counter))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(message)))
                .isEmpty();
    }

    @Test
    void aKeyThatIsNotUniqueIsRefusedAndTheOnesThereAreAreNamed() {
        assertRefused(
                RequestCounter.class,
                Map.of("billingPeriod", MAY),
                "requestCount",
                "RequestCounter is not known to be unique by (billingPeriod): name the attributes of a unique"
                        + " constraint, unique index or natural id: (id) or (apiKey, billingPeriod)");
        assertRefused(
                RequestCounter.class,
                Map.of(),
                "requestCount",
                "RequestCounter is not known to be unique by (): name the attributes of a unique"
                        + " constraint, unique index or natural id: (id) or (apiKey, billingPeriod)");
        assertRefused(
                Daily.class,
                Map.of("name", "a"),
                "total",
                "Daily is not known to be unique by (name): name the attributes of a unique constraint, unique index"
                        + " or natural id: (day, name)");
    }

    @Test
    void badValuesAreRefused() {
        Map<String, Object> missing = new HashMap<>(may());
        missing.put("billingPeriod", null);
        assertRefused(
                RequestCounter.class,
                missing,
                "requestCount",
                "RequestCounter.billingPeriod is of type LocalDate, not null: pass one of those");
        assertRefused(
                RequestCounter.class,
                Map.of("apiKey", key.id, "billingPeriod", MAY),
                "requestCount",
                "RequestCounter.apiKey is of type ApiKey, not Long: pass one of those");
        assertRefused(
                RequestCounter.class,
                Map.of("apiKey", new ApiKey(), "billingPeriod", MAY),
                "requestCount",
                "RequestCounter.apiKey refers to a ApiKey that has no id: persist it first");
        assertRefused(
                RequestCounter.class,
                may(),
                "plan",
                "RequestCounter.plan is no counter: name one of its numeric attributes: refusedCount, requestCount");
        assertRefused(
                Plain.class,
                Map.of("other", "x"),
                "total",
                "Plain has an id that is not generated: make it the key, or insert the row");
    }

    @Test
    void rowsThatAreCountedThemselvesAreRefused() {
        assertThatThrownBy(() -> bump(Tally.class, Map.of("id", 1L), "total"))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "Tally cannot be bumped, because its rows are counted by another counter: insert the row, then"
                                + " increment");
    }

    @Test
    void outsideATransactionItIsRefused() {
        try (var session = db.factory().openSession()) {
            assertThatThrownBy(() -> CounterCaches.of(session).bump(RequestCounter.class, may(), "requestCount"))
                    .isInstanceOf(TransactionRequiredException.class);
        }
    }
}
