package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.CounterCache;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PessimisticLockException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * MariaDB with {@code innodb_snapshot_isolation}, the default from 11.6.2 on: at REPEATABLE READ it refuses to lock a row that has
 * changed since the transaction read something for the first time. So counters are exact, or the transaction is to be run again.
 */
@Tag("databases")
class SnapshotIsolationTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class, Folder.class, FolderNote.class);

    @Entity(name = "Folder")
    static class Folder {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Folder parent;

        int notesCount;

        Folder() {}

        Folder(long id, Folder parent) {
            this.id = id;
            this.parent = parent;
        }
    }

    /** Counted one level up. */
    @Entity(name = "FolderNote")
    static class FolderNote {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "notesCount", path = "parent")
        Folder folder;

        FolderNote() {}

        FolderNote(long id, Folder folder) {
            this.id = id;
            this.folder = folder;
        }
    }

    private final AtomicBoolean isBeforeLock = new AtomicBoolean();
    private HikariDataSource connections;
    private SessionFactory factory;
    private Post post;

    @BeforeEach
    void factory() {
        assumeTrue(TestServer.IS_MARIADB, "others have no such variable");
        HikariConfig config = new HikariConfig();
        db.connections().copyStateTo(config);
        config.setConnectionInitSql("set session innodb_snapshot_isolation = on");
        connections = new HikariDataSource(config);
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        configuration.setProperty("hibernate.hbm2ddl.auto", "none");
        configuration.setStatementInspector(this::beforeLock);
        factory = configuration.buildSessionFactory();
        post = db.persist(new Post("post"));
    }

    /** Another transaction changes the post just before the library locks it. */
    private String beforeLock(String sql) {
        if (sql.contains("from post") && sql.endsWith("for update") && isBeforeLock.getAndSet(false)) {
            db.persist(new Comment(post));
        }
        if (sql.contains("from folder") && sql.endsWith("for update") && isBeforeLock.getAndSet(false)) {
            db.persist(new FolderNote(1, new Folder(2, null)));
        }
        return sql;
    }

    @AfterEach
    void close() {
        if (factory != null) {
            factory.close();
            connections.close();
        }
    }

    private void comment(Consumer<Session> before) {
        factory.inTransaction(session -> {
            before.accept(session);
            db.persist(new Comment(post));
            session.persist(new Comment(session.getReference(Post.class, post.id)));
        });
    }

    private void assertCounted(int comments) {
        assertThat(db.number("select comments_count from post")).isEqualTo(comments);
        assertThat(db.number("select count(*) from comment")).isEqualTo(comments);
    }

    @Test
    void aTransactionThatHasReadNothingBeforeIsNotRefused() {
        comment(session -> {});
        assertCounted(2);
    }

    @Test
    void aTransactionThatHasReadBeforeIsRefusedAndCanBeRunAgain() {
        assertThatThrownBy(() -> comment(session -> session.find(Post.class, post.id)))
                .isInstanceOfAny(
                        OptimisticLockException.class, PessimisticLockException.class) // before Hibernate 7 the latter
                .rootCause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1020));
        assertCounted(1);
        factory.inTransaction(session -> session.persist(new Comment(session.find(Post.class, post.id))));
        assertCounted(2);
    }

    @Test
    void atReadCommittedNothingIsRefused() {
        comment(session -> {
            session.doWork(connection -> connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED));
            session.find(Post.class, post.id);
        });
        assertCounted(2);
    }

    @Test
    void aResetBeforeWhichNothingWasReadIsNotRefused() {
        isBeforeLock.set(true);
        factory.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, post.id));
        assertCounted(1);
    }

    @Test
    void aRepairOfARowThatChangesJustBeforeItIsLockedIsNotRefused() {
        db.execute("update post set comments_count = 7");
        isBeforeLock.set(true);
        RepairReport report = CounterRepair.of(factory, Post.class).repair();
        assertThat(isBeforeLock).isFalse();
        assertThat(report.failures()).isEmpty();
        assertThat(report.drifted()).isEqualTo(1);
        assertCounted(1);
    }

    /** The rows of one table are all locked in one order: so where the path leads is read before the first is locked. */
    @Test
    void aPathWithinOneTableMayBeRefusedThoughTheApplicationHasReadNothing() {
        Folder top = db.persist(new Folder(1, null));
        db.persist(new Folder(2, top));
        isBeforeLock.set(true);
        assertThatThrownBy(() -> factory.inTransaction(
                        session -> session.persist(new FolderNote(2, session.getReference(Folder.class, 2L)))))
                .rootCause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1020));
        factory.inTransaction(session -> session.persist(new FolderNote(3, session.getReference(Folder.class, 2L))));
        assertThat(db.number("select notes_count from folder where id = 1")).isEqualTo(2);
    }
}
