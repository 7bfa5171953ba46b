package io.countercache.hibernate.mapping;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.AttributeOverride;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapsId;
import jakarta.persistence.OneToOne;
import java.io.Serializable;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Associations that are not attributes of the child itself, but of what is embedded in it, or of its id. */
@SuppressWarnings("serial")
class AssociationPathsTest {

    private static final AtomicLong IDS = new AtomicLong();

    private static long next() {
        return IDS.incrementAndGet();
    }

    @Entity(name = "City")
    static class City {
        @Id
        Long id = next();

        int peopleCount;
        int linesCount;
        int stopsCount;
        int mayorsCount;
        int streetsCount;
        int lotsCount;
    }

    @Embeddable
    static class Address {
        String street = "street";

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("peopleCount")
        City city;
    }

    @Entity(name = "Person")
    static class Person {
        @Id
        Long id = next();

        @Embedded
        Address address = new Address();
    }

    record LineKey(Long city, int number) implements Serializable {}

    @Entity(name = "Line")
    @IdClass(LineKey.class)
    static class Line {
        @Id
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        City city;

        @Id
        int number = (int) next();
    }

    @Embeddable
    static class StopKey implements Serializable {
        Long cityId;
        Long number = next();

        @Override
        public boolean equals(Object other) {
            return other instanceof StopKey key && number.equals(key.number) && cityId.equals(key.cityId);
        }

        @Override
        public int hashCode() {
            return number.hashCode();
        }
    }

    @Entity(name = "Stop")
    static class Stop {
        @EmbeddedId
        StopKey key = new StopKey();

        @MapsId("cityId")
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        City city;
    }

    @Entity(name = "Mayor")
    static class Mayor {
        @Id
        Long id;

        @MapsId
        @OneToOne(fetch = FetchType.LAZY)
        @CounterCache
        City city;
    }

    @Embeddable
    static class StreetKey implements Serializable {
        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "city_id")
        @CounterCache("streetsCount")
        City city;

        Long number = next();

        @Override
        public boolean equals(Object other) {
            return other instanceof StreetKey key && number.equals(key.number) && city.id.equals(key.city.id);
        }

        @Override
        public int hashCode() {
            return number.hashCode();
        }
    }

    @Entity(name = "Street")
    static class Street {
        @EmbeddedId
        @AttributeOverride(name = "number", column = @Column(name = "street_number"))
        StreetKey key = new StreetKey();
    }

    @Embeddable
    static class LotKey implements Serializable {
        @MapsId
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("lotsCount")
        City city;

        Long number = next();

        @Override
        public boolean equals(Object other) {
            return other instanceof LotKey key && number.equals(key.number) && city.id.equals(key.city.id);
        }

        @Override
        public int hashCode() {
            return number.hashCode();
        }
    }

    @Entity(name = "Lot")
    static class Lot {
        @EmbeddedId
        @AttributeOverride(name = "number", column = @Column(name = "lot_number"))
        LotKey key = new LotKey();
    }

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(City.class, Person.class, Line.class, Stop.class, Mayor.class, Street.class, Lot.class);

    @Test
    void anAssociationInAnEmbeddableIsCounted() {
        new CountedLife<>(
                        db,
                        City.class,
                        City::new,
                        Person::new,
                        (person, city) -> {
                            person.address = new Address();
                            person.address.city = city;
                        },
                        city -> city.peopleCount,
                        "update city set people_count = 9")
                .isLived();
    }

    @Test
    void anAssociationInTheIdClassIsCounted() {
        new CountedLife<>(
                        db,
                        City.class,
                        City::new,
                        Line::new,
                        (line, city) -> line.city = city,
                        city -> city.linesCount,
                        "update city set lines_count = 9")
                .hasAnIdOfItsParent()
                .isLived();
    }

    @Test
    void anAssociationInAnEmbeddedIdIsCounted() {
        new CountedLife<>(
                        db,
                        City.class,
                        City::new,
                        Street::new,
                        (street, city) -> street.key.city = city,
                        city -> city.streetsCount,
                        "update city set streets_count = 9")
                .staysWhereItIs()
                .isLived();
    }

    @Test
    void anAssociationWithAMapsIdInAnEmbeddedIdIsCounted() {
        new CountedLife<>(
                        db,
                        City.class,
                        City::new,
                        Lot::new,
                        (lot, city) -> lot.key.city = city,
                        city -> city.lotsCount,
                        "update city set lots_count = 9")
                .staysWhereItIs()
                .isLived();
    }

    @Test
    void anAssociationThatAPartOfTheIdIsDerivedFromIsCounted() {
        new CountedLife<>(
                        db,
                        City.class,
                        City::new,
                        Stop::new,
                        (stop, city) -> {
                            stop.city = city;
                            stop.key.cityId = city.id;
                        },
                        city -> city.stopsCount,
                        "update city set stops_count = 9")
                .hasAnIdOfItsParent()
                .isLived();
    }

    @Test
    void aOneToOneThatSharesTheIdIsCounted() {
        City one = db.persist(new City());
        db.persist(new City());
        db.inTransaction(session -> {
            Mayor mayor = new Mayor();
            mayor.city = session.getReference(City.class, one.id);
            session.persist(mayor);
        });
        assertThat(db.number("select mayors_count from city where id = " + one.id))
                .isEqualTo(1);
        db.execute("update city set mayors_count = 9");
        assertThat(CounterRepair.of(db.factory(), City.class).repair().drifted())
                .isEqualTo(2);
        db.inTransaction(session -> session.remove(session.find(Mayor.class, one.id)));
        assertThat(db.number("select count(*) from city where mayors_count = 0"))
                .isEqualTo(2);
    }

    @Test
    @SinceHibernate("7.2")
    void aOneToOneThatSharesTheIdIsCountedInAStatelessSession() {
        City city = db.persist(new City());
        Mayor mayor = new Mayor();
        mayor.id = city.id;
        mayor.city = city;
        db.factory().inStatelessTransaction(session -> insert(session, mayor));
        assertThat(db.number("select mayors_count from city")).isEqualTo(1);
        db.factory().inStatelessTransaction(session -> session.delete(mayor));
        assertThat(db.number("select mayors_count from city")).isZero();
    }

    @Test
    void aStaleEditOfAnEmbeddableWritesTheAssociationInItAndIsCounted() {
        City first = db.persist(new City());
        City second = db.persist(new City());
        Person person = new Person();
        person.address.city = first;
        db.persist(person);
        try (Session one = db.factory().openSession();
                Session other = db.factory().openSession()) {
            one.beginTransaction();
            other.beginTransaction();
            Person ofOther = other.find(Person.class, person.id);
            one.find(Person.class, person.id).address.city = one.getReference(City.class, second.id);
            ofOther.address.street = "edited";
            one.getTransaction().commit();
            other.getTransaction().commit();
        }
        assertThat(db.number("select people_count from city where id = " + first.id))
                .isEqualTo(db.number("select count(*) from person where city_id = " + first.id));
        assertThat(db.number("select people_count from city where id = " + second.id))
                .isEqualTo(db.number("select count(*) from person where city_id = " + second.id));
    }
}
