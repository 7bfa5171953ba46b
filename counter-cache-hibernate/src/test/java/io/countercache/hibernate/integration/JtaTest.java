package io.countercache.hibernate.integration;

import static io.countercache.hibernate.support.SameSource.insert;
import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static io.countercache.hibernate.support.Told.move;
import static io.countercache.hibernate.support.Told.once;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalDataSourceListener;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.JpaBootstrap;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import io.countercache.hibernate.support.Told;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.Field;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.hibernate.HibernateException;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.resource.jdbc.spi.PhysicalConnectionHandlingMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transactions that Narayana begins and ends. A session may be closed before its transaction ends; where Hibernate was
 * started through JPA, it then goes on in secret until the end. The second way to handle connections is that of Quarkus.
 */
@ParameterizedClass
@CsvSource({
    "NATIVE, DELAYED_ACQUISITION_AND_RELEASE_AFTER_STATEMENT",
    "JPA, DELAYED_ACQUISITION_AND_RELEASE_BEFORE_TRANSACTION_COMPLETION"
})
class JtaTest {

    enum Bootstrap {
        NATIVE,
        JPA
    }

    @Entity(name = "Region")
    static class Region {
        @Id
        Long id = 1L;

        int votesCount;
    }

    @Entity(name = "Poll")
    static class Poll {
        @Id
        Long id = 1L;

        int votesCount;

        int sharesCount;

        @Counter(slots = 4)
        long views;

        @ManyToOne(cascade = CascadeType.PERSIST)
        Region region = new Region();
    }

    /** Inserted when it is persisted, not when its session is flushed. */
    @Entity(name = "Vote")
    static class Vote {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne
        @CounterCache
        @CounterCache(value = "votesCount", path = "region")
        Poll poll;

        Vote() {}

        Vote(Poll poll) {
            this.poll = poll;
        }
    }

    @Entity(name = "Share")
    static class Share {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne
        @CounterCache(slots = 4)
        Poll poll;
    }

    private static final Class<?>[] ENTITIES = {
        Post.class, Author.class, Comment.class, Region.class, Poll.class, Vote.class, Share.class
    };

    private static final TransactionManager TRANSACTIONS = transactions();

    /** Between two looks; leaves the processor to those that are looked at. */
    private static final Duration POLL = Duration.ofMillis(10);

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(ENTITIES);

    @Parameter(0)
    Bootstrap bootstrap;

    @Parameter(1)
    PhysicalConnectionHandlingMode connectionHandling;

    /** What the pool has to say of connections that were not given back. */
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    private AgroalDataSource connections;
    private SessionFactory factory;
    private Post first;
    private Post second;
    private Poll poll;

    private static TransactionManager transactions() {
        // before its first class is loaded; nothing is ever recovered here
        System.setProperty("ObjectStoreEnvironmentBean.objectStoreDir", "target/narayana");
        System.setProperty("ObjectStoreEnvironmentBean.communicationStore.objectStoreDir", "target/narayana");
        System.setProperty("CoordinatorEnvironmentBean.transactionStatusManagerEnable", "NO");
        return com.arjuna.ats.jta.TransactionManager.transactionManager();
    }

    @BeforeEach
    void open() throws SQLException {
        first = db.persist(new Post("first"));
        second = db.persist(new Post("second"));
        poll = db.persist(new Poll());
        connections = enlistedConnections(db.connections());
        factory = factory(Map.of(
                "hibernate.connection.datasource",
                db.recording(connections),
                "hibernate.connection.handling_mode",
                connectionHandling,
                "hibernate.hbm2ddl.auto",
                "none",
                "hibernate.physical_naming_strategy",
                new SnakeCase(),
                "hibernate.transaction.jta.platform",
                // Narayana's former name, which all versions know
                "org.hibernate.engine.transaction.jta.platform.internal.JBossStandAloneJtaPlatform"));
        var options = ((SessionFactoryImplementor) factory).getSessionFactoryOptions();
        assertThat(options.isJpaBootstrap()).isEqualTo(bootstrap == Bootstrap.JPA);
        assertThat(options.getPhysicalConnectionHandlingMode()).isEqualTo(connectionHandling);
    }

