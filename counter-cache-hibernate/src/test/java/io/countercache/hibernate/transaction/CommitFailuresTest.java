package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.AfterCompletion;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.JpaBootstrap;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.transaction.Status;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Transaction;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.resource.transaction.spi.TransactionStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * A counter that cannot be written along with the COMMIT is the same failure as one that cannot be written before it, and a COMMIT
 * that fails along with a counter is the same as one without. Whatever failed: nothing is left of the transaction, and the pool gets a
 * connection back that can be used.
 */
@Tag("postgresql")
@ParameterizedClass(name = "{0} {1}")
@CsvSource({
    "HIBERNATE, extended",
    "HIBERNATE, simple",
    "JPA, extended",
    "SPRING_JPA, extended",
    "SPRING_HIBERNATE, extended"
})
class CommitFailuresTest {

    enum Api {
        HIBERNATE,
        JPA,
        SPRING_JPA,
        SPRING_HIBERNATE
    }

    /**
     * What the application sees.
     *
     * @param thrown the types of the exception and its causes
     * @param sqlState the one of the innermost
     * @param status that of the transaction after the commit
     * @param completions what a synchronization was told after the end, each time: whether it is committed
     */
    private record Outcome(
            List<Class<?>> thrown, String sqlState, TransactionStatus status, List<Boolean> completions) {}

    /** What a transaction does, and what others do meanwhile. */
    private interface Scenario {
        void run(Consumer<Consumer<Session>> transaction) throws SQLException;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    @Parameter(0)
    Api api;

    @Parameter(1)
    String queryMode;

    private Concurrently others;
    private Post post;

    @BeforeEach
    void post() {
        others = new Concurrently(db);
        post = db.persist(new Post("post"));
    }

    @AfterEach
    void close() {
        others.close();
        noFault();
        db.execute("drop table if exists pledge");
    }

    private void noFault() {
        db.execute("alter table post drop constraint if exists few; drop trigger if exists last on comment");
    }

    // ---- the transaction that fails ----

    private HikariDataSource pool() {
        HikariConfig config = new HikariConfig();
        db.connections().copyStateTo(config);
        config.setJdbcUrl(db.connections().getJdbcUrl() + "&preferQueryMode=" + queryMode);
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(1);
        return new HikariDataSource(config);
    }

    private SessionFactory factory(HikariDataSource connections, String setting, Object value) {
        if (api == Api.JPA) {
            Map<String, Object> settings = new HashMap<>();
            settings.put("hibernate.connection.datasource", connections);
            settings.put("hibernate.physical_naming_strategy", new SnakeCase());
            settings.put(setting, value);
            return JpaBootstrap.factory(List.of(Post.class, Author.class, Comment.class), settings);
        }
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        configuration.getProperties().put(setting, value);
        return configuration.buildSessionFactory();
    }

    private Outcome outcome(String setting, Object value, Scenario scenario) throws SQLException {
        db.execute("delete from comment");
        db.execute("update post set comments_count = 0");
        try (HikariDataSource connections = pool();
                SessionFactory factory = factory(connections, setting, value)) {
            AtomicReference<Outcome> outcome = new AtomicReference<>();
            scenario.run(work -> outcome.set(attempt(factory, work)));
            assertThat(db.number("select count(*) from comment")).isZero();
            assertThat(db.number("select comments_count from post")).isZero();
            assertClean(connections);
            noFault();
            factory.inTransaction(this::comment);
            assertThat(db.number("select count(*) from comment")).isEqualTo(1);
            assertThat(db.number("select comments_count from post")).isEqualTo(value.equals(false) ? 0 : 1);
            assertClean(connections);
            return outcome.get();
        }
    }

