package io.countercache.hibernate.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.EachMode;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.Told;
import jakarta.persistence.PersistenceException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whoever adds up what is told has what the counters have. */
@EachMode
class ListenerTrafficTest {

    private static final int THREADS = 8;
    private static final int TRANSACTIONS = 60;
    private static final int POSTS = 5;

    private static final Told TOLD = new Told();

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Post.class, Author.class, Comment.class).setting(CounterCacheSettings.LISTENER, TOLD);

    ListenerTrafficTest(String write) {
        db.setting(CounterCacheSettings.WRITE, write);
    }

    /** Ends a transaction that is not to be committed. */
    private static final class Rollback extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static void change(Session session, List<Post> posts, Random random) {
        Long id = posts.get(random.nextInt(POSTS)).id;
        Post post = session.getReference(Post.class, id);
        List<Comment> some = session.createSelectionQuery("from Comment order by text", Comment.class)
                .setMaxResults(1)
                .setFirstResult(random.nextInt(20))
                .getResultList();
        switch (random.nextInt(8)) {
            case 0 -> some.forEach(session::remove);
            case 1 -> some.forEach(comment -> comment.post = post);
            case 2 -> CounterCaches.of(session).on(Post.class, id).increment("commentsCount", 3);
            case 3 -> CounterCaches.of(session).resetCounters(Post.class, id);
            case 4 -> {
                Post fresh = new Post("new");
                session.persist(fresh);
                session.persist(new Comment(fresh));
            }
            default -> session.persist(new Comment(post));
        }
        if (random.nextInt(6) == 0) {
            CounterCaches.of(session).flush();
        }
        if (random.nextInt(6) == 0) {
            throw new Rollback();
        }
    }

    @Test
    void theSumOfAllThatIsToldIsWhatTheCountersHave() {
        List<Post> posts = Blog.posts(POSTS, db);
        TOLD.forget();
        try (Concurrently threads = new Concurrently(db)) {
            List<Future<?>> running = IntStream.range(0, THREADS)
                    .<Future<?>>mapToObj(seed -> threads.start(() -> work(posts, new Random(seed))))
                    .toList();
            running.forEach(Concurrently::finish);
        }
        Map<Object, Long> sums = new HashMap<>();
        for (List<CounterMove> moves : TOLD.calls()) {
            moves.forEach(move ->
                    sums.merge(move.id(), move.amounts().get("commentsCount").longValue(), Long::sum));
        }
        sums.values().removeIf(sum -> sum == 0);
        Map<Object, Long> stored = new HashMap<>();
        db.inTransaction(session -> session.createSelectionQuery("from Post where commentsCount <> 0", Post.class)
                .getResultList()
                .forEach(post -> stored.put(post.id, (long) post.commentsCount)));
        assertThat(sums).isEqualTo(stored);
        assertThat(TOLD.calls()).hasSizeGreaterThan(THREADS * TRANSACTIONS / 3);
        db.inTransaction(session ->
                CounterCaches.of(session).on(Post.class, stored.keySet()).reset());
    }

    private void work(List<Post> posts, Random random) {
        for (int i = 0; i < TRANSACTIONS; i++) {
            try {
                db.inTransaction(session -> change(session, posts, random));
            } catch (Rollback | PersistenceException notCommitted) {
                // of two that take the same comment one has to lose, and with flush there are deadlocks
            }
        }
    }
}
