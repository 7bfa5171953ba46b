package io.countercache.hibernate.documentation.listening;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterListener;
import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ListeningTest {

    static final class Journal implements CounterListener {

        private SessionFactory sessionFactory;

        // tag::transaction[]
        @Override
        public void moved(List<CounterMove> moves) {
            sessionFactory.inTransaction(session -> moves.forEach(move -> session.persist(new Move(move.toString()))));
        }
        // end::transaction[]
    }

    final List<Long> refreshed = new ArrayList<>();
    final Journal journal = new Journal();

    @RegisterExtension
    final TestDatabase index = TestDatabase.with(Post.class, Comment.class)
            .setting(CounterCacheSettings.LISTENER, new PostIndex(refreshed::add));

    @RegisterExtension
    final TestDatabase written =
            TestDatabase.with(Post.class, Comment.class, Move.class).setting(CounterCacheSettings.LISTENER, journal);

    @BeforeEach
    void theListenerGetsTheFactory() {
        journal.sessionFactory = written.factory();
    }

    @Test
    void oneCallAfterTheCommit() {
        Post post = index.persist(new Post());
        index.inTransaction(session -> {
            session.persist(new Comment(post));
            session.persist(new Comment(post));
            session.flush();
            assertThat(refreshed).isEmpty();
        });
        assertThat(refreshed).containsExactly(post.id);
    }

    @Test
    void workInATransactionOfItsOwn() {
        Post post = written.persist(new Post());
        written.persist(new Comment(post));
        assertThat(written.text("select text from move"))
                .isEqualTo("CounterMove[entity=Post, id=%d, amounts={commentsCount=1}]", post.id);
    }
}
