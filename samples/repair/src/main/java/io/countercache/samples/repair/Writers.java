package io.countercache.samples.repair;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.SessionFactory;

/** Threads that add and remove comments on random posts until they are closed. */
final class Writers implements AutoCloseable {

    private final SessionFactory factory;
    private final int posts;
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicLong transactions = new AtomicLong();
    private volatile boolean closed;

    Writers(SessionFactory factory, int posts, int threads) {
        this.factory = factory;
        this.posts = posts;
        this.threads = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            running.add(this.threads.submit(this::write));
        }
    }

    private void write() {
        while (!closed) {
            Comment added = factory.fromTransaction(session -> {
                long post = ThreadLocalRandom.current().nextLong(1, posts + 1);
                Comment comment = new Comment(session.getReference(Post.class, post));
                session.persist(comment);
                return comment;
            });
            factory.inTransaction(session -> session.remove(session.find(Comment.class, added.id)));
            transactions.addAndGet(2);
        }
    }

    long transactions() {
        return transactions.get();
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        try {
            for (Future<?> writer : running) {
                writer.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a writer failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
