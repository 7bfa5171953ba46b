package io.countercache.samples.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventSource;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PostDeleteEvent;
import org.hibernate.event.spi.PostDeleteEventListener;
import org.hibernate.event.spi.PostInsertEvent;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.event.spi.PostLoadEvent;
import org.hibernate.event.spi.PostLoadEventListener;
import org.hibernate.event.spi.PreDeleteEvent;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.event.spi.PreInsertEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the library's listeners do when Hibernate tells of an entity: all of them, and none of Hibernate's own. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ListenerBenchmark {

    private SessionFactory factory;
    private Session session;
    private Told note;
    private Told comment;
    private Told post;

    private PreInsertEventListener[] preInsert;
    private PostInsertEventListener[] postInsert;
    private PreDeleteEventListener[] preDelete;
    private PostDeleteEventListener[] postDelete;
    private PostLoadEventListener[] postLoad;

    /** What Hibernate tells of one entity. */
    private record Told(
            PreInsertEvent inserting,
            PostInsertEvent inserted,
            PreDeleteEvent deleting,
            PostDeleteEvent deleted,
            PostLoadEvent loaded) {}

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // set up before each run
    public ListenerBenchmark() {}

    /** A transaction in which a post is managed, with a comment, and a note. */
    @Setup(Level.Trial)
    public void open() {
        factory = InMemory.factory(Post.class, Comment.class, Note.class);
        factory.inTransaction(each -> {
            Post saved = new Post(1);
            each.persist(saved);
            each.persist(new Comment(1, saved));
            each.persist(new Note());
        });
        session = factory.openSession();
        session.beginTransaction();
        post = told(session.find(Post.class, 1L));
        comment = told(session.find(Comment.class, 1L));
        note = told(session.find(Note.class, 0L));
        preInsert = ours(EventType.PRE_INSERT).toArray(PreInsertEventListener[]::new);
        postInsert = ours(EventType.POST_INSERT).toArray(PostInsertEventListener[]::new);
        preDelete = ours(EventType.PRE_DELETE).toArray(PreDeleteEventListener[]::new);
        postDelete = ours(EventType.POST_DELETE).toArray(PostDeleteEventListener[]::new);
        postLoad = ours(EventType.POST_LOAD).toArray(PostLoadEventListener[]::new);
    }

    private <T> List<T> ours(EventType<T> type) {
        List<T> ours = new ArrayList<>();
        factory.unwrap(SessionFactoryImplementor.class)
                .getServiceRegistry()
                .requireService(EventListenerRegistry.class)
                .getEventListenerGroup(type)
                .fireEventOnEachListener(ours, (T listener, List<T> found) -> {
                    if (listener.getClass().getName().startsWith("io.countercache.")) {
                        found.add(listener);
                    }
                });
        return ours;
    }

    private Told told(Object entity) {
        SessionImplementor managing = session.unwrap(SessionImplementor.class);
        EntityPersister persister = managing.getEntityPersister(null, entity);
        Object id = session.getIdentifier(entity);
        Object[] state = persister.getValues(entity);
        PostLoadEvent loaded = new PostLoadEvent(session.unwrap(EventSource.class));
        loaded.setEntity(entity).setId(id).setPersister(persister);
        return new Told(
                new PreInsertEvent(entity, id, state, persister, managing),
                new PostInsertEvent(entity, id, state, persister, managing),
                new PreDeleteEvent(entity, id, state, persister, managing),
                new PostDeleteEvent(entity, id, state, persister, managing),
                loaded);
    }

    /** Ends the transaction. */
    @TearDown(Level.Trial)
    public void close() {
        session.getTransaction().rollback();
        session.close();
        factory.close();
    }

    private void insert(Told told) {
        for (PreInsertEventListener each : preInsert) {
            each.onPreInsert(told.inserting());
        }
        for (PostInsertEventListener each : postInsert) {
            each.onPostInsert(told.inserted());
        }
    }

    private void delete(Told told) {
        for (PreDeleteEventListener each : preDelete) {
            each.onPreDelete(told.deleting());
        }
        for (PostDeleteEventListener each : postDelete) {
            each.onPostDelete(told.deleted());
        }
    }

    private void load(Told told) {
        for (PostLoadEventListener each : postLoad) {
            each.onPostLoad(told.loaded());
        }
    }

    /** An entity is inserted that no counter has to do with. */
    @Benchmark
    public void uncountedIsInserted() {
        insert(note);
    }

    /** An entity is deleted that no counter has to do with. */
    @Benchmark
    public void uncountedIsDeleted() {
        delete(note);
    }

    /** An entity is loaded that has no counter. */
    @Benchmark
    public void uncountedIsLoaded() {
        load(note);
    }

    /** An entity is loaded that has a counter, in a transaction that has nothing pending for it. */
    @Benchmark
    public void parentIsLoaded() {
        load(post);
    }

    /** A child of a managed post is inserted and deleted: two deltas, which add up to nothing. */
    @Benchmark
    public void countedIsInsertedAndDeleted() {
        insert(comment);
        delete(comment);
    }
}