    private static void assertClean(HikariDataSource connections) throws SQLException {
        try (Connection connection = connections.getConnection()) {
            assertThat(connection.unwrap(BaseConnection.class).getTransactionState())
                    .isEqualTo(TransactionState.IDLE);
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
    }

    private Outcome attempt(SessionFactory factory, Consumer<Session> work) {
        List<Boolean> completions = new ArrayList<>();
        AtomicReference<TransactionStatus> status = new AtomicReference<>();
        Throwable thrown = api.name().startsWith("SPRING")
                ? catchThrowable(() -> SpringTransactions.of(api == Api.SPRING_JPA ? "jpa" : "hibernate", factory)
                        .outer(session -> {
                            observe(session, completions);
                            work.accept(session);
                        }))
                : catchThrowable(() -> {
                    try (Session session = factory.openSession()) {
                        Transaction transaction = session.beginTransaction();
                        observe(session, completions);
                        try {
                            work.accept(session);
                            transaction.commit();
                        } finally {
                            status.set(transaction.getStatus());
                            if (transaction.getStatus().canRollback()) {
                                transaction.rollback();
                            }
                        }
                    }
                });
        assertThat(thrown).isNotNull();
        List<Throwable> chain = Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .toList();
        return new Outcome(
                chain.stream().<Class<?>>map(Throwable::getClass).toList(),
                chain.stream()
                        .filter(SQLException.class::isInstance)
                        .map(cause -> ((SQLException) cause).getSQLState())
                        .reduce("none", (first, second) -> second),
                status.get(),
                completions);
    }

    private static void observe(Session session, List<Boolean> completions) {
        // which of its codes for a failure Hibernate tells depends on where it has waited
        AfterCompletion.of(session, status -> completions.add(status == Status.STATUS_COMMITTED));
    }

    private void comment(Session session) {
        session.persist(new Comment(session.getReference(Post.class, post.id)));
    }

    private static void sql(Session session, String sql) {
        session.createNativeMutationQuery(sql).executeUpdate();
    }

    /** Returns what is the same. */
    private Outcome assertSame(Scenario scenario) throws SQLException {
        Outcome before = outcome(CounterCacheSettings.WRITE, "before_commit", scenario);
        Outcome with = outcome(CounterCacheSettings.WRITE, "with_commit", scenario);
        assertThat(with.thrown).isEqualTo(before.thrown);
        assertThat(with.sqlState).isEqualTo(before.sqlState);
        if (HibernateVersions.isSince("7.4")) { // older versions tell nobody of a commit that has failed
            assertThat(with).isEqualTo(before);
            assertThat(with.completions).containsExactly(false);
        }
        return with;
    }

    private Outcome assertSame(String sqlState, Scenario scenario) throws SQLException {
        Outcome outcome = assertSame(scenario);
        assertThat(outcome.sqlState).isEqualTo(sqlState);
        return outcome;
    }

    // ---- an UPDATE that fails ----

    @Test
    void aConstraint() throws SQLException {
        Outcome outcome = assertSame("23514", transaction -> {
            db.execute("alter table post add constraint few check (comments_count < 1) not valid");
            transaction.accept(this::comment);
        });
        assertThat(outcome.thrown).contains(ConstraintViolationException.class);
    }

    @Test
    void aLockThatIsNotGotInTime() throws SQLException {
        assertSame(
                "55P03",
                transaction -> whilePostIsLocked(() -> transaction.accept(session -> {
                    sql(session, "set local lock_timeout = '20ms'");
                    comment(session);
                })));
    }

    @Test
    void aStatementThatTakesTooLong() throws SQLException {
        assertSame(
                "57014",
                transaction -> whilePostIsLocked(() -> transaction.accept(session -> {
                    sql(session, "set local statement_timeout = '50ms'");
                    comment(session);
                })));
    }

    private void whilePostIsLocked(Runnable work) throws SQLException {
        try (Connection holder = db.connections().getConnection()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute("select from post where id = %d for no key update".formatted(post.id));
            }
            try {
                work.run();
            } finally {
                holder.rollback();
            }
        }
    }

