package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.OptimisticLockException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many transactions at once: nothing fails that would not have failed before, and every count is right in the end. */
@Tag("soak")
public class TrafficTest {

    private static final int POSTS = 10;

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private final List<Post> posts = new ArrayList<>();

    @BeforeEach
    void posts() {
        for (int i = 0; i < POSTS; i++) {
            posts.add(db.persist(new Post("post " + i)));
        }
    }

    /** Runs work on some threads at once, and fails as the first of them fails. */
    public static void onThreads(int threads, Callable<?> work) {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(executor.submit(work));
            }
            for (Future<?> each : running) {
                each.get(10, TimeUnit.MINUTES);
            }
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("a thread failed", e);
        } finally {
            executor.shutdownNow();
        }
    }

    private List<Long> someComments(Session session, int most) {
        return session.createSelectionQuery("select id from Comment order by " + TestServer.RANDOM, Long.class)
                .setMaxResults(most)
                .getResultList();
    }

    /** Not on MariaDB: each flush locks parents there, and several may deadlock. */
    private static void flush(Session session) {
        if (!TestServer.IS_MARIADB) {
            session.flush();
        }
    }

    /** One transaction of inserts, deletes and moves, on posts in random order. */
    private void change(Session session, Random random) {
        List<Long> ids = someComments(session, 3);
        for (int i = 0; i < 3; i++) {
            Post post = session.getReference(Post.class, posts.get(random.nextInt(POSTS)).id);
            session.persist(new Comment(post));
            flush(session);
        }
        for (Long id : ids) {
            Comment comment = session.find(Comment.class, id);
            if (comment == null) {
                continue;
            }
            if (random.nextBoolean()) {
                session.remove(comment);
            } else {
                comment.post = session.getReference(Post.class, posts.get(random.nextInt(POSTS)).id);
            }
        }
    }

    @Test
    void sixteenThreadsThatInsertDeleteAndMoveNeverDeadlockAndNeverDrift() {
        db.inTransaction(session -> {
            for (int i = 0; i < 500; i++) {
                session.persist(new Comment(posts.get(i % POSTS)));
            }
        });
        AtomicInteger seeds = new AtomicInteger();
        AtomicInteger committed = new AtomicInteger();
        onThreads(16, () -> {
            Random random = new Random(seeds.incrementAndGet());
            for (int i = 0; i < 125; i++) {
                try {
                    db.inTransaction(session -> change(session, random));
                    committed.incrementAndGet();
                } catch (OptimisticLockException stale) {
                    // two transactions took the same comment: one of them has to lose
                }
            }
            return null;
        });
        assertThat(committed.get()).isGreaterThan(1000);
    }

    @Test
    void transactionsThatTouchFiveOfTenPostsInRandomOrderDoNotDeadlock() {
        onThreads(8, () -> {
            Random random = new Random(Thread.currentThread().getId());
            for (int i = 0; i < 50; i++) {
                List<Post> shuffled = new ArrayList<>(posts);
                Collections.shuffle(shuffled, random);
                db.inTransaction(session -> shuffled.subList(0, 5).forEach(post -> {
                    session.persist(new Comment(session.getReference(Post.class, post.id)));
                    flush(session);
                }));
            }
            return null;
        });
        assertThat(db.number("select sum(comments_count) from post")).isEqualTo(8 * 50 * 5);
    }

    @Test
    void aResetUnderTrafficIsExact() {
        Post hot = posts.get(0);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger roles = new AtomicInteger();
        onThreads(9, () -> {
            if (roles.getAndIncrement() == 0) {
                for (int i = 0; i < 300; i++) {
                    db.execute("update post set comments_count = comments_count + 1 where id = " + hot.id);
                    db.inTransaction(
                            session -> CounterCaches.of(session).resetCounters(Post.class, hot.id, "comments"));
                }
                done.set(true);
            } else {
                while (!done.get()) {
                    db.inTransaction(session -> session.persist(new Comment(hot)));
                }
            }
            return null;
        });
        assertThat(db.number("select count(*) from comment")).isPositive();
    }

    @Test
    void resetsOfTheSameRowAtOnceCorrectItOnce() {
        Post hot = posts.get(0);
        CyclicBarrier barrier = new CyclicBarrier(
                4, () -> db.execute("update post set comments_count = comments_count + 3 where id = " + hot.id));
        onThreads(4, () -> {
            for (int i = 0; i < 30; i++) {
                barrier.await(5, TimeUnit.MINUTES);
                db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, hot.id));
                barrier.await(5, TimeUnit.MINUTES);
                db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, hot.id));
            }
            return null;
        });
        assertThat(db.number("select comments_count from post where id = " + hot.id))
                .isZero();
    }

    @Test
    void resetsOfManyPostsDoNotDeadlockWithTraffic() {
        AtomicInteger roles = new AtomicInteger();
        List<Long> ids = posts.stream().map(post -> post.id).toList();
        onThreads(6, () -> {
            int role = roles.getAndIncrement();
            for (int i = 0; i < 60; i++) {
                if (role < 2) {
                    // pairs with what reset finds: every row is wrong
                    db.execute("update post set comments_count = comments_count + 1 where id = " + ids.get(i % POSTS));
                    List<Long> shuffled = new ArrayList<>(ids);
                    Collections.shuffle(shuffled, new Random(i));
                    db.inTransaction(session ->
                            CounterCaches.of(session).on(Post.class, shuffled).reset());
                } else {
                    List<Post> reversed = new ArrayList<>(posts);
                    Collections.reverse(reversed);
                    db.inTransaction(session -> reversed.forEach(post -> session.persist(new Comment(post))));
                }
            }
            return null;
        });
        assertThat(IntStream.range(0, POSTS)
                        .mapToObj(i -> db.number("select comments_count from post where id = " + ids.get(i))))
                .allMatch(count -> count == 4 * 60L);
    }
}
