package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.EachWrite;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.SessionEventListener;
import org.hibernate.resource.transaction.spi.TransactionStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commits that fail, in the UPDATE of a counter or after it: what is left is as after any other failure. */
@Tag("postgresql")
@EachWrite
class FailedCommitTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private final List<String> told = new ArrayList<>();
    private final String write;
    private Post post;

    FailedCommitTest(String write) {
        this.write = write;
        db.setting(CounterCacheSettings.WRITE, write);
    }

    @BeforeEach
    void aPostWithAComment() {
        post = db.persist(new Post("post"));
        db.persist(new Comment(post));
    }

    private enum Failure {
        /** Of the UPDATE. */
        CONSTRAINT("ConstraintViolationException", "alter table post add constraint few check (comments_count < 2)"),
        /** Of the UPDATE. */
        LOCK("PessimisticLockException", "select"),
        /** Of the COMMIT. */
        DEFERRED_CONSTRAINT(
                "TransactionException",
                "alter table comment add constraint few unique (post_id) deferrable initially deferred");

        final String exception;
        final String ddl;

        Failure(String exception, String ddl) {
            this.exception = exception;
            this.ddl = ddl;
        }
    }

    /** Hears of the end of the transaction that has begun, and of later ones of the session. */
    private void listen(Session session) {
        session.addEventListeners(new SessionEventListener() {
            @Override
            public void transactionCompletion(boolean successful) {
                told.add(successful ? "session: committed" : "session: not committed");
            }
        });
        session.getTransaction().registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                told.add("before completion");
            }

            @Override
            public void afterCompletion(int status) {
                told.add(status == Status.STATUS_COMMITTED ? "committed" : "not committed");
            }
        });
    }

    private void comment(Session session) {
        session.persist(new Comment(session.getReference(Post.class, post.id)));
    }

    private void failWhile(Failure failure, Session session) throws SQLException {
        try (Connection holder = db.connections().getConnection();
                var statement = holder.createStatement()) {
            if (failure == Failure.LOCK) {
                holder.setAutoCommit(false);
                statement.execute("select from post for no key update");
                session.createNativeMutationQuery("set local lock_timeout = 1").executeUpdate();
            } else {
                statement.execute(failure.ddl);
            }
            comment(session);
            Throwable refused = catchThrowable(() -> session.getTransaction().commit());
            told.add(refused.getClass().getSimpleName());
            if (failure == Failure.LOCK) {
                holder.rollback();
            } else {
                statement.execute("alter table %s drop constraint few"
                        .formatted(failure == Failure.CONSTRAINT ? "post" : "comment"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSessionAndItsConnectionCanGoOn(Failure failure) throws SQLException {
        assumeTrue(
                HibernateVersions.isSince("7.4")
                        || failure != Failure.DEFERRED_CONSTRAINT
                        || write.equals("with_commit"),
                "Hibernate before 7.4 tells nobody of a COMMIT of its own that has failed");
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            listen(session);
            failWhile(failure, session);
            session.getTransaction().rollback(); // as code does that does not know how far the commit got
            assertThat(told)
                    .containsExactlyInAnyOrder(
                            "before completion", failure.exception, "not committed", "session: not committed");
            assertThat(session.getTransaction().getStatus())
                    .isIn(TransactionStatus.NOT_ACTIVE, TransactionStatus.ROLLED_BACK);
            session.clear();
            session.beginTransaction();
            comment(session);
            session.getTransaction().commit();
            assertThat(told).endsWith("session: committed");
        }
        assertThat(db.number("select comments_count from post")).isEqualTo(2);
        assertThat(db.number("select count(*) from comment")).isEqualTo(2);
    }
}
