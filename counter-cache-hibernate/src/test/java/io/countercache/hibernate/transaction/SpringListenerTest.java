package io.countercache.hibernate.transaction;

import static io.countercache.hibernate.support.Told.move;
import static io.countercache.hibernate.support.Told.once;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.Told;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners in transactions of Spring: they may begin others, and what a rollback to a savepoint takes back is not told. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"hibernate", "jpa"})
class SpringListenerTest {

    private static final Told TOLD = new Told();

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Post.class, Comment.class, Author.class).setting(CounterCacheSettings.LISTENER, TOLD);

    @Parameter
    String manager;

    private SpringTransactions spring;
    private Post post;

    @BeforeEach
    void aPost() {
        spring = SpringTransactions.of(manager, db.factory());
        post = db.persist(new Post("post"));
        db.persist(new Author("ann"));
    }

    private List<List<CounterMove>> told(Consumer<Session> work) {
        return TOLD.of(() -> spring.outer(work));
    }

    private void comment(Session session) {
        session.persist(new Comment(session.getReference(Post.class, post.id)));
    }

    private CounterMove comments(long number) {
        return move("Post", post.id, "commentsCount", number);
    }

    private static void write(Session session) {
        CounterCaches.of(session).flush();
    }

    /** Spring still has the transaction that is committed, so work that takes part in it would be lost. */
    @Test
    @OwnDatabase
    void aListenerMayWorkInANewTransaction() {
        requireNonNull(Installation.in((SessionFactoryImplementor) db.factory()))
                .listeners()
                .add(moves -> {
                    if (TOLD.calls().size() < 3) {
                        spring.independent(this::comment);
                    }
                });
        assertThat(told(this::comment))
                .containsExactly(List.of(comments(1)), List.of(comments(1)), List.of(comments(1)));
        assertThat(db.number("select comments_count from post")).isEqualTo(3);
    }

    @Test
    void whatWasWrittenSinceTheSavepointIsNotTold() {
        assertThat(told(session -> {
                    comment(session);
                    write(session);
                    spring.rolledBack(nested -> {
                        comment(nested);
                        comment(nested);
                        write(nested);
                    });
                    comment(session);
                    spring.nested(this::comment);
                }))
                .isEqualTo(once(comments(3)));
    }

    @Test
    void whatWasPendingAtTheSavepointAndWrittenAfterItIsToldOnce() {
        assertThat(told(session -> {
                    comment(session);
                    session.flush();
                    spring.rolledBack(SpringListenerTest::write);
                }))
                .isEqualTo(once(comments(1)));
    }

    @Test
    void aSavepointMayBeOlderThanAllThatIsTold() {
        assertThat(told(session -> {
                    spring.rolledBack(nested -> {
                        comment(nested);
                        write(nested);
                    });
                    spring.rolledBack(nested ->
                            CounterCaches.of(nested).on(Author.class, "ann").increment("commentsCount"));
                }))
                .isEmpty();
    }

    @Test
    void aChangeByHandGoesWithTheSavepoint() {
        assertThat(told(session -> {
                    var ann = CounterCaches.of(session).on(Author.class, "ann");
                    spring.rolledBack(nested -> ann.increment("commentsCount"));
                    ann.increment("commentsCount", 2);
                }))
                .isEqualTo(once(move("Author", "ann", "commentsCount", 2)));
        db.execute("update author set comments_count = 0");
    }

    @Test
    void whatAnInsertHasCountedGoesWithTheSavepoint() {
        Post other = new Post("other");
        assertThat(told(session -> {
                    spring.rolledBack(nested -> {
                        Post gone = new Post("gone");
                        nested.persist(gone);
                        nested.persist(new Comment(gone));
                    });
                    session.clear();
                    session.persist(other);
                    session.persist(new Comment(other));
                }))
                .isEqualTo(once(move("Post", other.id, "commentsCount", 1)));
    }

    @Test
    void aRowThatWasDeletedAfterTheSavepointIsThereAgain() {
        assertThat(told(session -> {
                    comment(session);
                    write(session);
                    spring.rolledBack(nested -> {
                        nested.createSelectionQuery("from Comment", Comment.class)
                                .getResultList()
                                .forEach(nested::remove);
                        nested.remove(nested.find(Post.class, post.id));
                    });
                    session.clear();
                }))
                .isEqualTo(once(comments(1)));
    }
}
