package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.countercache.hibernate.support.AfterCompletion;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.hibernate.SessionEventListener;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What stands around the message that commits: pools that refuse it, and what fails before and after it. */
@Tag("postgresql")
class AroundTheMessageTest {

    private static final String INTERNAL = "io.countercache.hibernate.internal.write.";

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private Post post;

    @BeforeEach
    void aPostWithAComment() {
        post = db.persist(new Post("post"));
        db.persist(new Comment(post));
    }

    private void comment(Session session) {
        session.persist(new Comment(session.getReference(Post.class, post.id)));
    }

    private void assertComments(int comments) {
        assertThat(db.number("select count(*) from comment")).isEqualTo(comments);
        assertThat(db.number("select comments_count from post")).isEqualTo(comments);
    }

    // ---- pools ----

    /** What a pool does instead of what it is asked. */
    private interface Refusal {
        void before(Method method, Object[] arguments) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, Refusal refusal) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    refusal.before(method, arguments);
                    try {
                        Object result = method.invoke(target, arguments);
                        return method.getName().equals("getConnection") && result instanceof Connection connection
                                ? proxy(Connection.class, connection, refusal)
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private void through(Refusal refusal, Consumer<SessionFactory> work) {
        var configuration = db.configuration();
        DataSource pool = proxy(DataSource.class, db.recording(db.connections()), refusal);
        configuration.getProperties().put("hibernate.connection.datasource", pool);
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            work.accept(factory);
        }
    }

    @Test
    void aPoolThatRefusesSeveralStatementsInOneTextHasCountersWrittenBefore() {
        Refusal firewall = (method, arguments) -> {
            if (method.getName().equals("prepareStatement") && ((String) arguments[0]).contains(";")) {
                throw new SQLException("multi-statement not allow");
            }
        };
        through(firewall, factory -> {
            try (LogMessages log = new LogMessages(INTERNAL + "CounterWriter")) {
                factory.inTransaction(this::comment);
                factory.inTransaction(this::comment);
                assertThat(log.texts())
                        .containsExactly(
                                "Counters are written just before the commit from now on: they cannot be sent along with it");
            }
        });
        assertComments(3);
    }

    @Test
    void aPoolThatDoesNotKnowUnwrapHasCountersWrittenBefore() {
        Refusal old = (method, arguments) -> {
            if (List.of("isWrapperFor", "unwrap").contains(method.getName())) {
                throw new UnsupportedOperationException(method.getName());
            }
        };
        through(old, factory -> factory.inTransaction(this::comment));
        assertComments(2);
    }

    @Test
    void aTransactionWithATimeoutWritesBeforeItsCommitSoThatOnlyItsStatementsHaveTheTimeout() {
        List<String> messages = db.messagesOf(() -> {
            try (Session session = db.factory().openSession()) {
                session.getTransaction().setTimeout(60);
                session.beginTransaction();
                comment(session);
                session.getTransaction().commit();
            }
        });
        assertThat(messages).noneMatch(message -> message.contains("commit"));
        assertComments(2);
    }

    // ---- failures after the commit ----

    @Test
    void aListenerThatFailsAfterTheMessageDoesNotMakeTheCommitLookFailed() {
        try (LogMessages log = new LogMessages(INTERNAL + "RowsUpdate");
                Session session = db.factory().openSession()) {
            session.beginTransaction();
            comment(session);
            session.flush();
            session.addEventListeners(new SessionEventListener() {
                @Override
                public void jdbcExecuteStatementEnd() {
                    throw new IllegalStateException("of a listener");
                }
            });
            session.getTransaction().commit();
            assertThat(log.texts())
                    .containsExactly(
                            "commentsCount of Post %d was written and committed, but what was to be done then has failed"
                                    .formatted(post.id));
        }
        assertComments(2);
    }

    @Test
    void aLookForARowThatWasNotHitMayFailAndTheTransactionIsCommittedAllTheSame() {
        Refusal failing = (method, arguments) -> {
            if (method.getName().equals("prepareStatement")
                    && ((String) arguments[0]).startsWith("select 1 from post")) {
                throw new SQLException("cannot look");
            }
        };
        through(failing, factory -> {
            try (LogMessages log = new LogMessages(INTERNAL + "MissedRows")) {
                factory.inTransaction(session -> {
                    session.createSelectionQuery("from Comment", Comment.class)
                            .getResultList()
                            .forEach(session::remove);
                    session.flush();
                    session.doWork(connection -> execute("delete from post", connection));
                });
                assertThat(log.texts())
                        .containsExactly(
                                "commentsCount of Post %d was not written, and it cannot be seen whether the row is there"
                                        .formatted(post.id));
                Post next = new Post("next");
                factory.inTransaction(session -> session.persist(next)); // the connection can be used
            }
        });
        assertThat(db.number("select count(*) from comment")).isZero();
        assertThat(db.number("select count(*) from post")).isEqualTo(1);
    }

    private static void execute(String sql, Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
        }
    }

    // ---- failures of the message ----

    @Test
    void aSynchronizationThatFailsAfterAFailedCommitLeavesNoTransactionBehind() {
        db.execute("alter table post add constraint few check (comments_count < 2)");
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            AfterCompletion.of(session, status -> {
                throw new IllegalStateException("of the application");
            });
            comment(session);
            assertThat(catchThrowable(() -> session.getTransaction().commit())).isNotNull();
            session.clear();
            session.beginTransaction();
            session.createNativeMutationQuery("update post set title = 'changed'")
                    .executeUpdate();
            session.getTransaction().rollback();
        }
        assertThat(db.text("select title from post")).isEqualTo("post");
        assertComments(1);
    }

    @Test
    @SinceHibernate(
            value = "7.0",
            because = "for 6.6 a transaction that is marked for rollback is in progress until its callbacks are done")
    void afterAFailedCommitTheTransactionIsOver() {
        db.execute("alter table post add constraint few check (comments_count < 2)");
        boolean[] inProgress = {true};
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            AfterCompletion.of(
                    session,
                    status -> inProgress[0] = ((SharedSessionContractImplementor) session).isTransactionInProgress());
            comment(session);
            assertThatThrownBy(() -> session.getTransaction().commit()).hasMessageContaining("could not move");
        }
        assertThat(inProgress).containsExactly(false);
        assertComments(1);
    }
}
