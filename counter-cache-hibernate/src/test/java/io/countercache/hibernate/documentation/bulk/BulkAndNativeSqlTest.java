package io.countercache.hibernate.documentation.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.documentation.Blocks;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BulkAndNativeSqlTest {

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Post.class, Comment.class);

    Post apples;
    Post pears;

    @BeforeEach
    void twoPosts() {
        apples = db.persist(new Post());
        pears = db.persist(new Post());
        db.persist(new Comment(apples, true));
        db.persist(new Comment(apples, false));
    }

    @Test
    @SinceHibernate("7.2")
    void bulkStatementsAreCounted() {
        db.inTransaction(session -> {
            Post loaded = session.find(Post.class, apples.id);
            count(session, loaded, session.find(Post.class, pears.id));
            assertThat(loaded.commentsCount).isZero();
        });
        assertThat(count(apples)).isZero();
        assertThat(count(pears)).isEqualTo(1);
    }

    private static void count(EntityManager entityManager, Post from, Post to) {
        // tag::counted[]
        entityManager.createQuery("delete from Comment c where c.spam = true").executeUpdate();
        entityManager
                .createQuery("update Comment c set c.post = :to where c.post = :from")
                .setParameter("to", to)
                .setParameter("from", from)
                .executeUpdate();
        // end::counted[]
    }

    @Test
    @Tag("postgresql")
    @SinceHibernate("7.4")
    void oneStatementDeletesAndCounts() {
        List<String> statements = db.statementsOf(
                () -> db.inTransaction(session -> session.createMutationQuery("delete from Comment c where c.spam")
                        .executeUpdate()));
        assertThat(statements.stream().map(Blocks::inOneLine))
                .containsAll(Blocks.testedBy("BulkAndNativeSqlTest#oneStatementDeletesAndCounts"));
    }

    @Test
    void aStatementThatIsLetThrough() {
        db.inTransaction(session -> ignore(session, apples.id));
        assertThat(count(apples)).isZero();
    }

    private static void ignore(EntityManager entityManager, long post) {
        // tag::ignored[]
        entityManager
                .createQuery("delete from Comment c where c.post.id = :post")
                .setParameter("post", post)
                .setHint("org.hibernate.comment", "hibernate.counter_cache.bulk=ignore")
                .executeUpdate();
        CounterCaches.of(entityManager).resetCounters(Post.class, post);
        // end::ignored[]
    }

    private long count(Post post) {
        return db.number("select comments_count from post where id = " + post.id);
    }
}
