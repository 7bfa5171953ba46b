package io.countercache.samples.sharding;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/** Threads that write, move and remove comments on any posts. */
final class Crowd {

    static final int THREADS = 8;

    private final Blog blog;

    Crowd(Blog blog) {
        this.blog = blog;
    }

    private interface Turn {
        void take(int number);
    }

    private static long anyPost() {
        return ThreadLocalRandom.current().nextLong(Blog.POSTS);
    }

    /** Each thread writes, moves and removes comments; every transaction has posts of any servers. Returns how many committed. */
    int writeMoveAndRemove(int transactionsPerThread) throws Exception {
        return run(transactionsPerThread, number -> {
                    List<Long> written = blog.factory.fromTransaction(session -> List.of(
                            blog.comment(session, anyPost()).id,
                            blog.comment(session, anyPost()).id,
                            blog.comment(session, anyPost()).id));
                    blog.factory.inTransaction(session -> {
                        session.find(Comment.class, written.get(0)).post = session.getReference(Post.class, anyPost());
                        session.remove(session.find(Comment.class, written.get(1)));
                    });
                })
                * 2;
    }

    /** Transactions per second that write one comment each. */
    double transactionsPerSecond(int transactionsPerThread) throws Exception {
        Turn write = number -> blog.factory.inTransaction(session -> blog.comment(session, anyPost()));
        run(transactionsPerThread, write); // before it is measured
        long begun = System.nanoTime();
        int written = run(transactionsPerThread, write);
        return written * 1e9 / (System.nanoTime() - begun);
    }

    private static int run(int turns, Turn turn) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                running.add(threads.submit(() -> {
                    for (int number = 0; number < turns; number++) {
                        turn.take(number);
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            return THREADS * turns;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a transaction failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
