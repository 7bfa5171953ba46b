package io.countercache.hibernate.boot;

import static io.countercache.hibernate.support.Boot.build;
import static io.countercache.hibernate.support.Boot.refused;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.hibernate.annotations.AttributeAccessor;
import org.hibernate.annotations.JoinColumnOrFormula;
import org.hibernate.annotations.JoinFormula;
import org.hibernate.annotations.Subselect;
import org.hibernate.property.access.spi.PropertyAccess;
import org.hibernate.property.access.spi.PropertyAccessStrategy;
import org.junit.jupiter.api.Test;

/** Foreign keys and rows of which memory does not know what the database holds: refused when the session factory is built. */
class UnknownKeysTest {

    @Entity(name = "Office")
    static class Office {
        @Id
        Long id;

        int desksCount;
    }

    // ---- formulas ----

    record DeskId(Long office, Integer number) implements Serializable {}

    @Entity(name = "Desk")
    @IdClass(DeskId.class)
    static class Desk {
        @Id
        @ManyToOne
        @JoinColumn(name = "office")
        Office office;

        @Id
        @Column(name = "num")
        Integer number;

        int lampsCount;
    }

    @Entity(name = "Lamp")
    static class Lamp {
        @Id
        Long id;

        @Column(name = "office_id")
        Long officeId;

        @ManyToOne
        @JoinColumnOrFormula(formula = @JoinFormula(value = "office_id", referencedColumnName = "office"))
        @JoinColumnOrFormula(column = @JoinColumn(name = "desk_no", referencedColumnName = "num"))
        @CounterCache
        Desk desk;
    }

    @Entity(name = "Chair")
    static class Chair {
        @Id
        Long id;

        @ManyToOne
        @JoinFormula("(select min(o.id) from office o)")
        @CounterCache("desksCount")
        Office office;
    }

    @Entity(name = "Bulb")
    static class Bulb {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(path = "desk", value = "lampsCount")
        Lamp lamp;
    }

    @Test
    void aForeignKeyWithAFormulaIsRefused() {
        refused(
                "Chair.office: Chair.office has a formula in its foreign key, whose value only the database knows: map it by"
                        + " columns only",
                Office.class,
                Chair.class);
        refused(
                "Lamp.desk: Lamp.desk has a formula in its foreign key, whose value only the database knows: map it by columns"
                        + " only",
                Office.class,
                Desk.class,
                Lamp.class);
        refused(
                List.of(Office.class, Desk.class, Lamp.class, Bulb.class),
                "Bulb.lamp: 'path': Lamp.desk has a formula in its foreign key, whose value only the database knows: map it by"
                        + " columns only",
                "Lamp.desk: Lamp.desk has a formula in its foreign key, whose value only the database knows: map it by columns"
                        + " only");
    }

    @Entity(name = "Floor")
    static class Floor {
        @Id
        Long id;

        Long code;

        int roomsCount;

        @OneToMany
        @JoinColumnOrFormula(formula = @JoinFormula(value = "coalesce(floor_id, 1)", referencedColumnName = "id"))
        @CounterCache
        Set<Room> rooms;
    }

    @Entity(name = "Room")
    static class Room {
        @Id
        Long id;

        @Column(name = "floor_id")
        Long floorId;

        @ManyToOne
        @CounterCache("desksCount")
        Office office;
    }

    @Test
    void aCollectionWithAFormulaInItsKeyIsRefused() {
        refused(
                "Floor.rooms: Floor.rooms has a formula in its foreign key, whose value only the database knows: map it by"
                        + " columns only",
                Office.class,
                Floor.class,
                Room.class);
    }

    // ---- associations that do not write ----

    @Embeddable
    static class Address {
        @ManyToOne
        @JoinColumn(name = "office_id", insertable = false, updatable = false)
        @CounterCache("desksCount")
        Office office;
    }

    @Entity(name = "House")
    static class House {
        @Id
        Long id;

        @Column(name = "office_id")
        Long officeId;

        @Embedded
        Address address;
    }

    @Test
    void anAssociationInAnEmbeddableThatDoesNotWriteItsColumnIsRefused() {
        refused(
                "House.address.office: House.address.office does not write its column: count the association that does",
                Office.class,
                House.class);
    }

    // ---- elements that write the column of their collection ----

    record GrantId(Long member, String role) implements Serializable {}

    @Entity(name = "Member")
    static class Member {
        @Id
        Long id;

        int grantsCount;
        int badgesCount;
        int seatsCount;

        @OneToMany(cascade = CascadeType.ALL)
        @JoinColumn(name = "member_id")
        @CounterCache
        Set<Grant> grants;

        @OneToMany(cascade = CascadeType.ALL)
        @JoinColumn(name = "member_id")
        @CounterCache
        Set<Badge> badges;

        @OneToMany(cascade = CascadeType.ALL)
        @JoinColumn(name = "member_id")
        @CounterCache
        Set<Seat> seats;
    }

