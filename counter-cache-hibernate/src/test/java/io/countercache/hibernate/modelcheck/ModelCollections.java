package io.countercache.hibernate.modelcheck;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.modelcheck.Run.Tally;
import io.countercache.hibernate.modelcheck.Shelves.Badge;
import io.countercache.hibernate.modelcheck.Shelves.Role;
import io.countercache.hibernate.modelcheck.Shelves.Shelf;
import io.countercache.hibernate.modelcheck.Shelves.Tag;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;

/**
 * Random programs on collections that no to-one writes. Counters are compared with the rows, read past Hibernate and the
 * library; with one session the rows also with the collections in memory, which are kept in step with each other, and
 * what managed rows show with both.
 */
final class ModelCollections implements AutoCloseable {

    private static final List<String> TABLES = List.of(
            "shelf_tags", "shelf_old_tags", "shelf_listed", "shelf_links", "shelf_lines", "badge", "tag", "shelf");

    private final String description;
    private final boolean writesAtFlush;
    private final int sessions;
    private final boolean threads;
    private final HikariDataSource schema;
    private final HikariDataSource impatient;
    private final SessionFactory factory;

    /** What a session can do, with a weight. */
    enum Action {
        ADD(20),
        TAKE(10),
        CLEAR(3),
        REPLACE(8),
        NULL(2),
        HAND(3),
        SET(5),
        NEW_SHELF(5),
        NEW_ELEMENT(8),
        REMOVE_SHELF(4),
        REMOVE_BADGE(5),
        MOVE_HOME(4),
        MERGE(4),
        FLUSH(12),
        QUERY(4),
        DRIFT(2),
        RESET(1),
        DETACH_ALL(3),
        COMMIT(12),
        ROLLBACK(3);

        final int weight;

        Action(int weight) {
            this.weight = weight;
        }
    }

    /** What a step needs may not be there when its turn comes: then nothing happens. */
    record Step(int session, Action action, Role role, long shelf, long other, long element, int variant) {

        @Override
        public String toString() {
            return "session %d: %s %s of s%d (other s%d, element %d, variant %d)"
                    .formatted(session, action, role, shelf, other, element, variant);
        }
    }

