package io.countercache.hibernate.listener;

import static io.countercache.hibernate.support.Told.move;
import static io.countercache.hibernate.support.Told.once;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterListener;
import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.observe.CounterListeners;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.EachWrite;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.Told;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When and by whom a listener is called, and what it may do. */
@EachWrite
class ListenerCallTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private final Told told = new Told();
    private Post post;

    ListenerCallTest(String write) {
        db.setting(CounterCacheSettings.WRITE, write);
    }

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    private void listen(CounterListener listener) {
        Installation installed = requireNonNull(Installation.in((SessionFactoryImplementor) db.factory()));
        installed.listeners().add(listener);
    }

    private CounterMove comments(long number) {
        return move("Post", post.id, "commentsCount", number);
    }

    private void comment() {
        db.inTransaction(session -> session.persist(new Comment(post)));
    }

    @Test
    void itIsCalledByTheThreadThatCommitsWhenTheTransactionHasEnded() {
        List<Object> seen = new ArrayList<>();
        listen(moves -> {
            seen.add(Thread.currentThread());
            seen.add(db.number("select comments_count from post"));
            seen.add(db.connections().getHikariPoolMXBean().getActiveConnections());
        });
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.persist(new Comment(post));
            session.flush();
            assertThat(seen).isEmpty();
            session.getTransaction().commit();
            assertThat(seen).containsExactly(Thread.currentThread(), 1L, 0);
        }
    }

    @Test
    void itMayWorkInATransactionOfItsOwnWhichIsToldLikeAnyOther() {
        listen(told);
        listen(moves -> {
            if (told.calls().size() < 3) {
                db.inTransaction(session -> {
                    Post read = session.find(Post.class, moves.get(0).id());
                    assertThat(read.commentsCount).isEqualTo(told.calls().size());
                    session.persist(new Comment(read));
                });
            }
        });
        comment();
        assertThat(told.calls()).containsExactly(List.of(comments(1)), List.of(comments(1)), List.of(comments(1)));
        assertThat(db.number("select comments_count from post")).isEqualTo(3);
    }

    @Test
    void whatItThrowsIsLoggedAndTheOthersAreCalled() {
        RuntimeException failure = new IllegalStateException("no index");
        Error error = new NoClassDefFoundError("no driver");
        listen(new Failing(failure));
        listen(new Failing(error));
        listen(told);
        try (LogMessages messages = new LogMessages(CounterListeners.class.getName())) {
            comment();
            assertThat(messages.errors())
                    .hasSize(2)
                    .containsOnly("The counter listener " + Failing.class.getName()
                            + " has failed; the counters are committed");
        }
        assertThat(told.calls()).isEqualTo(once(comments(1)));
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }

    private record Failing(Throwable failure) implements CounterListener {
        @Override
        public void moved(List<CounterMove> moves) {
            throw Failing.<RuntimeException>unchecked(failure);
        }

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
            throw (E) thrown;
        }
    }

    @Test
    void aListenerThatInterruptsLeavesTheThreadInterrupted() {
        listen(new Failing(new InterruptedException("stop")));
        comment();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatIsToldCannotBeChanged() {
        listen(moves -> moves.clear());
        listen(moves -> moves.get(0).amounts().clear());
        listen(told);
        comment();
        assertThat(told.calls()).isEqualTo(once(comments(1)));
    }

    /** While there is no listener nothing is remembered. */
    @Test
    void aListenerHearsOfTransactionsThatMoveTheirFirstCounterAfterItCame() {
        db.inTransaction(session -> {
            session.persist(new Comment(post));
            session.flush();
            listen(told);
            session.persist(new Comment(post));
        });
        assertThat(told.calls()).isEmpty();
        comment();
        assertThat(told.calls()).isEqualTo(once(comments(1)));
    }
}
