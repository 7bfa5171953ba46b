package io.countercache.hibernate.integration;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.integration.CachedBlog.Cached;
import io.countercache.hibernate.integration.CachedBlog.Loose;
import io.countercache.hibernate.integration.CachedBlog.Remark;
import io.countercache.hibernate.integration.CachedBlog.Strict;
import io.countercache.hibernate.integration.CachedBlog.Versioned;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The query cache serves no result that shows a counter from before the last commit. */
class QueryCacheTest {

    @RegisterExtension
    final TestDatabase db =
            CachedBlog.caching(TestDatabase.with(Strict.class, Versioned.class, Loose.class, Remark.class));

    private Strict parent;

    @BeforeEach
    void parentAndItsResults() {
        parent = db.persist(new Strict());
        assertServed(0);
    }

    private static int counter(Session session) {
        return session.createSelectionQuery("select s.remarksCount from Strict s", Integer.class)
                .setCacheable(true)
                .getSingleResult();
    }

    private static int entity(Session session) {
        return session.createSelectionQuery("from Strict", Strict.class)
                .setCacheable(true)
                .getSingleResult()
                .remarksCount;
    }

    private static List<Long> busy(Session session) {
        return session.createSelectionQuery("select s.id from Strict s where s.remarksCount > 0", Long.class)
                .setCacheable(true)
                .getResultList();
    }

    /** What a first session is served, a second one is served from the cache. */
    private void assertServed(int count) {
        for (int i = 0; i < 2; i++) {
            assertThat((int) db.fromTransaction(QueryCacheTest::counter)).isEqualTo(count);
            assertThat((int) db.fromTransaction(QueryCacheTest::entity)).isEqualTo(count);
            assertThat(db.fromTransaction(QueryCacheTest::busy)).hasSize(Math.min(count, 1));
        }
        assertThat(db.statementsOf(() -> db.inTransaction(session -> {
                    counter(session);
                    busy(session);
                    entity(session);
                })))
                .isEmpty();
    }

    @Test
    void aRemarkThatIsAddedAndDeletedIsServed() {
        Remark remark = db.persist(new Remark(parent));
        assertServed(1);
        db.inTransaction(session -> session.remove(session.find(Remark.class, remark.id)));
        assertServed(0);
    }

    @Test
    void whatTheTransactionItselfHasChangedIsServedToIt() {
        db.inTransaction(session -> {
            session.persist(new Remark(parent));
            assertThat(counter(session)).isEqualTo(1);
            assertThat(entity(session)).isEqualTo(1);
            assertThat(busy(session)).hasSize(1);
        });
        assertServed(1);
    }

    @Test
    void aReaderBetweenTheUpdateAndTheCommitLeavesNoOldResultBehind() {
        db.inTransaction(session -> {
            session.persist(new Remark(parent));
            CounterCaches.of(session).flush();
            assertThat((int) db.fromTransaction(QueryCacheTest::counter)).isZero();
            assertThat((int) db.fromTransaction(QueryCacheTest::entity)).isZero();
        });
        assertServed(1);
    }

    @Test
    void aReaderThatIsOvertakenByACommitLeavesNoOldResultBehind() {
        db.factory().getCache().evictQueryRegions();
        db.factory().getCache().evictEntityData(Strict.class);
        db.inTransaction(session -> {
            session.createNativeQuery("select 1", Integer.class).getSingleResult(); // the transaction has begun
            db.persist(new Remark(parent));
            counter(session);
            entity(session);
        });
        assertServed(1);
    }

    @Test
    void aRollbackLeavesTheCommittedCounter() {
        db.factory().inSession(session -> {
            session.beginTransaction();
            session.persist(new Remark(parent));
            CounterCaches.of(session).flush();
            assertThat(counter(session)).isEqualTo(1);
            session.getTransaction().rollback();
        });
        assertServed(0);
    }

    @Test
    void aResetIsServed() {
        db.execute("update strict set remarks_count = 7");
        db.inTransaction(
                session -> CounterCaches.of(session).on(Strict.class, parent.id).reset("remarksCount"));
        assertServed(0);
    }

    @Test
    @SinceHibernate("7.2")
    void whatIsWrittenAtOnceIsServedAtOnce() {
        try (var session = db.factory().openStatelessSession()) {
            insert(session, new Remark(parent));
            assertServed(1);
        }
    }

    @Test
    void resultsFromOtherTablesStay() {
        Cached other = db.persist(new Loose());
        String hql = "select l.remarksCount from Loose l";
        for (int i = 0; i < 2; i++) {
            db.inTransaction(session -> session.createSelectionQuery(hql, Integer.class)
                    .setCacheable(true)
                    .getSingleResult());
        }
        db.persist(new Remark(parent));
        assertThat(db.statementsOf(() ->
                        db.inTransaction(session -> assertThat(session.createSelectionQuery(hql, Integer.class)
                                        .setCacheable(true)
                                        .getSingleResult())
                                .isEqualTo(other.remarksCount))))
                .isEmpty();
    }
}
