package io.countercache.hibernate;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.ModelActor.Failure;
import io.countercache.hibernate.ModelRun.Tally;
import io.countercache.hibernate.ModelShelves.Badge;
import io.countercache.hibernate.ModelShelves.Role;
import io.countercache.hibernate.ModelShelves.Shelf;
import io.countercache.hibernate.ModelShelves.Tag;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;

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

    ModelCollections(
            String write, String staleChildren, Integer batchSize, String lockTimeout, int sessions, boolean threads) {
        description =
                "collections, write=%s, stale_children=%s, batch_size=%s".formatted(write, staleChildren, batchSize);
        writesAtFlush = write.equals("flush");
        this.sessions = sessions;
        this.threads = threads;
        schema = TestServer.emptySchema();
        HikariConfig config = new HikariConfig();
        schema.copyStateTo(config);
        config.setPoolName(null);
        config.setMaximumPoolSize(8);
        config.setConnectionInitSql(
                TestServer.IS_H2 ? "set lock_timeout " + lockTimeout : "set lock_timeout = " + lockTimeout);
        impatient = new HikariDataSource(config);
        Configuration configuration = new Configuration();
        List.of(Shelf.class, Tag.class, Badge.class).forEach(configuration::addAnnotatedClass);
        configuration.setPhysicalNamingStrategy(new PhysicalNamingStrategySnakeCaseImpl());
        Map<Object, Object> settings = configuration.getProperties();
        settings.put("hibernate.connection.datasource", impatient);
        settings.put("hibernate.hbm2ddl.auto", "update");
        settings.put(CounterCacheSettings.WRITE, write);
        settings.put(CounterCacheSettings.STALE_CHILDREN, staleChildren);
        if (batchSize != null) {
            settings.put("hibernate.jdbc.batch_size", batchSize);
            settings.put("hibernate.order_inserts", true);
        }
        factory = configuration.buildSessionFactory();
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
        List<Step> shrunk = ModelProgram.shrunk(program, shorter -> {
            for (int i = 0; i < attempts; i++) {
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
        Map<Integer, Actor> actors = new TreeMap<>();
        try {
            for (Step step : program) {
                actors.computeIfAbsent(step.session(), any -> new Actor(tally)).take(step);
            }
        } finally {
            actors.values().forEach(Actor::close);
        }
    }

    private void onThreads(List<Step> program, Tally tally) {
        AtomicInteger started = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        TrafficTest.onThreads(sessions, () -> {
            int session = started.incrementAndGet();
            try (Actor actor = new Actor(tally)) {
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

    private void checkCommitted() {
        try (Connection connection = impatient.getConnection()) {
            check(connection, true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What each counter should be, by its attribute and its row; fails if one is something else. */
    private static Map<String, Long> check(Connection connection, boolean compares) throws SQLException {
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

    /** One session, and another one after that. */
    private final class Actor implements AutoCloseable {

        private final Tally tally;
        private final boolean alone = sessions == 1;
        private Session session = factory.openSession();

        Actor(Tally tally) {
            this.tally = tally;
        }

        void take(Step step) {
            try {
                if (!session.getTransaction().isActive()) {
                    session.beginTransaction();
                }
                if (perform(step)) {
                    tally.operation();
                }
            } catch (RuntimeException e) {
                Failure failure = Failure.of(e);
                if (alone || failure == Failure.OTHER) {
                    throw new IllegalStateException("failed: " + step, e);
                }
                tally.failure(failure);
                close();
                session = factory.openSession();
            } catch (AssertionError e) {
                throw new AssertionError("after " + step + ": " + e.getMessage(), e);
            }
        }

        private boolean perform(Step step) {
            return switch (step.action()) {
                case NEW_SHELF -> newShelf(step);
                case NEW_ELEMENT -> newElement(step);
                case REMOVE_BADGE -> removeBadge(step);
                case MOVE_HOME -> moveHome(step);
                case FLUSH -> flush();
                case DRIFT -> recount(false);
                case RESET -> recount(true);
                case DETACH_ALL -> detachAll();
                case COMMIT -> commit(step.variant());
                case ROLLBACK -> rollback();
                default -> {
                    Shelf shelf = shelf(step.shelf());
                    yield shelf != null && change(shelf, step);
                }
            };
        }

        /** A shelf itself, and not the proxy of it that badges may have. */
        private Shelf shelf(long id) {
            return (Shelf) Hibernate.unproxy(session.find(Shelf.class, id));
        }

        private boolean change(Shelf shelf, Step step) {
            Role role = step.role();
            return switch (step.action()) {
                case ADD -> add(shelf, role, element(step), step.variant());
                case TAKE -> shelf.get(role) != null && shelf.get(role).remove(element(step));
                case CLEAR -> clear(shelf, role);
                case REPLACE -> replace(shelf, step);
                case NULL -> set(shelf, role, null);
                case HAND -> hand(shelf, step);
                case SET -> put(shelf, step);
                case REMOVE_SHELF -> removeShelf(shelf, step.variant());
                case MERGE -> merge(shelf, step);
                case QUERY -> query(shelf, role);
                default -> throw new IllegalArgumentException(step.toString());
            };
        }

        private Object element(Step step) {
            return step.role().hasTags()
                    ? session.find(Tag.class, step.element())
                    : step.role().hasBadges() ? session.find(Badge.class, step.element()) : "e" + step.element();
        }

        /** Flushes what is pending and, if a badge goes where memory does not know of, what follows. */
        private boolean moving(Role role, Object element, boolean leaves, Runnable change) {
            if (!role.hasBadges() || !alone) {
                change.run();
                return true;
            }
            boolean known = leaves && leave(role, element);
            if (!known) {
                session.flush();
            }
            change.run();
            if (!known) {
                flush(leaves);
            }
            if (!leaves) {
                session.clear(); // who had it still does in memory
            }
            return true;
        }

        /** Takes a badge out of the collections in memory. */
        private boolean leave(Role role, Object element) {
            boolean left = false;
            for (Object each : managed()) {
                if (each instanceof Shelf shelf && isOpen(shelf, role)) {
                    left |= shelf.get(role).remove(element);
                }
            }
            return left;
        }

        private boolean isOpen(Shelf shelf, Role role) {
            return !entry(shelf).getStatus().isDeletedOrGone()
                    && shelf.get(role) != null
                    && Hibernate.isInitialized(shelf.get(role));
        }

        private List<Object> managed() {
            List<Object> managed = new ArrayList<>();
            for (var each : session.unwrap(SessionImplementor.class)
                    .getPersistenceContextInternal()
                    .reentrantSafeEntityEntries()) {
                managed.add(each.getKey());
            }
            return managed;
        }

        private EntityEntry entry(Object entity) {
            return session.unwrap(SessionImplementor.class)
                    .getPersistenceContextInternal()
                    .getEntry(entity);
        }

        private boolean add(Shelf shelf, Role role, Object element, int variant) {
            if (element == null
                    || (role.hasBadges()
                            && shelf.get(role) != null
                            && shelf.get(role).contains(element))) {
                return false;
            }
            return moving(role, element, variant > 0, () -> {
                if (shelf.get(role) == null) {
                    shelf.set(role, role.make());
                }
                if (role.isOrdered() && variant > 1) {
                    ((List<Object>) shelf.get(role)).add(0, element);
                } else {
                    shelf.get(role).add(element);
                }
            });
        }

        private static boolean clear(Shelf shelf, Role role) {
            boolean any = shelf.get(role) != null && !shelf.get(role).isEmpty();
            if (any) {
                shelf.get(role).clear();
            }
            return any;
        }

        private static boolean set(Shelf shelf, Role role, Collection<Object> elements) {
            shelf.set(role, elements);
            return true;
        }

        private boolean replace(Shelf shelf, Step step) {
            Role role = step.role();
            Collection<Object> elements = role.make();
            if (shelf.get(role) != null && step.variant() > 0) {
                elements.addAll(shelf.get(role));
                elements.remove(null);
            }
            shelf.set(role, elements);
            return step.variant() == 2 || add(shelf, role, element(step), step.variant());
        }

        private boolean hand(Shelf shelf, Step step) {
            Shelf heir = shelf(step.other());
            if (heir == null || heir == shelf) {
                return false;
            }
            heir.set(step.role(), shelf.get(step.role()));
            return set(
                    shelf,
                    step.role(),
                    step.variant() % 2 == 0 ? null : step.role().make());
        }

        private boolean put(Shelf shelf, Step step) {
            Object element = element(step);
            if (element == null
                    || !step.role().isOrdered()
                    || shelf.get(step.role()) == null
                    || shelf.get(step.role()).isEmpty()
                    || (step.role().hasBadges() && shelf.get(step.role()).contains(element))) {
                return false;
            }
            List<Object> elements = (List<Object>) shelf.get(step.role());
            return moving(
                    step.role(),
                    element,
                    step.variant() > 0,
                    () -> elements.set(step.variant() % elements.size(), element));
        }

        private boolean newShelf(Step step) {
            Shelf shelf = new Shelf(step.shelf());
            session.persist(shelf);
            add(shelf, step.role(), element(step), step.variant());
            return true;
        }

        private boolean newElement(Step step) {
            Shelf shelf = shelf(step.shelf());
            Tag tag = new Tag(step.element());
            Badge badge = new Badge(step.element());
            badge.home = shelf;
            session.persist(tag);
            session.persist(badge);
            if (shelf != null && step.variant() > 0) {
                Role role = step.role();
                if (shelf.get(role) == null) {
                    shelf.set(role, role.make());
                }
                shelf.get(role).add(role.hasTags() ? tag : role.hasBadges() ? badge : "new");
            }
            return true;
        }

        private boolean removeShelf(Shelf shelf, int variant) {
            if (session.createSelectionQuery("select count(*) from Badge where home.id = :id", Long.class)
                            .setParameter("id", shelf.id)
                            .getSingleResult()
                    > 0) {
                return false;
            }
            if (variant == 0) {
                session.flush();
                session.clear();
                session.remove(session.getReference(Shelf.class, shelf.id));
            } else {
                session.remove(shelf);
            }
            return true;
        }

        private boolean removeBadge(Step step) {
            if (step.variant() == 0) {
                session.flush();
                session.clear(); // no collection in memory has it
            }
            Badge badge = session.find(Badge.class, step.element());
            if (badge == null) {
                return false;
            }
            leave(Role.BADGES, badge);
            leave(Role.RANKED, badge);
            session.remove(badge);
            return flush();
        }

        private boolean moveHome(Step step) {
            Badge badge = session.find(Badge.class, step.element());
            if (badge != null) {
                badge.home = shelf(step.shelf());
            }
            return badge != null;
        }

        /** What is changed of a detached shelf comes back with it. */
        private boolean merge(Shelf shelf, Step step) {
            Role role = step.role();
            Hibernate.initialize(shelf.get(role));
            session.flush();
            session.clear();
            if (shelf.get(role) != null) {
                shelf.get(role).removeIf(each -> step.variant() % 2 == 0 || each == null);
                if (!role.hasBadges() && step.variant() > 1) {
                    Object element = element(step);
                    if (element != null) {
                        shelf.get(role).add(element);
                    }
                }
            }
            session.merge(shelf);
            return true;
        }

        private boolean query(Shelf shelf, Role role) {
            Number found = session.createSelectionQuery(
                            "select %s from Shelf where id = :id".formatted(role.counter), Number.class)
                    .setParameter("id", shelf.id)
                    .getSingleResultOrNull();
            session.doWork(connection -> {
                Long count = check(connection, false).get(role.counter + " of " + shelf.id);
                if (alone && ModelRows.exact(found).longValue() != count) {
                    throw new AssertionError("a query found %s but should have found %s".formatted(found, count));
                }
            });
            return true;
        }

        private boolean recount(boolean correct) {
            for (Class<?> type : List.of(Shelf.class, Tag.class)) {
                List<Long> ids = session.createSelectionQuery(
                                "select id from %s order by id".formatted(type.getSimpleName()), Long.class)
                        .getResultList();
                var counters = CounterCaches.of(session).on(type, ids);
                var drift = correct ? counters.reset() : counters.drift();
                if (!drift.isEmpty()) {
                    throw new AssertionError(drift.toString());
                }
            }
            return true;
        }

        private boolean flush() {
            flush(true);
            return true;
        }

        private void flush(boolean isInStep) {
            session.flush();
            if (!threads) {
                session.doWork(connection -> {
                    Map<String, Long> counts = check(connection, writesAtFlush);
                    if (alone && isInStep) {
                        checkManaged(counts);
                    }
                });
            }
        }

        /** Fails unless what is managed shows what is there. */
        private void checkManaged(Map<String, Long> counts) {
            for (Object each : managed()) {
                for (Role role : Role.values()) {
                    if (each instanceof Shelf shelf) {
                        checkShown(shelf, shelf.id, role.counter, counts);
                        Collection<Object> elements = shelf.get(role);
                        if (elements == null || Hibernate.isInitialized(elements)) {
                            long size = elements == null
                                    ? 0
                                    : elements.stream().filter(Objects::nonNull).count();
                            Long count = counts.get(role.counter + " of " + shelf.id);
                            if (size != count) {
                                throw new AssertionError("%s of s%d has %d elements in memory but %d rows"
                                        .formatted(role, shelf.id, size, count));
                            }
                        }
                    } else if (each instanceof Tag tag && role.elementCounter != null) {
                        checkShown(tag, tag.id, role.elementCounter, counts);
                    }
                }
            }
        }

        private void checkShown(Object entity, Long id, String counter, Map<String, Long> counts) {
            var persister = entry(entity).getPersister();
            Number shown = (Number) persister.getValue(entity, persister.getPropertyIndex(counter));
            Long count = counts.get(counter + " of " + id);
            if (shown == null ? count != 0 : shown.longValue() != count) {
                throw new AssertionError(
                        "%s of the managed %d shows %s but should show %s".formatted(counter, id, shown, count));
            }
        }

        private boolean detachAll() {
            session.clear();
            return true;
        }

        private boolean commit(int variant) {
            session.getTransaction().commit();
            tally.commit();
            if (!threads) {
                checkCommitted();
            }
            if (variant % 2 == 0) {
                session.clear();
            }
            return true;
        }

        private boolean rollback() {
            session.getTransaction().rollback();
            session.clear();
            return true;
        }

        @Override
        public void close() {
            if (session.getTransaction().isActive()
                    || session.getTransaction().getStatus().canRollback()) {
                session.getTransaction().rollback();
            }
            session.close();
        }
    }

    @Override
    public String toString() {
        return (TestServer.IS_H2 ? "H2, " : "PostgreSQL, ") + description;
    }

    @Override
    public void close() {
        factory.close();
        impatient.close();
        TestServer.drop(schema);
    }
}
