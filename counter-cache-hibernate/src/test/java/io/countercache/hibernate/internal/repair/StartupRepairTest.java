package io.countercache.hibernate.internal.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.sql.InstanceLock;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.PgBouncer;
import io.countercache.hibernate.support.TestDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Future;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The repair of all counters in the background, and what the log says of it. */
class StartupRepairTest {

    private static final String TIME = "\\d+(\\.\\d)? s";

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private final LogMessages log = new LogMessages(StartupRepair.class.getPackageName());
    private List<Post> posts;

    @BeforeEach
    void twoPostsAreWrong() {
        posts = Blog.posts(8, db);
        db.persist(new Author("Ann"));
        db.inTransaction(session -> session.persist(new Comment(posts.get(3))));
        db.execute(
                "update post set comments_count = 9 where id in (%d, %d)".formatted(posts.get(2).id, posts.get(3).id));
    }

    @AfterEach
    void noLog() {
        log.close();
    }

    static StartupRepair of(SessionFactory factory, boolean repairs) {
        SessionFactoryImplementor implementor = factory.unwrap(SessionFactoryImplementor.class);
        Installation installed = Installation.toVerify(implementor);
        return new StartupRepair(implementor, installed.model(), installed.recount(), installed.activity(), repairs);
    }

    static void run(StartupRepair repair) {
        repair.start();
        try {
            repair.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void repair() {
        run(of(db.factory(), true));
    }

    private long wrong() {
        return db.number(
                "select count(*) from post p where comments_count <> (select count(*) from comment c where c.post_id = p.id)");
    }

    private String logged() {
        assertThat(log.texts()).hasSize(1);
        return log.texts().get(0);
    }

    @Test
    void whatIsWrongIsCorrectedAndTheLogListsIt() {
        repair();
        assertThat(wrong()).isZero();
        assertThat(logged().lines())
                .satisfiesExactly(
                        line -> assertThat(line).matches("Counters were repaired at start-up, in " + TIME + ":"),
                        line -> assertThat(line).matches("  - Author repaired: 1 row, 0 wrong, " + TIME),
                        line -> assertThat(line).matches("  - Post repaired: 8 rows, 2 wrong, " + TIME),
                        line -> assertThat(line)
                                .isEqualTo("  - Post.commentsCount of %d was 9, and 0 are counted", posts.get(2).id),
                        line -> assertThat(line)
                                .isEqualTo("  - Post.commentsCount of %d was 9, and 1 are counted", posts.get(3).id));
        assertThat(log.warnings()).isEmpty();
    }

    @Test
    void whatAVerificationFindsIsAWarningAndStays() {
        run(of(db.factory(), false));
        assertThat(wrong()).isEqualTo(2);
        assertThat(logged())
                .startsWith("Counters were verified at start-up, in ")
                .contains(", and not all are right: correct them with CounterRepair:")
                .contains("  - Post.commentsCount of %d is 9, and 0 are counted".formatted(posts.get(2).id));
        assertThat(log.warnings()).hasSize(1);
        repair();
    }

    @Test
    void rowsThatCannotBeCorrectedAreAWarningAndDoNotKeepTheOthers() {
        db.execute("alter table post add constraint stuck check (id <> %d or comments_count = 9)"
                .formatted(posts.get(2).id));
        repair();
        assertThat(wrong()).isEqualTo(1);
        assertThat(log.warnings())
                .singleElement()
                .asString()
                .contains("1 row or chunk could not be done")
                .containsIgnoringCase("stuck");
        db.execute("alter table post drop constraint stuck");
        repair();
    }

    @Test
    void aPoolOfOneOrTwoConnectionsIsEnough() throws SQLException {
        for (int connections : List.of(1, 2)) {
            db.execute("update post set comments_count = 5");
            HikariConfig few = new HikariConfig();
            db.connections().copyStateTo(few);
            few.setMaximumPoolSize(connections);
            try (HikariDataSource pool = new HikariDataSource(few);
                    SessionFactory factory = factory(pool)) {
                run(of(factory, true));
            }
            assertThat(wrong()).isZero();
        }
        assertThat(log.warnings()).isEmpty();
    }

    private SessionFactory factory(HikariDataSource pool) {
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.connection.datasource", pool);
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
        return configuration.buildSessionFactory();
    }

    @Tag("postgresql")
    @Test
    void whileAnotherInstanceDoesItNothingIsDone() {
        try (StatelessSession other = holder(db.factory())) {
            repair();
            assertThat(wrong()).isEqualTo(2);
            assertThat(logged()).isEqualTo("Counters are not repaired at start-up here: another instance does it");
            assertThat(log.warnings()).isEmpty();
            other.getTransaction().commit();
        }
        repair();
        assertThat(wrong()).isZero();
    }

    /** What an instance has while it is at a chunk. */
    private static StatelessSession holder(SessionFactory factory) {
        StatelessSession session = factory.openStatelessSession();
        session.beginTransaction();
        assertThat(new InstanceLock("author post").take((SharedSessionContractImplementor) session))
                .isTrue();
        return session;
    }

    @Tag("postgresql")
    @Test
    void anInstanceThatCrashesLeavesNoLock() {
        StatelessSession other = holder(db.factory());
        int backend = other.createNativeQuery("select pg_backend_pid()", Integer.class)
                .getSingleResult();
        assertThat(db.text("select pg_terminate_backend(%d, 60000)".formatted(backend)))
                .isEqualTo("t");
        repair();
        assertThat(wrong()).isZero();
        assertThatThrownBy(other::close).hasMessageContaining("terminating connection");
    }

    @Tag("postgresql")
    @Test
    void behindAPoolerThatGivesEachTransactionAnotherConnectionItIsTheSame() throws IOException {
        var program = PgBouncer.program();
        assumeTrue(program.isPresent(), PgBouncer.HOW_TO_INSTALL);
        HikariConfig config = new HikariConfig();
        config.setUsername("tests");
        try (PgBouncer bouncer = new PgBouncer(program.get(), db.connections(), 2)) {
            config.setJdbcUrl(bouncer.url());
            try (HikariDataSource pool = new HikariDataSource(config);
                    SessionFactory factory = factory(pool)) {
                try (StatelessSession other = holder(db.factory())) {
                    run(of(factory, true));
                    assertThat(logged()).endsWith("another instance does it");
                    other.getTransaction().rollback();
                }
                run(of(factory, true));
                assertThat(wrong()).isZero();
                try (StatelessSession other = holder(factory)) {
                    other.getTransaction().rollback(); // nothing was left by the repair
                }
            }
        }
    }

    @Test
    void anApplicationThatEndsWaitsForTheChunkAndNoLonger() throws SQLException {
        StartupRepair repair = of(db.factory(), true);
        try (var other = db.connections().getConnection();
                var statement = other.createStatement();
                Concurrently threads = new Concurrently(db)) {
            db.execute("update author set comments_count = 4");
            other.setAutoCommit(false);
            statement.execute("select name from author for update");
            repair.start();
            threads.awaitWaiting(1);
            Future<?> closing = threads.start(repair::close);
            other.rollback();
            Concurrently.finish(closing);
        }
        assertThat(db.number("select comments_count from author")).isZero();
        assertThat(wrong()).as("of the next table").isEqualTo(2);
        assertThat(logged()).isEqualTo("Counters are not repaired at start-up here: the application has ended before");
        repair();
    }

    @Test
    void aFactoryThatIsClosedBeforeIsNoWarning() {
        SessionFactory closing = factory(db.connections());
        StartupRepair repair = of(closing, true);
        closing.close();
        run(repair);
        assertThat(log.texts()).isEmpty();
        repair();
    }

    @Test
    void whatGoesWrongIsLoggedWithTheRemedy() {
        db.execute("alter table post rename to posts");
        repair();
        db.execute("alter table posts rename to post");
        assertThat(log.warnings())
                .containsExactly(
                        "Counters could not be repaired at start-up: what was done stays, for the rest call CounterRepair");
        repair();
    }
}
