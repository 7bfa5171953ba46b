package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterSchema;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.sql.Connection;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * REPEATABLE READ where a query answers with old rows, also with those that are locked: H2, as MySQL and MariaDB do. What locks
 * first and reads later is refused there; what is exact goes on.
 */
@Tag("databases")
class OldRowsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private Post post;

    @BeforeEach
    void post() {
        assumeTrue(TestServer.IS_H2 || TestServer.IS_MARIADB, "PostgreSQL has no such queries");
        post = db.persist(new Post("post"));
    }

    private void atRepeatableRead(Consumer<Session> work) {
        db.inTransaction(session -> {
            session.doWork(connection -> connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ));
            session.createSelectionQuery("select count(*) from Comment", Long.class)
                    .getSingleResult();
            work.accept(session);
        });
    }

    @Test
    void aResetIsRefusedIfItWouldCountOldRows() {
        assumeTrue(TestServer.IS_H2, "MariaDB has queries that lock what they count");
        db.execute("update post set comments_count = 7");
        assertThatThrownBy(() -> atRepeatableRead(session -> {
                    db.persist(new Comment(post));
                    CounterCaches.of(session).resetCounters(Post.class, post.id, "commentsCount");
                }))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "Post is locked and then read, but at REPEATABLE READ this database reads what was there when the transaction began: use READ COMMITTED");
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, post.id, "commentsCount"));
    }

    @Test
    void aResetCountsWhatIsThereNow() {
        assumeTrue(TestServer.IS_MARIADB, "H2 refuses it");
        atRepeatableRead(session -> {
            db.persist(new Comment(post));
            db.persist(new Comment(post));
            db.execute("update post set comments_count = 7");
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            CounterCaches.of(session).resetCounters(Post.class, post.id, "commentsCount");
        });
        assertThat(db.number("select comments_count from post")).isEqualTo(3);
    }

    @Test
    void aCheckForDriftFindsNoneThatIsOnlyInItsSnapshot() {
        assumeTrue(TestServer.IS_MARIADB, "H2 cannot look at what is there now");
        atRepeatableRead(session -> {
            db.persist(new Comment(post));
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            CounterCaches.of(session).flush();
            assertThat(CounterCaches.of(session).on(Post.class, post.id).drift())
                    .isEmpty();
        });
    }

    @Test
    void aBulkStatementCountsWhatIsThereNow() {
        assumeTrue(TestServer.IS_MARIADB, "H2 refuses it");
        atRepeatableRead(session -> {
            db.persist(new Comment(post));
            db.persist(new Comment(post));
            assertThat(session.createMutationQuery("delete from Comment").executeUpdate())
                    .isEqualTo(2);
        });
        assertThat(db.number("select comments_count from post")).isZero();
    }

    @Test
    void deltasAreExact() {
        atRepeatableRead(session -> {
            db.persist(new Comment(post));
            session.persist(new Comment(session.getReference(Post.class, post.id)));
        });
        assertThat(db.number("select comments_count from post")).isEqualTo(2);
    }

    @Test
    void theCheckOfTheSchemaSaysSo() {
        assumeTrue(TestServer.IS_H2, "MariaDB refuses nothing");
        var configuration = db.configuration();
        configuration.setProperty("hibernate.hbm2ddl.auto", "none");
        configuration.getProperties().remove("hibernate.connection.datasource");
        configuration.setProperty("hibernate.connection.url", db.connections().getJdbcUrl());
        configuration.setProperty("hibernate.connection.isolation", "REPEATABLE_READ");
        try (var factory = configuration.buildSessionFactory()) {
            assertThat(CounterSchema.of(factory).problems())
                    .containsExactly(
                            "connections are at REPEATABLE READ, where this database reads old rows after it has locked the new ones, so that resets and some deletions are refused: set the connection pool to READ COMMITTED (in Spring Boot, spring.datasource.hikari.transaction-isolation; without a DataSource, hibernate.connection.isolation)");
        }
    }
}
