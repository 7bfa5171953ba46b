package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import org.hibernate.Hibernate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A parent in several tables, which Hibernate locks after it has loaded it, shows what is still to be written. */
@Tag("databases")
class LaterLocksTest {

    @Entity(name = "Play")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Play {
        @Id
        long id = 1;

        int ticketsCount;
    }

    @Entity(name = "Opera")
    static class Opera extends Play {
        String title = "an opera";
    }

    @Entity(name = "Ticket")
    static class Ticket {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Play play;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Play.class, Opera.class, Ticket.class);

    @Test
    void whatIsStillToBeWrittenIsShown() {
        db.persist(new Opera());
        db.inTransaction(session -> {
            Ticket ticket = new Ticket();
            ticket.play = session.getReference(Play.class, 1L);
            session.persist(ticket);
            session.flush();
            Play play =
                    (Play) Hibernate.unproxy(SameSource.find(session, Play.class, 1L, LockModeType.PESSIMISTIC_WRITE));
            assertThat(play.ticketsCount).isEqualTo(1);
            session.lock(play, LockModeType.PESSIMISTIC_WRITE);
            session.createSelectionQuery("from Play p", Play.class)
                    .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                    .getSingleResult();
            assertThat(play.ticketsCount).isEqualTo(1);
        });
        assertThat(db.number("select tickets_count from play")).isEqualTo(1);
    }
}
