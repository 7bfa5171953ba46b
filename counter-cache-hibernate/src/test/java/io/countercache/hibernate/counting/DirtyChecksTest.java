package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How often a session compares its entities with what it has loaded, for the sake of counters: as often as without them. */
class DirtyChecksTest {

    private static final int POSTS = 1000;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private final AtomicInteger checked = new AtomicInteger();
    private final List<Set<String>> read = new ArrayList<>();
    private Long first = 0L;
    private Consumer<Session> duringFlush = session -> {};

    @BeforeEach
    void postsAndListeners() {
        db.inTransaction(session -> {
            for (int i = 0; i < POSTS; i++) {
                Post post = new Post("post");
                session.persist(post);
                first = post.id; // any of them
            }
        });
        var listeners = db.factory()
                .unwrap(SessionFactoryImplementor.class)
                .getEventEngine()
                .getListenerRegistry();
        listeners.appendListeners(EventType.FLUSH_ENTITY, event -> checked.incrementAndGet());
        listeners.appendListeners(EventType.AUTO_FLUSH, event -> read.add(event.getQuerySpaces()));
        listeners.appendListeners(EventType.PRE_INSERT, event -> {
            duringFlush.accept((Session) SameSource.session(event));
            return false;
        });
    }

    /** The number of entities that are compared while something is done in a session that manages all posts. */
    private int checkedBy(FlushMode mode, Consumer<Session> before, Consumer<Session> done) {
        db.inTransaction(session -> {
            session.createSelectionQuery("from Post", Post.class).getResultList();
            session.setHibernateFlushMode(mode);
            before.accept(session);
            checked.set(0);
            read.clear();
            done.accept(session);
            session.setHibernateFlushMode(FlushMode.MANUAL); // so that the commit does not flush what a test leaves
        });
        return checked.get();
    }

    private Post post(Session session) {
        return session.find(Post.class, first);
    }

    private Counters<?> counters(Session session) {
        return CounterCaches.of(session).on(Post.class, first);
    }

    private static long queried(Session session) {
        return session.createSelectionQuery("select sum(p.commentsCount) from Post p", Long.class)
                .getSingleResult();
    }

    @Test
    void aQueryChecksEachEntityOnce() {
        int entities = checkedBy(
                FlushMode.AUTO,
                session -> {},
                session -> assertThat(queried(session)).isZero());
        assertThat(entities).isEqualTo(POSTS);
        assertThat(read).containsExactly(Set.of("post"));
    }

    @Test
    void aQueryForWhichANewCommentIsFlushedChecksEachEntityOnce() {
        int entities = checkedBy(
                FlushMode.AUTO,
                session -> session.persist(new Comment(post(session))),
                session -> assertThat(queried(session)).isEqualTo(1));
        assertThat(entities).isEqualTo(POSTS + 1);
        assertThat(read).as("what later listeners see of the event").containsExactly(Set.of("post"));
    }

    @Test
    void aQueryInTheMiddleOfThatFlushDoesNotBeginAnother() {
        duringFlush = session -> session.createSelectionQuery("select count(*) from Post", Long.class)
                .getSingleResult();
        checkedBy(
                FlushMode.AUTO,
                session -> session.persist(new Comment(post(session))),
                session -> assertThat(queried(session)).isEqualTo(1));
        assertThat(read).containsExactly(Set.of("post"), Set.of("post"));
    }

    @Test
    void aFlushThatFailsLeavesNothingBehind() {
        duringFlush = session -> {
            throw new IllegalStateException("refused by a listener");
        };
        assertThatThrownBy(() -> checkedBy(
                        FlushMode.AUTO,
                        session -> session.persist(new Comment(post(session))),
                        DirtyChecksTest::queried))
                .hasMessage("refused by a listener");
        assertThat(read).isEmpty();
    }

    @Test
    void anIncrementOfACounterOfChildrenChecksNothingAndShowsWhatIsPending() {
        int entities = checkedBy(
                FlushMode.AUTO,
                session -> {
                    session.persist(new Comment(post(session)));
                    session.flush();
                },
                session -> {
                    List<String> sql = db.statementsOf(() -> counters(session).increment("commentsCount", 2));
                    assertThat(counterUpdates(sql))
                            .as("the pending delta waits")
                            .hasSize(1);
                    assertThat(post(session).commentsCount).isEqualTo(3);
                    counters(session).decrement("commentsCount", 2);
                    assertThat(post(session).commentsCount).isEqualTo(1);
                });
        assertThat(entities).isZero();
    }

    @Test
    void theValueOfACounterOfChildrenIsAnsweredAfterOneCheckInEveryFlushMode() {
        for (FlushMode mode : List.of(FlushMode.COMMIT, FlushMode.AUTO, FlushMode.ALWAYS)) {
            int entities = checkedBy(
                    mode,
                    session -> {
                        Comment comment = new Comment(post(session));
                        session.persist(comment);
                        session.getTransaction().setRollbackOnly();
                    },
                    session -> assertThat(counters(session).value("commentsCount"))
                            .as("in mode " + mode)
                            .isEqualTo(1));
            assertThat(entities).isEqualTo(POSTS + 1);
        }
    }

    @Test
    void withoutFlushesTheValueIsThatOfTheLastOne() {
        int entities = checkedBy(
                FlushMode.MANUAL,
                session -> {
                    session.persist(new Comment(post(session)));
                    session.flush();
                    session.persist(new Comment(post(session)));
                },
                session -> assertThat(counters(session).value("commentsCount")).isEqualTo(1));
        assertThat(entities).isZero();
    }
}
