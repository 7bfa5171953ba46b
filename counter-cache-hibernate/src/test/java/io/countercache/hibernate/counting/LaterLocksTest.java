package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.ConstraintMode;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import org.hibernate.FlushMode;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;
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
        int programsCount;
    }

    @Entity(name = "Theatre")
    static class Theatre {
        @Id
        long id;

        int ticketsCount;

        Theatre() {}

        Theatre(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Ticket")
    static class Ticket {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Play play;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @JoinColumn(foreignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT))
        Theatre theatre;
    }

    @Entity(name = "Program")
    static class Program {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Opera opera;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Play.class, Opera.class, Theatre.class, Ticket.class, Program.class);

    private static Opera lock(Session session) {
        return (Opera) Hibernate.unproxy(SameSource.find(session, Play.class, 1L, LockModeType.PESSIMISTIC_WRITE));
    }

    private static void sell(Session session, @Nullable Play play, @Nullable Theatre theatre) {
        Ticket ticket = new Ticket();
        ticket.play = play;
        ticket.theatre = theatre;
        session.persist(ticket);
        session.flush();
    }

    @Test
    void whatIsStillToBeWrittenIsShown() {
        db.persist(new Opera());
        db.inTransaction(session -> {
            sell(session, session.getReference(Play.class, 1L), null);
            Play play = lock(session);
            assertThat(play.ticketsCount).isEqualTo(1);
            session.lock(play, LockModeType.PESSIMISTIC_WRITE);
            session.createSelectionQuery("from Play p", Play.class)
                    .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                    .getSingleResult();
            assertThat(play.ticketsCount).isEqualTo(1);
        });
        assertThat(db.number("select tickets_count from play")).isEqualTo(1);
    }

    @Test
    void aCounterOfASubclassThatTheLockDoesNotReadCountsOnce() {
        db.persist(new Opera());
        db.inTransaction(session -> {
            Program program = new Program();
            program.opera = session.getReference(Opera.class, 1L);
            session.persist(program);
            session.flush();
            session.clear();
            session.getReference(Play.class, 1L); // of which the lock reads what a Play has
            assertThat(lock(session).programsCount).isEqualTo(1);
        });
        assertThat(db.number("select programs_count from opera")).isEqualTo(1);
    }

    @Test
    void anInstanceThatIsReadOnlyCountsOnce() {
        db.persist(new Opera());
        db.inTransaction(session -> {
            session.setDefaultReadOnly(true);
            sell(session, session.getReference(Play.class, 1L), null);
            assertThat(lock(session).ticketsCount).isEqualTo(1);
        });
    }

    @Test
    void anInstanceOfAnotherEntityWithTheSameIdCountsOnce() {
        db.persist(new Opera());
        db.persist(new Theatre(1));
        db.inTransaction(session -> {
            Theatre theatre = session.find(Theatre.class, 1L);
            sell(session, null, theatre);
            lock(session);
            assertThat(theatre.ticketsCount).isEqualTo(1);
        });
    }

    @Test
    void anInstanceWithTheSameIdIsInsertedAsItIs() {
        db.persist(new Opera());
        db.inTransaction(session -> {
            sell(session, null, session.getReference(Theatre.class, 1L));
            session.clear();
            session.setHibernateFlushMode(FlushMode.MANUAL);
            Theatre theatre = new Theatre(1);
            session.persist(theatre);
            lock(session);
            assertThat(theatre.ticketsCount).isEqualTo(0);
            session.flush();
            assertThat(theatre.ticketsCount).isEqualTo(1);
        });
        assertThat(db.number("select tickets_count from theatre")).isEqualTo(1);
    }
}
