package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What MariaDB locks and refuses that PostgreSQL does not. */
@Tag("databases")
class SlotsOnMariaDbTest {

    @Entity(name = "Hot")
    static class Hot {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int hitsCount;

        @Counter(slots = 1)
        long views;
    }

    @Entity(name = "Hit")
    static class Hit {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "hitsCount", slots = 1)
        Hot hot;
    }

    @Entity(name = "Random")
    static class Random {
        @Id
        UUID id = UUID.randomUUID();

        @Counter(slots = 4)
        long views;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Hot.class, Hit.class, Random.class, Star.class, Fan.class);

    @BeforeEach
    void mariaDb() {
        assumeTrue(TestServer.IS_MARIADB);
    }

    private static void hit(SessionFactory factory, long hot) {
        factory.inTransaction(session -> {
            Hit hit = new Hit();
            hit.hot = session.getReference(Hot.class, hot);
            session.persist(hit);
        });
    }

    private long hot() {
        return db.persist(new Hot()).id;
    }

    @Test
    void atSnapshotIsolationATransactionThatHasReadNothingIsNotRefused() {
        for (int i = 0; i < 200; i++) {
            hit(db.factory(), hot()); // others that have slots
        }
        long hot = hot();
        assertThat(failuresAtSnapshotIsolation(hot, hot)).isEmpty();
    }

    @Test
    void norForTheRowsOfOthers() {
        List<Long> cold = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            cold.add(hot());
            hit(db.factory(), cold.get(i));
        }
        assertThat(failuresAtSnapshotIsolation(hot(), cold.get(0))).isEmpty();
    }

    /** Hits a row; in each turn, another transaction hits the other row between the SELECT of what is squashed and the first slot. */
    private List<RuntimeException> failuresAtSnapshotIsolation(long hot, long other) {
        AtomicBoolean isTurn = new AtomicBoolean();
        List<RuntimeException> failures = new ArrayList<>();
        try (HikariDataSource connections = connections("on")) {
            var configuration = on(connections);
            configuration.setStatementInspector(sql -> {
                if (sql.contains("select distinct")) {
                    isTurn.set(true);
                } else if (sql.startsWith("insert into `hot_slots`") && isTurn.getAndSet(false)) {
                    hit(db.factory(), other);
                }
                return sql;
            });
            try (SessionFactory factory = configuration.buildSessionFactory()) {
                for (int i = 0; i < 128; i++) {
                    try {
                        hit(factory, hot);
                    } catch (RuntimeException e) {
                        failures.add(e);
                    }
                }
            }
        }
        return failures;
    }

    private HikariDataSource connections(String snapshotIsolation) {
        HikariConfig config = new HikariConfig();
        db.connections().copyStateTo(config);
        config.setConnectionInitSql("set session innodb_snapshot_isolation = " + snapshotIsolation);
        return new HikariDataSource(config);
    }

    private Configuration on(HikariDataSource connections) {
        Configuration configuration = db.configuration();
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        return configuration.setProperty("hibernate.hbm2ddl.auto", "none");
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null ? e : root(e.getCause());
    }

    @Test
    void whoSetsManyRowsDoesNotWaitForOthers() {
        int pages = 40;
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < pages; i++) {
            long id = hot();
            ids.add(id);
            db.inTransaction(
                    session -> CounterCaches.of(session).on(Hot.class, id).increment("views"));
        }
        long other = ids.remove(pages - 1);
        try (Concurrently threads = new Concurrently(db)) {
            Future<?> setting = db.fromTransaction(session -> {
                CounterCaches.of(session).on(Hot.class, other).increment("views");
                Future<?> started = threads.start(() -> db.inTransaction(
                        with -> CounterCaches.of(with).on(Hot.class, ids).set("views", 7)));
                threads.awaitDoneOrWaiting(started);
                CounterCaches.of(session).on(Hot.class, ids.get(0)).increment("views");
                return started;
            });
            Concurrently.finish(setting);
        }
    }

    @Entity(name = "Star")
    static class Star {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int fansCount;
    }

    @Entity(name = "Fan")
    static class Fan {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "fansCount", slots = 16)
        Star star;
    }

    private static void fan(SessionFactory factory, long star) {
        factory.inTransaction(session -> {
            Fan fan = new Fan();
            fan.star = session.getReference(Star.class, star);
            session.persist(fan);
        });
    }

    @Test
    void whoOnlyCountsIsNeverRefusedAtSnapshotIsolation() {
        List<Long> stars = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            stars.add(db.persist(new Star()).id);
        }
        Map<String, Integer> refused = new HashMap<>();
        for (String isolation : List.of("on", "off")) {
            Map<String, Integer> failures = new ConcurrentHashMap<>();
            try (HikariDataSource connections = connections(isolation);
                    Concurrently threads = new Concurrently(db)) {
                try (SessionFactory factory = on(connections).buildSessionFactory()) {
                    List<Future<?>> all = new ArrayList<>();
                    for (int t = 0; t < 4; t++) {
                        int thread = t;
                        all.add(threads.start(() -> {
                            for (int i = 0; i < 800; i++) {
                                try {
                                    // half of them the hot one
                                    fan(factory, stars.get(i % 2 == 0 ? 0 : (i * 4 + thread) % stars.size()));
                                } catch (RuntimeException e) {
                                    failures.merge(
                                            String.valueOf(root(e).getMessage()).replaceAll("\\(conn=\\d+\\) ", ""),
                                            1,
                                            Integer::sum);
                                }
                            }
                        }));
                    }
                    all.forEach(Concurrently::finish);
                }
            }
            refused.putAll(failures);
        }
        assertThat(refused).isEmpty();
    }

    /** Also with ids that are sorted by rules of the database. */
    @Test
    void aTurnIsAFewStatements() {
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 320; i++) {
            ids.add(db.persist(new Random()).id);
        }
        List<Integer> sent = new ArrayList<>();
        for (UUID id : ids) {
            sent.add(db
                    .statementsOf(() -> db.inTransaction(session ->
                            CounterCaches.of(session).on(Random.class, id).increment("views")))
                    .stream()
                    .filter(sql -> sql.contains("for update"))
                    .toList()
                    .size());
        }
        assertThat(sent).allMatch(each -> each < 10);
    }
}
