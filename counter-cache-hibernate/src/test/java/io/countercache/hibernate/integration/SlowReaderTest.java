package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.integration.CachedBlog.Cached;
import io.countercache.hibernate.integration.CachedBlog.Loose;
import io.countercache.hibernate.integration.CachedBlog.Remark;
import io.countercache.hibernate.integration.CachedBlog.Strict;
import io.countercache.hibernate.integration.CachedBlog.Versioned;
import io.countercache.hibernate.support.TestDatabase;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.hibernate.Session;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreLoadEventListener;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Readers and writers of one row at once.
 *
 * <p>A reader that has read a parent from the database, and puts it into the second-level cache only after another
 * transaction has moved its counter and committed. READ_WRITE does not take what is put that late. NONSTRICT_READ_WRITE
 * does, as it does for any attribute: it promises no more than that an entry from before the commit is gone after it.
 */
class SlowReaderTest {

    private volatile CountDownLatch updateIsComing = new CountDownLatch(1);

    @RegisterExtension
    final TestDatabase db = CachedBlog.caching(
                    TestDatabase.with(Strict.class, Versioned.class, Loose.class, Remark.class))
            .setting("hibernate.session_factory.statement_inspector", (StatementInspector) sql -> {
                if (sql.startsWith("update versioned set remarks_count")
                        || sql.equals(
                                "select id from versioned where id = ? for update")) { // locked first on some databases
                    updateIsComing.countDown();
                }
                return sql;
            });

    private int served(Cached parent) {
        return db.fromTransaction(session -> session.find(parent.getClass(), parent.id).remarksCount);
    }

    private void add(Cached parent) {
        db.persist(new Remark(parent));
    }

    /** Loads a parent that is not cached; this happens after its row was read and before it is put into the cache. */
    private int servedSlowly(Cached parent, Runnable meanwhile) {
        var once = new AtomicReference<>(meanwhile);
        PreLoadEventListener pause = event -> {
            Runnable now = once.getAndSet(null);
            if (now != null) {
                now.run();
            }
        };
        ((SessionFactoryImplementor) db.factory())
                .getEventEngine()
                .getListenerRegistry()
                .appendListeners(EventType.PRE_LOAD, pause);
        int read = served(parent);
        assertThat(once.get()).as("nothing was read from the database").isNull();
        return read;
    }

    @ParameterizedTest
    @ValueSource(classes = {Strict.class, Versioned.class})
    void aReaderThatIsOvertakenByACommitLeavesNoOldEntryBehind(Class<? extends Cached> type) {
        Cached cached = db.persist(CachedBlog.create(type));
        db.factory().getCache().evictEntityData(type);
        assertThat(servedSlowly(cached, () -> add(cached))).isZero();
        assertThat(served(cached)).isEqualTo(1);
    }

    @Test
    void aReaderOfALaterVersionLeavesNoOldEntryBehindEither() {
        Cached cached = db.persist(new Versioned());
        assertThat(served(cached)).isZero();
        db.inTransaction(session -> {
            Versioned changed = session.find(Versioned.class, cached.id);
            changed.title = "changed";
            session.persist(new Remark(changed));
        });
        assertThat(servedSlowly(cached, () -> add(cached))).isEqualTo(1);
        assertThat(served(cached)).isEqualTo(2);
    }

    @Test
    void nothingIsServedFromTheCacheWhileAnotherTransactionHasWrittenTheRow() throws Exception {
        Cached cached = db.persist(new Versioned());
        assertThat(served(cached)).isZero();
        var flushed = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        CompletableFuture<Void> second;
        try (Session first = db.factory().openSession()) {
            first.beginTransaction();
            first.persist(new Remark(cached));
            CounterCaches.of(first).flush();
            updateIsComing = new CountDownLatch(1);
            second = CompletableFuture.runAsync(() -> db.inTransaction(session -> {
                session.persist(new Remark(cached));
                CounterCaches.of(session).flush();
                flushed.countDown();
                await(go);
            }));
            await(updateIsComing); // the entry is locked twice; the row lets the second in when the first commits
            first.getTransaction().commit();
        }
        try {
            await(flushed);
            assertThat(served(cached)).isEqualTo(1);
            assertThat(db.statementsOf(() -> served(cached))).isNotEmpty();
        } finally {
            go.countDown();
        }
        second.get(2, TimeUnit.MINUTES);
        assertThat(served(cached)).isEqualTo(2);
        assertThat(db.statementsOf(() -> served(cached))).isEmpty();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