    @Test
    void aDeadlock() throws SQLException {
        assertSame("40P01", transaction -> {
            db.execute("insert into author (name, comments_count) values ('a', 0) on conflict do nothing");
            List<Future<?>> other = new ArrayList<>();
            transaction.accept(session -> {
                sql(session, "set local deadlock_timeout = '10ms'"); // that of others is longer: they survive
                sql(session, "update author set name = name");
                other.add(others.start(() -> db.inTransaction(waiting -> {
                    sql(waiting, "update post set title = title");
                    sql(waiting, "update author set name = name");
                })));
                others.awaitWaiting(1);
                comment(session);
            });
            other.forEach(Concurrently::finish);
        });
    }

    @Test
    void aSerializationFailure() throws SQLException {
        assertSame(
                "40001",
                transaction -> transaction.accept(session -> {
                    sql(session, "set transaction isolation level repeatable read");
                    session.createSelectionQuery("select count(*) from Author", Long.class)
                            .getSingleResult();
                    db.execute("update post set title = 'another'");
                    comment(session);
                }));
    }

    @Test
    void aConnectionThatBreaksWhileItWaitsForTheRow() throws SQLException {
        // of Spring's managers one tells of the rollback that fails then
        assertSame(transaction -> whilePostIsLocked(() -> {
            AtomicReference<Integer> backend = new AtomicReference<>();
            Future<?> failing = others.start(() -> transaction.accept(session -> {
                backend.set(session.createNativeQuery("select pg_backend_pid()", Integer.class)
                        .getSingleResult());
                comment(session);
            }));
            others.awaitWaiting(1);
            db.number("select pg_terminate_backend(%d)::int".formatted(backend.get()));
            Concurrently.finish(failing);
        }));
    }

    // ---- a COMMIT that fails ----

    /** The same as without the library, too. */
    private void assertFailsToCommit(String sqlState, Scenario scenario) throws SQLException {
        Outcome without = outcome(CounterCacheSettings.ENABLED, false, scenario);
        Outcome with = assertSame(sqlState, scenario);
        assertThat(with.thrown).isEqualTo(without.thrown);
        assertThat(with.sqlState).isEqualTo(without.sqlState);
    }

    @Test
    void aDeferredConstraintOfTheApplication() throws SQLException {
        db.execute("create table pledge (post bigint references post deferrable initially deferred)");
        assertFailsToCommit(
                "23503",
                transaction -> transaction.accept(session -> {
                    sql(session, "insert into pledge values (-1)");
                    comment(session);
                }));
    }

    /** The COMMIT waits in a trigger, until another transaction has made it impossible. */
    @Test
    void aSerializationFailureAtTheCommit() throws SQLException {
        assertFailsToCommit("40001", transaction -> {
            db.execute("delete from author");
            whileTheCommitWaits(() -> {
                Future<?> failing = others.start(() -> transaction.accept(session -> {
                    sql(session, "set transaction isolation level serializable");
                    session.createSelectionQuery("select count(*) from Author", Long.class)
                            .getSingleResult();
                    comment(session);
                }));
                others.awaitWaiting(1);
                db.inTransaction(other -> {
                    sql(other, "set transaction isolation level serializable");
                    other.createSelectionQuery("select count(*) from Comment", Long.class)
                            .getSingleResult();
                    other.persist(new Author("author"));
                });
                return failing;
            });
        });
    }

    private void whileTheCommitWaits(Supplier<Future<?>> transaction) throws SQLException {
        db.execute("""
                create or replace function wait() returns trigger language plpgsql as
                  'begin perform pg_advisory_xact_lock(1); return null; end';
                create constraint trigger last after insert on comment deferrable initially deferred
                  for each row execute function wait()""");
        try (Connection holder = db.connections().getConnection();
                var statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(1)");
            Future<?> failing = transaction.get();
            holder.rollback();
            Concurrently.finish(failing);
        }
    }
}
