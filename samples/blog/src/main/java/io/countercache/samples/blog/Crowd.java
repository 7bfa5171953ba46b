package io.countercache.samples.blog;

import jakarta.persistence.OptimisticLockException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.hibernate.Session;
import org.hibernate.SessionFactory;

/** Threads that add and remove comments on all posts at once. */
final class Crowd {

    static final int THREADS = 8;
    static final int TRANSACTIONS = 400;
    static final int ADDED = 3;
    static final int REMOVED = 2;

    private static final int DEADLINE_SECONDS = 60;

    private final SessionFactory factory;
    private final List<Post> posts;

    Crowd(SessionFactory factory, List<Post> posts) {
        this.factory = factory;
        this.posts = posts;
    }

    /** Runs all transactions and returns how many of them committed. */
    int comment() throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            Callable<Boolean> transaction = this::addAndRemove;
            int committed = 0;
            for (Future<Boolean> done : threads.invokeAll(
                    Collections.nCopies(TRANSACTIONS, transaction), DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                committed += done.get() ? 1 : 0;
            }
            return committed;
        } finally {
            threads.shutdownNow();
        }
    }

    private boolean addAndRemove() {
        try {
            factory.inTransaction(session -> {
                remove(session);
                add(session);
            });
            return true;
        } catch (OptimisticLockException e) {
            return false; // another thread has removed the same comment: this transaction is rolled back
        }
    }

    private static void remove(Session session) {
        session.createSelectionQuery("from Comment order by id", Comment.class)
                .setFirstResult(ThreadLocalRandom.current().nextInt(100))
                .setMaxResults(REMOVED)
                .getResultList()
                .forEach(session::remove);
    }

    private void add(Session session) {
        for (int i = 0; i < ADDED; i++) {
            Post any = posts.get(ThreadLocalRandom.current().nextInt(posts.size()));
            session.persist(new Comment(any));
        }
    }
}
