package io.countercache.hibernate.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.RepairReport;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.LockModeType;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A repair locks parents only, and counts what is committed when it has locked them, at the default level of each database. */
@Tag("databases")
class RepairBesideLocksTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    @Test
    void aChildThatSomebodyHasLockedIsCounted() {
        Post post = db.persist(new Post("post"));
        db.persist(new Comment(post));
        db.execute("update post set comments_count = 7");
        RepairReport report = db.fromTransaction(session -> {
            // which locks the index of the foreign key as well
            session.createSelectionQuery("from Comment c where c.post.id = :post", Comment.class)
                    .setParameter("post", post.id)
                    .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                    .getResultList();
            return CounterRepair.of(db.factory(), Post.class).repair();
        });
        assertThat(report.failures()).isEmpty();
        assertThat(report.drifted()).isEqualTo(1);
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }

    @Test
    void whatAnotherRepairCorrectsJustBeforeTheRowIsLockedIsCorrectedOnce() {
        db.persist(new Comment(db.persist(new Post("post"))));
        db.execute("update post set comments_count = 7");
        AtomicBoolean isBeforeLock = new AtomicBoolean(true);
        var configuration = db.configuration().setStatementInspector(sql -> {
            boolean isLock = sql.contains("from post") && sql.endsWith(" update");
            if ((isLock || sql.startsWith("update post")) && isBeforeLock.getAndSet(false)) {
                CounterRepair.of(db.factory(), Post.class).repair();
            }
            return sql;
        });
        configuration.setProperty("hibernate.hbm2ddl.auto", "none");
        try (var factory = configuration.buildSessionFactory()) {
            CounterRepair.of(factory, Post.class).repair();
        }
        assertThat(isBeforeLock).isFalse();
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }
}