    @Entity(name = "Grants")
    @IdClass(GrantId.class)
    static class Grant {
        @Id
        @ManyToOne
        @JoinColumn(name = "member_id")
        Member member;

        @Id
        String role;
    }

    record BadgeId(Long memberId, String code) implements Serializable {}

    @Entity(name = "Badge")
    @IdClass(BadgeId.class)
    static class Badge {
        @Id
        @Column(name = "member_id")
        Long memberId;

        @Id
        String code;
    }

    @Embeddable
    static class Booking {
        @Column(name = "member_id")
        Long memberId;
    }

    @Entity(name = "Seat")
    static class Seat {
        @Id
        Long id;

        Booking booking;
    }

    @Test
    void elementsThatWriteTheColumnOfTheirCollectionThemselvesAreRefused() {
        refused(
                List.of(Member.class, Grant.class, Badge.class, Seat.class),
                "Member.grants: Grants.member writes the same column: count that, and declare mappedBy on the collection",
                "Member.badges: Badge.memberId writes the same column: map the column as a @ManyToOne that is an @Id or has a"
                        + " @MapsId, and count that",
                "Member.seats: Seat.booking.memberId writes the same column: map the column as a @ManyToOne and count that, or"
                        + " make it 'insertable = false, updatable = false'");
    }

    // ---- rows of a query ----

    @Entity(name = "Summary")
    @Subselect("select id, desksCount from office")
    static class Summary {
        @Id
        Long id;

        int desksCount;

        @Counter
        int views;
    }

    @Entity(name = "Line")
    static class Line {
        @Id
        Long id;

        @ManyToOne
        @CounterCache("desksCount")
        Summary summary;
    }

    @Entity(name = "Shown")
    @Subselect("select id, office_id from desk")
    static class Shown {
        @Id
        Long id;

        @ManyToOne
        @CounterCache("desksCount")
        Office office;
    }

    @Test
    void aSubselectNeitherHasCountersNorIsItCounted() {
        refused(
                List.of(Office.class, Summary.class, Line.class, Shown.class),
                "Line.summary: Summary is a @Subselect, whose rows are those of other tables and change without it: use the"
                        + " entity of the table",
                "Shown.office: Shown is a @Subselect, whose rows are those of other tables and change without it: use the"
                        + " entity of the table",
                "Summary.views: Summary is a @Subselect, whose rows are those of other tables and change without it: use the"
                        + " entity of the table");
    }

    // ---- the unforeseen ----

    /** Fails at what no other strategy fails at. */
    public static class Failing implements PropertyAccessStrategy {
        @Override
        public PropertyAccess buildPropertyAccess(Class<?> type, String property, boolean setterRequired) {
            throw new IllegalStateException("no access to " + property);
        }
    }

    @Entity(name = "Odd")
    static class Odd {
        @Id
        Long id;

        @ManyToOne
        @JoinColumn(insertable = false, updatable = false)
        @AttributeAccessor(strategy = Failing.class)
        @CounterCache("desksCount")
        Office office;
    }

    @Test
    void whateverIsThrownAtAMappingNamesItsPlace() {
        assertThatThrownBy(() -> build(Office.class, Odd.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("Cannot start: 1 wrong counter declaration\n  - Odd.office: its mapping cannot be read"
                        + " (java.lang.IllegalStateException: no access to office): remove @CounterCache, and report"
                        + " this with the mapping")
                .hasRootCauseMessage("no access to office");
    }

    // ---- ids that hide others ----

    @Entity(name = "Vehicle")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Vehicle {
        @Id
        Long id;

        int tripsCount;
    }

    @SuppressWarnings("HidingField") // that is the mistake
    @Entity(name = "Car")
    static class Car extends Vehicle {
        @Id
        Long id;
    }

    @Entity(name = "Trip")
    static class Trip {
        @Id
        Long id;

        @ManyToOne
        @CounterCache
        Vehicle vehicle;
    }

    @Test
    void aSubclassThatDeclaresTheIdentifierAgainIsRefused() {
        refused(
                "Trip.vehicle: Car has its own field for the identifier of Vehicle, and sometimes one, sometimes the other is"
                        + " read: remove it from Car",
                Vehicle.class,
                Car.class,
                Trip.class);
    }

    @Entity(name = "Animal")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Animal {
        private Long id;
        private int visitsCount;

        @Id
        public Long getId() {
            return id;
        }

        public void setId(Long id) {
            this.id = id;
        }

        public int getVisitsCount() {
            return visitsCount;
        }

        public void setVisitsCount(int visitsCount) {
            this.visitsCount = visitsCount;
        }
    }

    @Entity(name = "Dog")
    static class Dog extends Animal {
        @Id
        @Override
        public Long getId() {
            return super.getId();
        }
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        Long id;

        @ManyToOne
        @CounterCache
        Animal animal;
    }

    @Test
    void aSubclassThatOverridesTheGetterOfTheIdentifierIsAllowed() {
        build(Animal.class, Dog.class, Visit.class);
    }
}
