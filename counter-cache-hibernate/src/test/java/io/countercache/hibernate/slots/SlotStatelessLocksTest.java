package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.Counter;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.hibernate.LockMode;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stateless session has no events of what it loads, and shows the right value nevertheless after its lock has waited for a squash. */
@Tag("databases")
@SinceHibernate("7.2")
class SlotStatelessLocksTest {

    @Entity(name = "Banner")
    static class Banner {
        @Id
        long id = 1;

        @Counter(slots = 4)
        long clicks;
    }

    @Entity(name = "Play")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Play {
        @Id
        long id = 1;

        @Counter(slots = 4)
        long likes;
    }

    @Entity(name = "Opera")
    static class Opera extends Play {
        int seats = 100;
    }

    enum Lock {
        GET,
        GET_OF_SEVERAL_TABLES,
        MANY,
        REFRESH,
        QUERY,
        QUERY_OF_SEVERAL_TABLES
    }

    private static final Set<Lock> SAME_SINCE_8 = EnumSet.of(Lock.REFRESH, Lock.QUERY, Lock.QUERY_OF_SEVERAL_TABLES);

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Banner.class, Play.class, Opera.class);

    @ParameterizedTest
    @EnumSource
    void aLockThatHasWaitedForASquash(Lock lock) throws Exception {
        assumeTrue(TestServer.HAS_SLOTS);
        assumeTrue(
                SAME_SINCE_8.contains(lock) || !HibernateVersions.isSince("8.0"),
                "the method is another one since 8.0");
        db.persist(new Banner());
        db.persist(new Opera());
        db.inTransaction(session -> {
            CounterCaches.of(session).on(Banner.class, 1L).increment("clicks", 5);
            CounterCaches.of(session).on(Play.class, 1L).increment("likes", 5);
        });
        OpenSquash.whileWaits(
                () -> assertThat(read(lock)).isEqualTo(5),
                db,
                "update banner set clicks = clicks + 5",
                "delete from banner_slots",
                "update play set likes = likes + 5",
                "delete from play_slots");
    }

    private long read(Lock lock) {
        try (StatelessSession session = db.factory().openStatelessSession()) {
            session.beginTransaction();
            long value = read(lock, session);
            session.getTransaction().commit();
            return value;
        }
    }

    private static long read(Lock lock, StatelessSession session) {
        LockMode mode = LockMode.PESSIMISTIC_WRITE;
        return switch (lock) {
            case GET -> session.get(Banner.class, 1L, mode).clicks;
            case GET_OF_SEVERAL_TABLES -> session.get(Play.class, 1L, mode).likes;
            case MANY -> session.getMultiple(Banner.class, List.of(1L), mode).get(0).clicks;
            case REFRESH -> {
                Banner banner = query("from Banner", Banner.class, LockMode.NONE, session);
                session.refresh(banner, mode);
                yield banner.clicks;
            }
            case QUERY -> query("from Banner", Banner.class, mode, session).clicks;
            case QUERY_OF_SEVERAL_TABLES -> query("from Play", Play.class, mode, session).likes;
        };
    }

    private static <E> E query(String hql, Class<E> type, LockMode mode, StatelessSession session) {
        return session.createSelectionQuery(hql, type)
                .setHibernateLockMode(mode)
                .getSingleResult();
    }
}
