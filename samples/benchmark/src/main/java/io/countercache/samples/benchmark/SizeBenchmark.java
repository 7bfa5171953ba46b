package io.countercache.samples.benchmark;

import java.util.concurrent.TimeUnit;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** {@code size()} of a collection: told by the counter, beside that of one that Hibernate has loaded. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SizeBenchmark {

    private static final int COMMENTS = 1_000;
    private static final int OTHERS = 20;

    private SessionFactory factory;
    private Session session;
    private Post managed;
    private Post detached;
    private Post loaded;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // set up before each run
    public SizeBenchmark() {}

    /** A page of posts in a session, one of them loaded with its comments, and one detached. */
    @Setup(Level.Trial)
    public void open() {
        factory = InMemory.factory(Post.class, Comment.class);
        factory.inTransaction(each -> {
            for (long id = 0; id < OTHERS; id++) {
                each.persist(new Post(id));
            }
            Post post = each.find(Post.class, 0L);
            for (long id = 0; id < COMMENTS; id++) {
                each.persist(new Comment(id, post));
            }
        });
        detached = factory.fromTransaction(each -> each.find(Post.class, 0L));
        loaded = factory.fromTransaction(each -> {
            Post post = each.find(Post.class, 0L);
            Hibernate.initialize(post.comments);
            return post;
        });
        session = factory.openSession();
        session.createSelectionQuery("from Post", Post.class).getResultList();
        managed = session.find(Post.class, 0L);
    }

    /** Fails if the collection was loaded meanwhile: then something else was measured. */
    @TearDown(Level.Trial)
    public void close() {
        if (Hibernate.isInitialized(managed.comments) || managed.comments.size() != COMMENTS) {
            throw new IllegalStateException("the counter did not tell the size");
        }
        session.close();
        factory.close();
    }

    /** What the collection of a managed post is told. */
    @Benchmark
    public int managed() {
        return managed.comments.size();
    }

    /** What the collection of a detached post is told. */
    @Benchmark
    public int detached() {
        return detached.comments.size();
    }

    /** What a collection knows that is loaded. */
    @Benchmark
    public int loaded() {
        return loaded.comments.size();
    }
}
