package io.countercache.hibernate.repair;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCacheException;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.TransactionRequiredException;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Verifying all counters, of what is committed and of what is not. */
class VerifyTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private void rolledBack(Consumer<Session> work) {
        db.inTransaction(session -> {
            work.accept(session);
            session.getTransaction().markRollbackOnly();
        });
    }

    @Test
    void whatTheTransactionHasNotCommittedIsVerified() {
        rolledBack(session -> {
            Post post = new Post("new");
            post.add(new Comment());
            session.persist(post);
            RepairReport report = CounterCaches.of(session).verify();
            assertThat(report.isClean()).isTrue();
            assertThat(report.examined()).isEqualTo(1);
            session.createNativeMutationQuery("update post set comments_count = 5")
                    .executeUpdate();
            assertThat(CounterCaches.of(session).verify().first())
                    .singleElement()
                    .satisfies(drift -> {
                        assertThat(drift.id()).isEqualTo(post.id);
                        assertThat(drift.stored()).isEqualTo(5);
                        assertThat(drift.actual()).isEqualTo(1L);
                    });
        });
    }

    @Test
    void pendingDeltasAreWrittenBefore() {
        Post post = db.persist(new Post("old"));
        for (FlushMode mode : List.of(FlushMode.AUTO, FlushMode.COMMIT)) {
            rolledBack(session -> {
                session.setHibernateFlushMode(mode);
                session.persist(new Comment(session.find(Post.class, post.id)));
                assertThat(CounterCaches.of(session).verify().isClean()).isTrue();
                assertThat(session.createNativeQuery("select comments_count from post", Integer.class)
                                .getSingleResult())
                        .isEqualTo(1);
            });
        }
    }

    @Test
    void aStatelessSessionVerifiesToo() {
        db.factory().inStatelessTransaction(session -> {
            insert(session, new Author("Ann"));
            assertThat(CounterCaches.of(session).verify().examined()).isEqualTo(1);
        });
    }

    @Test
    void verifyingNeedsATransaction() {
        try (Session session = db.factory().openSession()) {
            assertThatThrownBy(() -> CounterCaches.of(session).verify())
                    .isInstanceOf(TransactionRequiredException.class)
                    .hasMessage(
                            "Counters can be verified in a transaction only: begin one (in Spring: @Transactional on the calling method), or use CounterRepair");
        }
    }

    @Test
    void whileTheLibraryIsDisabledNothingIsCalledClean() {
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.counter_cache.enabled", "false");
        try (SessionFactory disabled = configuration.buildSessionFactory()) {
            String refusal = "Counters are not verified while hibernate.counter_cache.enabled is false: set it to true";
            assertThatThrownBy(() -> CounterRepair.verifyAll(disabled))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage(refusal);
            disabled.inTransaction(session -> assertThatThrownBy(
                            () -> CounterCaches.of(session).verify())
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage(refusal));
        }
    }

    @Test
    void aReportCanBeRequiredToBeClean() {
        Post post = db.persist(new Post("drifted"));
        assertThatCode(() -> CounterRepair.verifyAll(db.factory()).requireClean())
                .doesNotThrowAnyException();
        db.execute("update post set comments_count = 5");
        assertThatThrownBy(() -> CounterRepair.verifyAll(db.factory()).requireClean())
                .isInstanceOf(CounterCacheException.class)
                .hasMessage("""
                        Counters are not clean, 1 of 1 rows are wrong: correct them with CounterRepair
                          - Post.commentsCount of %d is 5, and 0 are counted""", post.id);
        CounterRepair.of(db.factory(), Post.class).repair();
    }
}
