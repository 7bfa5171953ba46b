package io.countercache.hibernate.condition;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.Boot;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Columns that the application has defined by SQL: what is the same in memory as there is counted, and the rest refused. */
class DefinedColumnsTest {

    @Entity(name = "Road")
    static class Road {
        @Id
        Long id;

        int openCount;

        double length;

        @Column(precision = 10, scale = 2)
        BigDecimal tolls;
    }

    @Entity(name = "Toll")
    static class Toll {
        @Id
        Long id;

        @Column(columnDefinition = "char(8) default 'OPEN'")
        String status;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "openCount", where = "status in ('OPEN', 'NEW')")
        Road road;

        Toll() {}

        Toll(long id, Road road, String status) {
            this.id = id;
            this.road = road;
            this.status = status;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Road.class, Toll.class);

    private long open() {
        return db.number("select open_count from road");
    }

    @Test
    void aTextThatTheColumnFillsUpIsComparedWithoutTheSpaces() {
        Road road = new Road();
        road.id = 1L;
        db.persist(road);
        db.persist(new Toll(1, road, "OPEN"));
        db.persist(new Toll(2, road, "NEW  "));
        db.persist(new Toll(3, road, "SHUT"));
        assertThat(open()).isEqualTo(2);
        db.inTransaction(session -> session.find(Toll.class, 1L).status = "SHUT");
        db.inTransaction(session -> session.find(Toll.class, 3L).status = "OPEN");
        assertThat(open()).isEqualTo(2);
        db.inTransaction(session -> session.remove(session.find(Toll.class, 2L)));
        assertThat(open()).isEqualTo(1);
        db.inTransaction(session -> session.remove(session.find(Toll.class, 3L)));
        assertThat(open()).isZero();
    }

    @Test
    @SinceHibernate("7.2")
    void aTextThatTheColumnFillsUpIsComparedWithoutTheSpacesByBulkStatements() {
        Road road = new Road();
        road.id = 1L;
        db.persist(road);
        db.persist(new Toll(1, road, "SHUT"));
        db.persist(new Toll(3, road, "OPEN"));
        db.inTransaction(session -> session.createMutationQuery("update Toll set status = 'NEW' where id = 1")
                .executeUpdate());
        assertThat(open()).isEqualTo(2);
        db.inTransaction(
                session -> session.createMutationQuery("delete from Toll").executeUpdate());
        assertThat(open()).isZero();
    }

    // ---- refused ----

    @Entity(name = "Rounded")
    static class Rounded {
        @Id
        Long id;

        @Column(columnDefinition = "numeric(10,1)")
        double price;

        @ManyToOne
        @CounterCache(value = "openCount", where = "price > 5")
        Road road;
    }

    @Entity(name = "Finer")
    static class Finer {
        @Id
        Long id;

        @Column(precision = 10, scale = 2, columnDefinition = "decimal(10, 4) not null")
        BigDecimal price;

        @ManyToOne
        @CounterCache(value = "openCount", where = "price > 5")
        Road road;
    }

    @Entity(name = "Coarse")
    static class Coarse {
        @Id
        Long id;

        @Column(columnDefinition = "timestamp(0)")
        LocalDateTime at;

        @ManyToOne
        @CounterCache(value = "openCount", where = "at > local datetime 2030-01-31 12:30:00")
        Road road;
    }

    @Entity(name = "Caseless")
    static class Caseless {
        @Id
        Long id;

        @Column(columnDefinition = "varchar_ignorecase(20)")
        String name;

        @ManyToOne
        @CounterCache(value = "openCount", where = "name = 'open'")
        Road road;
    }

    @Test
    void aConditionOnAColumnThatHasOtherValuesThanMemoryIsRefused() {
        String because =
                ": 'where': '%s' cannot be compared in memory as in the database, because its column %s: define the column otherwise";
        Boot.refused(
                "Rounded.road" + because.formatted("price", "does not keep all digits of a double"),
                Road.class,
                Rounded.class);
        Boot.refused(
                "Finer.road" + because.formatted("price", "keeps 4 digits after the point, and the mapping tells of 2"),
                Road.class,
                Finer.class);
        Boot.refused(
                "Coarse.road" + because.formatted("at", "keeps 0 digits of the second, and memory 6"),
                Road.class,
                Coarse.class);
        Boot.refused(
                "Caseless.road" + because.formatted("name", "compares texts without case"), Road.class, Caseless.class);
    }

    @Entity(name = "Stretch")
    static class Stretch {
        @Id
        Long id;

        @Column(columnDefinition = "numeric(10,1)")
        double length;

        @ManyToOne
        @CounterCache(value = "length", sum = "length")
        Road road;
    }

    @Entity(name = "Fine")
    static class Fine {
        @Id
        Long id;

        @Column(columnDefinition = "numeric(10,4)")
        BigDecimal amount;

        @ManyToOne
        @CounterCache(value = "tolls", sum = "amount")
        Road road;
    }

    @Test
    void aTotalOfAColumnThatRoundsIsRefused() {
        Boot.refused(
                "Stretch.road: 'sum': Stretch.length is of type Double, but its column is defined as 'numeric(10,1)', which does not keep all digits of a double: make one of them like the other",
                Road.class,
                Stretch.class);
        Boot.refused(
                "Fine.road: 'sum': Fine.amount has 4 digits after the point, which Road.tolls cannot hold: make that a BigDecimal with as many",
                Road.class,
                Fine.class);
    }
}
