package io.countercache.hibernate.integration;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.integration.CachedBlog.Cached;
import io.countercache.hibernate.integration.CachedBlog.Loose;
import io.countercache.hibernate.integration.CachedBlog.Remark;
import io.countercache.hibernate.integration.CachedBlog.Strict;
import io.countercache.hibernate.integration.CachedBlog.Versioned;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import java.util.Map;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The second-level cache serves no counter that is older than the last commit. */
@ParameterizedClass
@ValueSource(classes = {Strict.class, Versioned.class, Loose.class})
class CacheTest {

    @Parameter
    Class<? extends Cached> type;

    @RegisterExtension
    final TestDatabase db =
            CachedBlog.caching(TestDatabase.shared(Strict.class, Versioned.class, Loose.class, Remark.class));

    private Cached cached;

    @BeforeEach
    void cached() {
        cached = db.persist(CachedBlog.create(type));
        assertThat(served(cached)).isZero();
        assertThat(isServedFromTheCache(cached)).isTrue();
    }

    private int served(Cached parent) {
        return db.fromTransaction(session -> found(session, parent).remarksCount);
    }

    private static Cached found(Session session, Cached parent) {
        return session.find(parent.getClass(), parent.id);
    }

    private boolean isServedFromTheCache(Cached parent) {
        return db.statementsOf(() -> served(parent)).isEmpty();
    }

    /** What a first session is served, a second one is served from the cache: the entry is right, and there is one. */
    private void assertServed(Cached parent, int count) {
        assertThat(db.number("select remarks_count from " + parent.table() + " where id = " + parent.id))
                .isEqualTo(count);
        assertThat(served(parent)).isEqualTo(count);
        assertThat(isServedFromTheCache(parent)).isTrue();
        assertThat(served(parent)).isEqualTo(count);
    }

    private Remark add(Cached parent) {
        return db.persist(new Remark(parent));
    }

    @Test
    void aRemarkThatIsAddedIsServed() {
        add(cached);
        assertServed(cached, 1);
        add(cached);
        assertServed(cached, 2);
    }

    private long servedViews() {
        return db.fromTransaction(session -> found(session, cached).views);
    }

    @Test
    void aCounterThatIsChangedByHandIsServed() {
        Cached other = db.persist(CachedBlog.create(type));
        db.inTransaction(session -> {
            CounterCaches.of(session).on(type, cached.id).increment("views");
            assertThat(servedViews()).isZero();
        });
        assertThat(servedViews()).isEqualTo(1);
        db.inTransaction(session -> {
            CounterCaches.of(session).on(type, List.of(cached.id, other.id)).increment("views", 2);
            assertThat(servedViews()).isEqualTo(1);
        });
        assertThat(servedViews()).isEqualTo(3);
        assertThat(isServedFromTheCache(cached)).isTrue();
    }

