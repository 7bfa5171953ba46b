package io.countercache.samples.benchmark;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.SessionFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** Whether sessions wait for each other: threads that each have a post of their own, with and without the library. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ThreadsBenchmark {

    private static final int COMMENTS = 20;

    /** For JMH. */
    public ThreadsBenchmark() {}

    /** What all threads share. */
    @State(Scope.Benchmark)
    public static class Shared {

        /** Whether comments are counted. */
        @Param({"false", "true"})
        public boolean counts;

        private final AtomicLong ids = new AtomicLong();
        private SessionFactory factory;

        /** For JMH. */
        @SuppressWarnings("NullAway.Init") // set up before each run
        public Shared() {}

        /** An empty database. */
        @Setup(Level.Trial)
        public void open() {
            factory = InMemory.factory(counts, Post.class, Comment.class);
        }

        /** Ends it. */
        @TearDown(Level.Trial)
        public void close() {
            factory.close();
        }
    }

    /** What one thread has to itself. */
    @State(Scope.Thread)
    public static class Own {

        private Post post;

        /** For JMH. */
        @SuppressWarnings("NullAway.Init") // set up before each run
        public Own() {}

        /** Its post. */
        @Setup(Level.Trial)
        public void persist(Shared shared) {
            post = new Post(shared.ids.incrementAndGet());
            shared.factory.inTransaction(session -> session.persist(post));
        }
    }

    /** One thread, to compare with. */
    @Benchmark
    @OperationsPerInvocation(2 * COMMENTS)
    public void one(Shared shared, Own own) {
        comeAndGo(shared, own);
    }

    /** Many threads. */
    @Benchmark
    @Threads(32)
    @OperationsPerInvocation(2 * COMMENTS)
    public void many(Shared shared, Own own) {
        comeAndGo(shared, own);
    }

    /** Comments that are inserted in one transaction, and deleted in the next: so the tables do not grow. */
    private static void comeAndGo(Shared shared, Own own) {
        Comment[] comments = new Comment[COMMENTS];
        shared.factory.inTransaction(session -> {
            Post post = session.getReference(Post.class, own.post.id);
            for (int i = 0; i < COMMENTS; i++) {
                comments[i] = new Comment(shared.ids.incrementAndGet(), post);
                session.persist(comments[i]);
            }
        });
        shared.factory.inTransaction(session -> {
            for (Comment comment : comments) {
                session.remove(session.find(Comment.class, comment.id));
            }
        });
    }
}