    private SessionFactory factory(Map<String, Object> settings) {
        if (bootstrap == Bootstrap.JPA) {
            Map<String, Object> all = new HashMap<>(settings);
            all.put("jakarta.persistence.transactionType", "JTA");
            return JpaBootstrap.factory(List.of(ENTITIES), all);
        }
        Configuration configuration = db.configuration();
        configuration.getProperties().putAll(settings);
        // through JPA this goes without saying
        configuration.setProperty("hibernate.transaction.coordinator_class", "jta");
        return configuration.buildSessionFactory();
    }

    /** Connections to the same schema that take part in the transaction of their thread. */
    private AgroalDataSource enlistedConnections(HikariDataSource pool) throws SQLException {
        var transactions =
                new NarayanaTransactionIntegration(TRANSACTIONS, new TransactionSynchronizationRegistryImple());
        AgroalDataSourceListener listener = new AgroalDataSourceListener() {
            @Override
            public void onWarning(String message) {
                warnings.add(message);
            }
        };
        var configuration = new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(agroal -> agroal.maxSize(5)
                        .transactionIntegration(transactions)
                        .connectionFactoryConfiguration(connection -> {
                            connection.jdbcUrl(pool.getJdbcUrl());
                            if (pool.getSchema() != null) {
                                connection
                                        .principal(new NamePrincipal(pool.getUsername()))
                                        .credential(new SimplePassword(pool.getPassword()))
                                        .initialSql("set search_path to " + pool.getSchema());
                            }
                            return connection;
                        }));
        return AgroalDataSource.from(configuration, listener);
    }

    @AfterEach
    void close() throws Exception {
        if (TRANSACTIONS.getStatus() != Status.STATUS_NO_TRANSACTION) {
            TRANSACTIONS.rollback();
        }
        factory.close();
        connections.close();
    }

    private void assertComments(Post post, long expected) {
        assertThat(db.number("select count(*) from comment where post_id = " + post.id))
                .isEqualTo(expected);
        assertThat(db.number("select comments_count from post where id = " + post.id))
                .isEqualTo(expected);
    }

    private void assertVotes(long expected) {
        assertThat(db.number("select count(*) from vote")).isEqualTo(expected);
        assertThat(db.number("select votes_count from poll")).isEqualTo(expected);
        assertThat(db.number("select votes_count from region")).isEqualTo(expected);
    }