    @Test
    void aCounterThatIsBumpedIsServed() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.NO_BUMP);
        db.inTransaction(session -> {
            CounterCaches.of(session).bump(type, Map.of("id", cached.id), "views");
            assertThat(servedViews()).isZero();
        });
        assertThat(servedViews()).isEqualTo(1);
        assertThat(isServedFromTheCache(cached)).isTrue();
    }

    /** Which Hibernate would put into the cache with the parent's own UPDATE. */
    @Test
    void aRemarkThatCameAndWentBetweenTwoFlushesIsNotServed() {
        db.inTransaction(session -> {
            found(session, cached).title = "new";
            Remark remark = new Remark(found(session, cached));
            session.persist(remark);
            session.flush();
            session.remove(remark);
        });
        assertServed(cached, 0);
    }

    @Test
    void anUpdateOfAParentThatWasLoadedBeforeServesNoOldCount() {
        db.inTransaction(session -> {
            Cached loaded = found(session, cached);
            add(cached);
            assertThat(served(cached)).isEqualTo(1);
            loaded.title = "new";
        });
        assertServed(cached, 1);
    }

    @Test
    void aRemarkThatIsMovedIsServedOnBothParents() {
        Cached other = db.persist(CachedBlog.create(type));
        Remark remark = add(cached);
        assertServed(cached, 1);
        assertServed(other, 0);
        db.inTransaction(session -> session.find(Remark.class, remark.id).moveTo(other));
        assertServed(cached, 0);
        assertServed(other, 1);
    }

    @Test
    void aRemarkThatIsDeletedIsNoLongerServed() {
        Remark remark = add(cached);
        assertServed(cached, 1);
        db.inTransaction(session -> session.remove(session.find(Remark.class, remark.id)));
        assertServed(cached, 0);
    }

    @Test
    void aNewParentIsServedWithTheRemarksOfItsOwnTransaction() {
        Cached parent = CachedBlog.create(type);
        db.inTransaction(session -> {
            session.persist(parent);
            session.persist(new Remark(parent));
            session.persist(new Remark(parent));
        });
        assertServed(parent, 2);
    }

    @Test
    void aParentThatIsChangedIsServedWithTheRemarkOfTheSameTransaction() {
        db.inTransaction(session -> {
            found(session, cached).title = "changed";
            session.persist(new Remark(found(session, cached)));
        });
        assertServed(cached, 1);
    }

    @Test
    void aParentThatIsChangedAfterAnEarlyWriteIsServedRight() {
        db.inTransaction(session -> {
            session.persist(new Remark(found(session, cached)));
            CounterCaches.of(session).flush();
            found(session, cached).title = "changed";
        });
        assertServed(cached, 1);
    }

    @Test
    void aRollbackLeavesTheCommittedCounter() {
        add(cached);
        assertServed(cached, 1);
        db.factory().inSession(session -> {
            session.beginTransaction();
            session.persist(new Remark(found(session, cached)));
            CounterCaches.of(session).flush();
            session.clear();
            assertThat(found(session, cached).remarksCount).isEqualTo(2);
            session.getTransaction().rollback();
        });
        assertServed(cached, 1);
    }

    @Test
    void aRollbackWithoutAnyWriteEvictsNothing() {
        db.factory().inSession(session -> {
            session.beginTransaction();
            session.persist(new Remark(found(session, cached)));
            session.flush();
            session.getTransaction().rollback();
        });
        assertThat(isServedFromTheCache(cached)).isTrue();
        assertServed(cached, 0);
    }

    @Test
    void aResetIsServed() {
        db.execute("update " + cached.table() + " set remarks_count = 7");
        db.inTransaction(session ->
                CounterCaches.of(session).on(cached.getClass(), cached.id).reset());
        assertServed(cached, 0);
    }

    @Test
    void anEarlyWriteByAQueryIsServedAfterTheCommit() {
        db.inTransaction(session -> {
            session.persist(new Remark(found(session, cached)));
            String hql = "select remarksCount from " + type.getSimpleName();
            assertThat(session.createSelectionQuery(hql, Integer.class).getSingleResult())
                    .isEqualTo(1);
            session.persist(new Remark(found(session, cached)));
        });
        assertServed(cached, 2);
    }

    @Test
    @SinceHibernate("7.2")
    void whatAStatelessSessionInsertsIsServed() {
        db.factory().inStatelessTransaction(session -> insert(session, new Remark(cached)));
        assertServed(cached, 1);
    }

    @Test
    @SinceHibernate("7.2")
    void whatIsWrittenAtOnceIsServedAtOnce() {
        try (var session = db.factory().openStatelessSession()) {
            insert(session, new Remark(cached));
            assertServed(cached, 1);
        }
    }

    @Test
    void onlyTheRowsThatWereWrittenAreEvicted() {
        Cached other = db.persist(CachedBlog.create(type));
        assertServed(other, 0);
        add(cached);
        assertThat(isServedFromTheCache(other)).isTrue();
        assertThat(db.factory().getCache().containsEntity(other.getClass(), other.id))
                .isTrue();
        assertThat(isServedFromTheCache(cached)).isFalse();
    }

    @Test
    void aReaderBetweenTheUpdateAndTheCommitLeavesNoOldEntryBehind() {
        db.inTransaction(session -> {
            session.persist(new Remark(found(session, cached)));
            CounterCaches.of(session).flush();
            assertThat(served(cached)).isZero();
            assertThat(served(cached)).isZero();
        });
        assertServed(cached, 1);
    }

    @Test
    void aReaderBetweenTwoUpdatesOfOneTransactionLeavesNoOldEntryBehind() {
        db.inTransaction(session -> {
            session.persist(new Remark(found(session, cached)));
            CounterCaches.of(session).flush();
            assertThat(served(cached)).isZero();
            session.persist(new Remark(found(session, cached)));
        });
        assertServed(cached, 2);
    }
}