    ModelCollections(String write, Integer batchSize, String lockTimeout, int sessions, boolean threads) {
        description = "collections, write=%s, batch_size=%s".formatted(write, batchSize);
        writesAtFlush = write.equals("flush");
        this.sessions = sessions;
        this.threads = threads;
        schema = TestServer.emptySchema();
        HikariConfig config = new HikariConfig();
        schema.copyStateTo(config);
        config.setPoolName(null);
        config.setMaximumPoolSize(8);
        config.setConnectionInitSql(Server.waitAtMost(lockTimeout));
        impatient = new HikariDataSource(config);
        Configuration configuration = new Configuration();
        List.of(Shelf.class, Tag.class, Badge.class).forEach(configuration::addAnnotatedClass);
        configuration.setPhysicalNamingStrategy(new SnakeCase());
        Map<Object, Object> settings = configuration.getProperties();
        settings.put("hibernate.connection.datasource", impatient);
        settings.put("hibernate.hbm2ddl.auto", "update");
        settings.put("hibernate.flush.queue.type", "legacy"); // what Hibernate 8 needs for collections
        settings.put(CounterCacheSettings.WRITE, write);
        if (batchSize != null) {
            settings.put("hibernate.jdbc.batch_size", batchSize);
            settings.put("hibernate.order_inserts", true);
        }
        try (Connection patient = schema.getConnection()) {
            // to make the tables may take longer than a session may wait
            settings.put("jakarta.persistence.schema-generation-connection", patient);
            factory = configuration.buildSessionFactory();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    SessionFactory factory() {
        return factory;
    }

    boolean writesAtFlush() {
        return writesAtFlush;
    }

    /** Whether there is one session only, and everything can be foreseen. */
    boolean isAlone() {
        return sessions == 1;
    }

    /** Whether the rows that a transaction sees are of one moment. */
    boolean seesOneMoment() {
        return !threads && (isAlone() || !Server.READS_OLD_ROWS);
    }

    /** Runs the program of a seed; fails with a shorter one that fails too. */
    void run(long seed, int length, Tally tally) {
        List<Step> program = program(seed, length);
        Throwable failure = failureOf(program, tally);
        if (failure == null) {
            return;
        }
        Throwable[] last = {failure};
        int attempts = threads ? 10 : 1;
        long deadline = System.nanoTime() + ModelCheckerTest.SHRINKING.toNanos();
        List<Step> shrunk = Program.shrunk(program, shorter -> {
            for (int i = 0; i < attempts && System.nanoTime() < deadline; i++) {
                Throwable again = failureOf(shorter, new Tally());
                if (again != null) {
                    last[0] = again;
                    return true;
                }
            }
            return false;
        });
        throw new AssertionError(
                "seed %d on %s: %s%n%s%nReplay with -Dmodel.seed=%d"
                        .formatted(
                                seed,
                                this,
                                last[0].getMessage(),
                                shrunk.stream().map(step -> "  " + step + "\n").collect(Collectors.joining()),
                                seed),
                last[0]);
    }

    private List<Step> program(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Action> actions = new ArrayList<>();
        for (Action action : Action.values()) {
            for (int i = 0; i < action.weight; i++) {
                actions.add(action);
            }
        }
        List<Step> steps = new ArrayList<>();
        List<Role> roles = List.of(Role.values());
        int shelves = 3;
        int elements = 5;
        int session = 1;
        for (int i = 0; i < length; i++) {
            if (random.nextInt(3) == 0) {
                session = 1 + random.nextInt(sessions);
            }
            Action action = actions.get(random.nextInt(actions.size()));
            Role role = roles.get(random.nextInt(roles.size()));
            long shelf = action == Action.NEW_SHELF ? ++shelves : 1L + random.nextInt(shelves);
            long element = action == Action.NEW_ELEMENT ? ++elements : 1L + random.nextInt(elements);
            long other = 1L + random.nextInt(shelves);
            steps.add(new Step(session, action, role, shelf, other, element, random.nextInt(4)));
        }
        return steps;
    }

    private Throwable failureOf(List<Step> program, Tally tally) {
        tally.programs++;
        begin();
        try {
            if (threads) {
                onThreads(program, tally);
            } else {
                onOneThread(program, tally);
            }
            checkCommitted();
            return null;
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
    }

    private void onOneThread(List<Step> program, Tally tally) {
        Map<Integer, ShelfSession> actors = new TreeMap<>();
        try {
            for (Step step : program) {
                actors.computeIfAbsent(step.session(), any -> new ShelfSession(this, tally))
                        .take(step);
            }
        } finally {
            actors.values().forEach(ShelfSession::close);
        }
    }

    private void onThreads(List<Step> program, Tally tally) {
        AtomicInteger started = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        TrafficTest.onThreads(sessions, () -> {
            int session = started.incrementAndGet();
            try (ShelfSession actor = new ShelfSession(this, tally)) {
                program.stream()
                        .filter(step -> step.session() == session && failure.get() == null)
                        .forEach(actor::take);
            } catch (RuntimeException | AssertionError e) {
                failure.compareAndSet(null, e);
            }
            return null;
        });
        if (failure.get() != null) {
            throw new AssertionError(failure.get().getMessage(), failure.get());
        }
    }

    /** Three shelves, five tags and five badges. */
    private void begin() {
        try (Connection connection = impatient.getConnection();
                var statement = connection.createStatement()) {
            for (String table : TABLES) {
                statement.execute("delete from " + table);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        factory.inTransaction(session -> {
            for (long id = 1; id <= 5; id++) {
                session.persist(new Tag(id));
                session.persist(new Badge(id));
                if (id <= 3) {
                    session.persist(new Shelf(id));
                }
            }
        });
    }

    void checkCommitted() {
        try (Connection connection = impatient.getConnection()) {
            check(connection, true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What each counter should be, by its attribute and its row; fails if one is something else. */
    static Map<String, Long> check(Connection connection, boolean compares) throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(READ)) {
            while (rows.next()) {
                String counter = rows.getString(1) + " of " + rows.getLong(2);
                counts.put(counter, rows.getLong(4));
                if (compares && rows.getLong(3) != rows.getLong(4)) {
                    wrong.add("%s is %d but should be %d".formatted(counter, rows.getLong(3), rows.getLong(4)));
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join(", ", wrong));
        }
        return counts;
    }

    private static final String READ = read();

    private static String read() {
        List<String> counters = new ArrayList<>();
        counters.add(read("homesCount", "shelf", "badge", "home_id"));
        for (Role role : Role.values()) {
            counters.add(read(role.counter, "shelf", role.table, role.key));
            if (role.elementCounter != null) {
                counters.add(read(role.elementCounter, "tag", role.table, "tag_id"));
            }
        }
        return String.join(" union all ", counters);
    }

    private static String read(String counter, String table, String rows, String key) {
        return "select '%s', p.id, p.%s, (select count(*) from %s r where r.%s = p.id) from %s p"
                .formatted(counter, counter.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT), rows, key, table);
    }

    @Override
    public String toString() {
        return Server.NAME + ", " + description;
    }

    @Override
    public void close() {
        factory.close();
        impatient.close();
        TestServer.drop(schema);
    }
}