    private void commit() {
        try {
            TRANSACTIONS.commit();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCommitCountsOnceAndJustBeforeIt() throws Exception {
        TRANSACTIONS.begin();
        Session session = factory.openSession();
        List<String> before = db.statementsOf(() -> {
            session.persist(new Comment(first));
            session.flush();
            session.persist(new Comment(first));
            session.flush();
        });
        session.persist(new Comment(first));
        List<String> commit = db.statementsOf(this::commit);
        session.close();
        assertThat(counterUpdates(before)).isEmpty();
        assertThat(counterUpdates(commit)).hasSize(1).containsExactly(commit.get(commit.size() - 1));
        assertComments(first, 3);
    }

    @Test
    @SinceHibernate("7.2")
    void noConnectionIsLeftToThePoolToClose() throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession();
                StatelessSession stateless = factory.openStatelessSession()) {
            session.persist(new Comment(first));
            insert(stateless, new Vote(poll));
            TRANSACTIONS.commit();
        }
        assertComments(first, 1);
        assertVotes(1);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aTransactionThatTheSessionBeginsAndCommitsIsCounted() {
        try (Session session = factory.openSession()) {
            session.beginTransaction();
            session.persist(new Comment(first));
            List<String> commit = db.statementsOf(session.getTransaction()::commit);
            assertThat(counterUpdates(commit)).hasSize(1);
        }
        assertComments(first, 1);
    }

    @OwnDatabase
    @Test
    void aCounterThatCannotBeWrittenRollsBack() throws Exception {
        db.execute("alter table post add constraint few check (comments_count < 2)");
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            session.persist(new Comment(first));
            assertThatThrownBy(TRANSACTIONS::commit).isInstanceOf(RollbackException.class);
        }
        assertComments(first, 0);

        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            session.persist(new Comment(first));
            session.flush();
        }
        assertThatThrownBy(TRANSACTIONS::commit).isInstanceOf(RollbackException.class);
        assertComments(first, 0);
    }

    @Test
    void aRollbackForgets() throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            session.persist(new Vote(poll));
            session.flush();
            TRANSACTIONS.rollback();
        }
        assertComments(first, 0);
        assertVotes(0);
    }

    @Test
    void aTransactionThatMayOnlyRollBackForgets() throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            session.persist(new Vote(poll));
            session.flush();
            TRANSACTIONS.setRollbackOnly();
            assertThatThrownBy(TRANSACTIONS::commit).isInstanceOf(RollbackException.class);
        }
        assertComments(first, 0);
        assertVotes(0);
    }

    @Test
    void aFlushThatFailsInTheCommitIsWhatTheCommitReports() throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            for (int i = 0; i < 2; i++) {
                Comment comment = new Comment(first);
                comment.text = "the same";
                session.persist(comment);
            }
            assertThatThrownBy(TRANSACTIONS::commit)
                    .isInstanceOf(RollbackException.class)
                    .hasStackTraceContaining("ConstraintViolationException");
        }
        assertComments(first, 0);
    }

    @Test
    void aSessionThatIsClosedBeforeTheCommitIsCounted() throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            session.persist(new Comment(first));
            session.flush();
        }
        List<String> commit = db.statementsOf(this::commit);
        assertThat(counterUpdates(commit)).hasSize(1).isEqualTo(commit);
        assertComments(first, 2);
    }

    @Test
    void aChildInsertedAtOnceByASessionThatIsClosedBeforeTheCommitIsCounted() throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Vote(poll));
        }
        List<String> commit = db.statementsOf(this::commit);
        assertThat(counterUpdates(commit)).hasSize(2);
        assertThat(commit).as("and a lock on the poll").hasSize(3);
        assertVotes(1);
    }

    @Test
    void aSessionThatIsClosedUnflushedIsCountedIfItsChildrenAreStored() throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            session.flush();
            session.persist(new Comment(first));
            session.persist(new Comment(second));
        }
        TRANSACTIONS.commit();
        assertComments(first, bootstrap == Bootstrap.JPA ? 2 : 1);
        assertComments(second, bootstrap == Bootstrap.JPA ? 1 : 0);
    }

    /** Which takes queries, and a session that is closed answers none. */
    @Test
    void aSessionThatIsClosedUnflushedFollowsPaths() throws Exception {
        Region other = new Region();
        other.id = 2L;
        db.persist(other);
        db.persist(new Vote(poll));
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.find(Poll.class, poll.id).region = session.find(Region.class, 2L);
        }
        TRANSACTIONS.commit();
        assertThat(db.number("select votes_count from region where id = 2"))
                .isEqualTo(bootstrap == Bootstrap.JPA ? 1 : 0);
        assertThat(db.number("select sum(votes_count) from region")).isEqualTo(1);
    }

    private Told listener() {
        Told told = new Told();
        requireNonNull(Installation.in((SessionFactoryImplementor) factory))
                .listeners()
                .add(told);
        return told;
    }

    /** A part is written by the session itself, the rest by another one in its place. */
    @Test
    void aListenerIsToldOnceAfterTheCommitOfASessionThatIsClosed() throws Exception {
        Told told = listener();
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            CounterCaches.of(session).flush();
            session.persist(new Comment(first));
            session.persist(new Vote(poll));
            session.flush();
        }
        assertThat(told.calls()).isEmpty();
        TRANSACTIONS.commit();
        assertThat(told.calls())
                .singleElement()
                .satisfies(moves -> assertThat(moves)
                        .containsExactlyInAnyOrder(
                                move("Post", first.id, "commentsCount", 2),
                                move("Poll", 1L, "votesCount", 1),
                                move("Region", 1L, "votesCount", 1)));
        assertThat(rememberedSessions()).isEmpty();
    }

    /** Those that the library keeps in a map, before Hibernate 7.4. */
    private static Set<?> rememberedSessions() throws ReflectiveOperationException {
        Field sessions = Class.forName("io.countercache.hibernate.internal.orm.SessionMap")
                .getDeclaredField("SESSIONS");
        sessions.setAccessible(true);
        return ((Map<?, ?>) sessions.get(null)).keySet();
    }

    @Test
    void aListenerIsToldNothingOfARollback() throws Exception {
        Told told = listener();
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            CounterCaches.of(session).flush();
            TRANSACTIONS.rollback();
            TRANSACTIONS.begin();
            session.persist(new Comment(second));
            TRANSACTIONS.commit();
        }
        assertThat(told.calls()).isEqualTo(once(move("Post", second.id, "commentsCount", 1)));
    }

    @Test
    void aSessionThatIsClosedWhileTheCommitBeginsIsCounted() throws Exception {
        TRANSACTIONS.begin();
        Session[] session = new Session[1];
        TRANSACTIONS.getTransaction().registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                session[0].flush();
                session[0].close();
            }

            @Override
            public void afterCompletion(int status) {}
        });
        session[0] = factory.openSession();
        session[0].persist(new Comment(first));
        TRANSACTIONS.commit();
        assertComments(first, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sessionsThatAreClosedBeforeTheCommitSquashSlots(boolean byHand) throws Exception {
        assumeTrue(TestServer.HAS_SLOTS);
        Poll old = new Poll();
        old.id = 2L;
        old.region = null;
        db.persist(old);
        share(old.id, byHand);
        assertThat(slots(old)).isEqualTo(1);
        for (int i = 0; i < 3 * 64; i++) { // an old row is one to which the last 128 writes were not
            share(poll.id, byHand);
        }
        assertThat(slots(old)).isZero();
        assertThat(db.number("select shares_count + views from poll where id = 2"))
                .isEqualTo(1);
    }

    private void share(long poll, boolean byHand) throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            if (byHand) {
                CounterCaches.of(session).on(Poll.class, poll).increment("views");
            } else {
                Share share = new Share();
                share.poll = session.getReference(Poll.class, poll);
                session.persist(share);
                session.flush();
            }
        }
        TRANSACTIONS.commit();
    }

    private long slots(Poll poll) {
        return db.number("select count(*) from poll_slots where parent_id = " + poll.id);
    }

    @Test
    void aSessionThatIsClosedBeforeARollbackForgets() throws Exception {
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(first));
            session.persist(new Vote(poll));
            session.flush();
        }
        TRANSACTIONS.rollback();
        TRANSACTIONS.begin();
        try (Session session = factory.openSession()) {
            session.persist(new Comment(second));
            session.flush();
        }
        TRANSACTIONS.commit();
        assertComments(first, 0);
        assertComments(second, 1);
        assertVotes(0);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionThatIsClosedWithABatchIsCounted() throws Exception {
        TRANSACTIONS.begin();
        try (StatelessSession session = factory.openStatelessSession()) {
            session.setJdbcBatchSize(10);
            insert(session, new Comment(first));
            insert(session, new Comment(first));
            insert(session, new Comment(first));
        }
        TRANSACTIONS.commit();
        assertComments(first, 3);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionIsCounted() throws Exception {
        TRANSACTIONS.begin();
        try (StatelessSession session = factory.openStatelessSession()) {
            insert(session, new Comment(first));
            insert(session, new Comment(first));
            insert(session, new Vote(poll));
            List<String> commit = db.statementsOf(this::commit);
            assertThat(counterUpdates(commit)).hasSize(3);
            assertThat(commit).as("and a lock on the poll").hasSize(4);
        }
        assertComments(first, 2);
        assertVotes(1);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionThatIsClosedBeforeTheCommitIsCounted() throws Exception {
        TRANSACTIONS.begin();
        try (StatelessSession session = factory.openStatelessSession()) {
            insert(session, new Comment(first));
            insert(session, new Vote(poll));
        }
        List<String> commit = db.statementsOf(this::commit);
        assertThat(counterUpdates(commit)).hasSize(3);
        assertThat(commit).as("and a lock on the poll").hasSize(4);
        assertComments(first, 1);
        assertVotes(1);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionThatIsOpenedBeforeItsTransactionIsCounted() throws Exception {
        try (StatelessSession session = factory.openStatelessSession()) {
            TRANSACTIONS.begin();
            insert(session, new Comment(first));
            insert(session, new Vote(poll));
            TRANSACTIONS.commit();
        }
        assertComments(first, 1);
        assertVotes(1);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionForgetsWhatIsRolledBack() throws Exception {
        TRANSACTIONS.begin();
        try (StatelessSession session = factory.openStatelessSession()) {
            insert(session, new Comment(first));
            insert(session, new Vote(poll));
            TRANSACTIONS.rollback();

            TRANSACTIONS.begin();
            insert(session, new Comment(second));
            TRANSACTIONS.commit();
        }
        assertComments(first, 0);
        assertComments(second, 1);
        assertVotes(0);
    }

    @Test
    void allSessionsOfATransactionAreCounted() throws Exception {
        TRANSACTIONS.begin();
        try (Session one = factory.openSession();
                Session other = factory.openSession()) {
            one.persist(new Comment(first));
            other.persist(new Comment(first));
            other.persist(new Comment(second));
            other.flush();
            one.persist(new Vote(poll));
            other.persist(new Vote(poll));
            TRANSACTIONS.commit();
        }
        assertComments(first, 2);
        assertComments(second, 1);
        assertVotes(2);
    }

    @Test
    @SinceHibernate("7.2")
    void allSessionsOfATransactionAreCountedThoughSomeAreClosed() throws Exception {
        TRANSACTIONS.begin();
        try (Session open = factory.openSession()) {
            for (int i = 0; i < 3; i++) {
                try (Session closed = factory.openSession();
                        StatelessSession stateless = factory.openStatelessSession()) {
                    closed.persist(new Comment(first));
                    closed.flush();
                    insert(stateless, new Vote(poll));
                }
            }
            open.persist(new Comment(first));
            TRANSACTIONS.commit();
        }
        assertComments(first, 4);
        assertVotes(3);
    }

    @Test
    void aSessionUsedAgainAfterARollbackDoesNotCountWhatWasRolledBack() throws Exception {
        try (Session session = factory.openSession()) {
            TRANSACTIONS.begin();
            session.persist(new Comment(session.find(Post.class, first.id)));
            session.persist(new Vote(poll));
            session.flush();
            TRANSACTIONS.rollback();

            TRANSACTIONS.begin();
            session.persist(new Comment(session.find(Post.class, second.id)));
            TRANSACTIONS.commit();

            TRANSACTIONS.begin();
            session.find(Post.class, first.id).title = "edited";
            session.persist(new Vote(poll));
            TRANSACTIONS.commit();
        }
        assertComments(first, 0);
        assertComments(second, 1);
        assertVotes(1);
    }

    @Test
    @Timeout(120)
    void aSessionUsedAgainAfterATimeoutDoesNotCountWhatWasRolledBack() throws Exception {
        try (Session session = factory.openSession()) {
            // longer than the flush takes on a busy machine
            TRANSACTIONS.setTransactionTimeout(5);
            TRANSACTIONS.begin();
            TRANSACTIONS.setTransactionTimeout(0);
            session.persist(new Comment(first));
            session.persist(new Vote(poll));
            session.flush();
            while (TRANSACTIONS.getStatus() != Status.STATUS_ROLLEDBACK) {
                LockSupport.parkNanos(POLL.toNanos());
            }
            assertThatThrownBy(TRANSACTIONS::commit).isInstanceOf(RollbackException.class);

            TRANSACTIONS.begin();
            assertThatThrownBy(() -> session.persist(new Vote(poll)))
                    .isInstanceOf(HibernateException.class)
                    .hasMessageContaining("rolled back in a different thread");
            TRANSACTIONS.rollback();

            TRANSACTIONS.begin();
            session.persist(new Vote(poll));
            session.persist(new Comment(second));
            TRANSACTIONS.commit();
        }
        assertComments(first, 0);
        assertComments(second, 1);
        assertVotes(1);
    }
}
