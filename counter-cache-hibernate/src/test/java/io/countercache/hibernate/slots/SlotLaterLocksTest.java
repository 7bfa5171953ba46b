package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.Counter;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import java.util.function.Function;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Some rows Hibernate locks after it has loaded them, and has their instances show what the lock has read. */
@Tag("databases")
class SlotLaterLocksTest {

    @Entity(name = "Play")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Play {
        @Id
        long id = 1;

        @Counter(slots = 4)
        long likes;

        String title = "a play";
    }

    @Entity(name = "Opera")
    static class Opera extends Play {
        @ManyToOne(fetch = FetchType.LAZY)
        Play after;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Play.class, Opera.class);

    @BeforeEach
    void anOperaThatIsLiked() {
        assumeTrue(TestServer.HAS_SLOTS);
        db.persist(new Opera());
        db.inTransaction(session -> CounterCaches.of(session).on(Play.class, 1L).increment("likes", 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"from Play p", "from Opera o left join fetch o.after", "select distinct o from Opera o"})
    void aQuery(String hql) throws Exception {
        requireRight(session -> session.createSelectionQuery(hql, Play.class)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getSingleResult());
    }

    @Test
    void aRowInSeveralTables() throws Exception {
        requireRight(session -> SameSource.find(session, Opera.class, 1L, LockModeType.PESSIMISTIC_WRITE));
    }

    private void requireRight(Function<Session, Play> lock) throws Exception {
        OpenSquash.whileWaits(
                () -> db.inTransaction(
                        session -> assertThat(lock.apply(session).likes).isEqualTo(5)),
                db,
                "update play set likes = likes + 5",
                "delete from play_slots");
    }
}
