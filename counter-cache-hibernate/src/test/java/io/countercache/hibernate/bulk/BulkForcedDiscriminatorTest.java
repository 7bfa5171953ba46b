package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.DiscriminatorColumn;
import jakarta.persistence.DiscriminatorValue;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import java.util.stream.Stream;
import org.hibernate.annotations.DiscriminatorOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk statements on hierarchies whose queries always name the class of a row. */
@SinceHibernate("7.2")
class BulkForcedDiscriminatorTest {

    @Entity(name = "Street")
    @DiscriminatorColumn
    @DiscriminatorOptions(force = true)
    static class Street {
        @Id
        long id;

        int housesCount;
        int shopsCount;
        int lampsCount;

        Street() {}

        Street(long id) {
            this.id = id;
        }
    }

    @Entity(name = "House")
    @Inheritance(strategy = InheritanceType.JOINED)
    @DiscriminatorColumn(name = "kind")
    @DiscriminatorValue("house")
    @DiscriminatorOptions(force = true)
    static class House {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Street street;

        House() {}

        House(long id, Street street) {
            this.id = id;
            this.street = street;
        }
    }

    @Entity(name = "Shop")
    @DiscriminatorValue("shop")
    static class Shop extends House {
        @ManyToOne
        @CounterCache("shopsCount")
        Street delivery;

        Shop() {}

        Shop(long id, Street street) {
            super(id, street);
            this.delivery = street;
        }
    }

    @Entity(name = "Lamp")
    @DiscriminatorOptions(force = true)
    static class Lamp {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Street street;

        Lamp() {}

        Lamp(long id, Street street) {
            this.id = id;
            this.street = street;
        }
    }

    @Entity(name = "Lantern")
    static class Lantern extends Lamp {
        Lantern() {}

        Lantern(long id, Street street) {
            super(id, street);
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Street.class, House.class, Shop.class, Lamp.class, Lantern.class);

    @BeforeEach
    void twoStreets() {
        Street one = new Street(1);
        Street two = new Street(2);
        db.inTransaction(session -> Stream.of(
                        one,
                        two,
                        new House(1, one),
                        new House(2, one),
                        new Shop(3, one),
                        new Shop(4, two),
                        new Lamp(1, one),
                        new Lantern(2, one),
                        new Lantern(3, two))
                .forEach(session::persist));
    }

    private int execute(String hql) {
        return db.fromTransaction(session -> session.createMutationQuery(hql).executeUpdate());
    }

    @Test
    void rowsOfOneClassAndOfAll() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assertThat(execute("update Lamp l set l.street.id = 2 where l.street.id = 1 and l.id > 1"))
                .isEqualTo(1);
        assertThat(execute("update Lantern l set l.street = null where l.street.id = 2 or l.street.id = 7"))
                .isEqualTo(2);
        assertThat(execute("update House h set h.street.id = 2 where h.id < 4")).isEqualTo(3);
        assertThat(execute("update Shop s set s.delivery = null where s.id = 3 or s.id = 5"))
                .isEqualTo(1);
        assertThat(execute("update Lamp l set l.street.id = (select max(x.id) from Street x)"))
                .isEqualTo(3);
        assertThat(execute("insert into Lamp (id, street) select l.id + 100, l.street from Lamp l"))
                .isEqualTo(3);
        assertThat(execute("update Lamp l set l.id = l.id where l.street.housesCount > 77"))
                .isZero();
        assertThat(execute("update Lamp l set l.street.id = 2 where l.street.lampsCount > 1 or l.id = 1"))
                .isEqualTo(6);
        assertThat(execute("update House h set h.street.id = 2 where h.street.lampsCount > 1 or h.id = 1"))
                .isEqualTo(4);
        assertThat(execute("delete from Lamp l where l.street.lampsCount > 77")).isZero();
        assertThat(execute("delete from House h where h.street.lampsCount > 77"))
                .isZero();
        assertThat(execute("update Street s set s.id = s.id")).isEqualTo(2);
        assertThat(execute("delete from Street s where s.id = 77")).isZero();
        assertThat(execute("delete from Lantern l where l.id > 2 and type(l) = Lantern and l.id < 100"))
                .isEqualTo(1);
        assertThat(execute("delete from Lamp l where l.street.id = 2 or l.id = 1"))
                .isEqualTo(5);
        assertThat(execute("delete from Shop")).isEqualTo(2);
        assertThat(execute("delete from House")).isEqualTo(2);
    }
}
