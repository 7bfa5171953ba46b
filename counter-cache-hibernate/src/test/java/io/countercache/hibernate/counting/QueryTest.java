package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.Map;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What queries see of counters that the same transaction has moved. */
class QueryTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private Post post;

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    private int queried(Session session) {
        return session.createSelectionQuery("select p.commentsCount from Post p where p.id = :id", Integer.class)
                .setParameter("id", post.id)
                .getSingleResult();
    }

    @Test
    void aQueryOnTheParentSeesCommentsThatWereNotFlushed() {
        db.inTransaction(session -> {
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            assertThat(queried(session)).isEqualTo(1);
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            assertThat(queried(session)).isEqualTo(2);
        });
    }

    @Test
    void aQueryOnTheParentSeesCommentsThatWereFlushed() {
        db.inTransaction(session -> {
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            session.flush();
            assertThat(queried(session)).isEqualTo(1);
        });
    }

    @Test
    void aQueryInAWhereOrAnOrderSeesThemToo() {
        Post other = db.persist(new Post("other"));
        db.inTransaction(session -> {
            session.persist(new Comment(other));
            assertThat(session.createSelectionQuery("select p.id from Post p order by p.commentsCount desc", Long.class)
                            .getResultList())
                    .containsExactly(other.id, post.id);
            assertThat(session.createSelectionQuery("select p.id from Post p where p.commentsCount = 1", Long.class)
                            .getResultList())
                    .containsExactly(other.id);
        });
    }

    @Test
    void criteriaAndSynchronizedNativeQueriesSeeThemToo() {
        db.inTransaction(session -> {
            session.persist(new Comment(post));
            var criteria = session.getCriteriaBuilder().createQuery(Integer.class);
            criteria.select(criteria.from(Post.class).get("commentsCount"));
            assertThat(session.createSelectionQuery(criteria).getSingleResult()).isEqualTo(1);
            session.persist(new Comment(post));
            assertThat(session.createNativeQuery("select comments_count from post", Integer.class)
                            .addSynchronizedEntityClass(Post.class)
                            .getSingleResult())
                    .isEqualTo(2);
        });
    }

    @Test
    void aQueryOnOtherTablesWritesNothingEarly() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            session.persist(new Comment(post));
            session.createSelectionQuery("from Comment", Comment.class).getResultList();
            session.createSelectionQuery("from Author", Author.class).getResultList();
            session.persist(new Comment(post));
        }));
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(sql.get(sql.size() - 1)).startsWith("update post");
    }

    @OwnDatabase
    @Test
    void aTransactionWhoseEarlyWriteFailedCannotCommit() {
        db.execute("alter table post add constraint few check (comments_count < 1)");
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.persist(new Comment(post));
            assertThatThrownBy(() -> queried(session)).hasMessageStartingWith("could not move commentsCount of Post");
            assertThat(session.getTransaction().getRollbackOnly()).isTrue();
            session.getTransaction().commit();
        }
        assertThat(db.number("select count(*) from comment")).isZero();
    }

    @Test
    void aParentThatIsLoadedOrRefreshedMeanwhileIsToldWithoutAnEarlyWrite() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            session.flush();
            Post loaded = session.find(Post.class, post.id);
            assertThat(loaded.shown()).isEqualTo(1);
            session.refresh(loaded);
            assertThat(loaded.shown()).isEqualTo(1);
            session.detach(loaded);
            assertThat(session.find(Post.class, post.id).shown()).isEqualTo(1);
            session.clear();
            assertThat(session.find(Post.class, post.id).shown()).isEqualTo(1);
            assertThat(session.isDirty()).isFalse();
        }));
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(sql.get(sql.size() - 1)).startsWith("update post");
    }

    @Test
    void aParentThatIsFetchedWithItsChildIsTold() {
        Comment comment = db.persist(new Comment(post));
        db.inTransaction(session -> {
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            session.flush();
            Comment found = session.find(Comment.class, comment.id);
            assertThat(found.post.shown()).isEqualTo(1 + 1);
        });
    }

    @Test
    void aParentIsToldHoweverItIsLoaded() {
        Comment comment = db.persist(new Comment(post));
        db.inTransaction(session -> {
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            session.flush();

            Post proxy = session.getReference(Post.class, post.id);
            assertThat(proxy.shown()).isEqualTo(2);
            session.clear();

            var graph = session.createEntityGraph(Post.class);
            graph.addAttributeNodes("comments");
            assertThat(session.find(Post.class, post.id, Map.of("jakarta.persistence.loadgraph", graph))
                            .shown())
                    .isEqualTo(2);
            session.clear();

            assertThat(session.createSelectionQuery("from Comment c join fetch c.post where c.id = :id", Comment.class)
                            .setParameter("id", comment.id)
                            .getSingleResult()
                            .post
                            .shown())
                    .isEqualTo(2);
            session.clear();

            session.persist(new Comment(session.getReference(Post.class, post.id)));
            assertThat(session.createSelectionQuery("from Post order by commentsCount", Post.class)
                            .setFirstResult(0)
                            .setMaxResults(20)
                            .getResultList())
                    .extracting(Post::shown)
                    .containsExactly(3);
        });
    }

    @Test
    @SinceHibernate("7.0")
    void parentsThatAreLoadedTogetherAreTold() {
        db.inTransaction(session -> {
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            session.flush();
            session.clear();
            assertThat(session.findMultiple(Post.class, List.of(post.id)).get(0).shown())
                    .isEqualTo(1);
        });
    }

    @Test
    void aNativeQueryThatDoesNotSayWhatItReadsSeesWhatIsWritten() {
        db.inTransaction(session -> {
            session.persist(new Comment(post));
            var query = session.createNativeQuery("select comments_count from post", Integer.class);
            assertThat(query.getSingleResult()).isZero();
            CounterCaches.of(session).flush();
            assertThat(query.getSingleResult()).isEqualTo(1);
        });
    }
}
