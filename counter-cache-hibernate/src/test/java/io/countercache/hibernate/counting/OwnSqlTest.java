package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.SQLDelete;
import org.hibernate.annotations.SQLInsert;
import org.hibernate.annotations.SQLUpdate;
import org.hibernate.jdbc.Expectation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Children that are written by the application's own SQL: what that has made of their rows is counted. */
class OwnSqlTest {

    @Entity(name = "Booth")
    static class Booth {
        @Id
        Long id;

        int ticketsCount;
        long ticketsWeight;

        Booth() {}

        Booth(long id) {
            this.id = id;
        }
    }

    /** Weighs 10 at most. */
    @Entity(name = "Ticket")
    @SQLInsert(sql = "insert into ticket (booth_id, weight, id) values (?, least(?, 10), ?)")
    @SQLUpdate(sql = "update ticket set booth_id = ?, weight = least(?, 10) where id = ?")
    @SQLDelete(sql = "delete from ticket where id = ?", verify = Expectation.None.class)
    static class Ticket {
        @Id
        Long id;

        int weight;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("ticketsCount")
        @CounterCache(value = "ticketsWeight", sum = "weight")
        Booth booth;

        Ticket() {}

        Ticket(long id, int weight, Booth booth) {
            this.id = id;
            this.weight = weight;
            this.booth = booth;
        }
    }

    /** The same for each setting. */
    abstract static class Contract {

        @RegisterExtension
        final TestDatabase db;

        Contract(String setting) {
            db = TestDatabase.with(Booth.class, Ticket.class).setting(CounterCacheSettings.STALE_CHILDREN, setting);
        }

        @BeforeEach
        void aHeavyTicket() {
            db.inTransaction(session -> {
                session.persist(new Booth(1));
                session.persist(new Booth(2));
                session.persist(new Ticket(1, 15, session.find(Booth.class, 1L)));
            });
        }

        private long weight(long booth) {
            return db.number("select tickets_weight from booth where id = " + booth);
        }

        @Test
        void whatTheSqlHasInsertedIsCounted() {
            assertThat(weight(1)).isEqualTo(10);
        }

        @Test
        void whatTheSqlHasUpdatedIsCounted() {
            db.inTransaction(session -> {
                Ticket ticket = session.find(Ticket.class, 1L);
                ticket.weight = 7;
                session.flush();
                ticket.weight = 99;
                session.flush();
                ticket.booth = session.find(Booth.class, 2L);
            });
            assertThat(weight(1)).isZero();
            assertThat(weight(2)).isEqualTo(10);
        }

        @Test
        void whatIsRemovedInTheSameSessionIsTakenAsItIsStored() {
            db.inTransaction(session -> {
                Ticket ticket = new Ticket(2, 50, session.find(Booth.class, 1L));
                session.persist(ticket);
                session.flush();
                ticket.weight = 60;
                session.flush();
                session.remove(ticket);
            });
            assertThat(weight(1)).isEqualTo(10);
        }

        @Test
        @SinceHibernate("7.2")
        void aStatelessSessionCountsWhatTheSqlHasWritten() {
            db.factory().inStatelessTransaction(session -> {
                Booth booth = session.get(Booth.class, 2L);
                insert(session, new Ticket(2, 50, booth));
                session.update(new Ticket(1, 70, booth));
                session.delete(new Ticket(2, 0, null));
            });
            assertThat(weight(2)).isEqualTo(10);
        }

        @Test
        void aDeleteThatFindsNoRowIsNotCounted() {
            db.inTransaction(session -> {
                Ticket ticket = session.find(Ticket.class, 1L);
                db.inTransaction(other -> other.remove(other.find(Ticket.class, 1L)));
                session.remove(ticket);
            });
            assertThat(weight(1)).isZero();
        }
    }

    @Nested
    class Locking extends Contract {
        Locking() {
            super("lock");
        }
    }

    @Nested
    class Trusting extends Contract {
        Trusting() {
            super("trust");
        }
    }
}
