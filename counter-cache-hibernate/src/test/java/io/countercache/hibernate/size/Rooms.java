package io.countercache.hibernate.size;

import io.countercache.CounterCache;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.annotations.CollectionType;
import org.hibernate.annotations.Filter;
import org.hibernate.annotations.FilterDef;
import org.hibernate.annotations.NotFound;
import org.hibernate.annotations.NotFoundAction;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.collection.spi.PersistentBag;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.CollectionClassification;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.usertype.UserCollectionType;

/** A room whose collections are mapped in many ways, and what is in it. */
final class Rooms {

    static final Class<?>[] ENTITIES = {
        Room.class,
        Hall.class,
        Chair.class,
        Stool.class,
        Table.class,
        Lamp.class,
        Guest.class,
        Window.class,
        Carpet.class,
        Vase.class,
        Plant.class
    };

    private Rooms() {}

    @Entity(name = "Room")
    static class Room {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        // told

        @OneToMany(mappedBy = "room")
        Set<Chair> chairs = new HashSet<>();

        int chairsCount;

        @OneToMany(mappedBy = "room")
        List<Chair> sameChairs = new ArrayList<>();

        @OneToMany(mappedBy = "place.room")
        Set<Table> tables = new HashSet<>();

        int tablesCount;

        @OneToMany(mappedBy = "room")
        Set<Lamp> lamps = new HashSet<>();

        int lampsCount;

        @ManyToMany(mappedBy = "rooms")
        @CounterCache(size = true)
        Set<Guest> guests = new HashSet<>();

        int guestsCount;

        @ManyToMany(mappedBy = "rooms")
        @Filter(name = "sold", condition = "sold = false")
        Set<Guest> filteredGuests = new HashSet<>();

        @Embedded
        Wall wall = new Wall();

        int paintsCount;

        @OneToMany(mappedBy = "room")
        @CounterCache(size = true) // this one, and not the other one that is mapped by the same association
        Set<Plant> plants = new HashSet<>();

        @OneToMany(mappedBy = "room")
        List<Plant> samePlants = new ArrayList<>();

        int plantsCount;

        // asked of the database

        int openWindowsCount;

        int panesTotal;

        @OneToMany(mappedBy = "room")
        Set<Window> windows = new HashSet<>();

        @OneToMany(mappedBy = "room")
        Set<Stool> stools = new HashSet<>();

        @OneToMany(mappedBy = "room")
        @Filter(name = "sold", condition = "sold = false")
        Set<Chair> filteredChairs = new HashSet<>();

        @OneToMany(mappedBy = "room")
        @SQLRestriction("sold = false")
        Set<Chair> restrictedChairs = new HashSet<>();

        @OneToMany(mappedBy = "room")
        Set<Carpet> carpets = new HashSet<>();

        int carpetsCount;

        @OneToMany(mappedBy = "room")
        Set<Vase> vases = new HashSet<>();

        int vasesCount;

        @ElementCollection
        @CounterCache
        @CollectionType(type = OwnType.class)
        Collection<String> names = new ArrayList<>();

        int namesCount;

        @ElementCollection
        @CounterCache
        @OrderColumn
        String[] codes = {};

        int codesCount;

        @ManyToMany
        @CounterCache
        @NotFound(action = NotFoundAction.IGNORE)
        Set<Guest> formerGuests = new HashSet<>();

        int formerGuestsCount;
    }

    /** Has a collection that rooms of other kinds have not. */
    @Entity(name = "Hall")
    static class Hall extends Room {
        @OneToMany(mappedBy = "room")
        Set<Chair> rows = new HashSet<>();
    }

    @Embeddable
    static class Wall {
        @ElementCollection
        @CounterCache(value = "paintsCount", size = true)
        List<String> paints = new ArrayList<>();
    }

    @Entity(name = "Chair")
    @FilterDef(name = "sold")
    static class Chair {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean sold;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "chairsCount", size = true)
        Room room;
    }

    /** Of it the room counts chairs of any kind. */
    @Entity(name = "Stool")
    static class Stool extends Chair {}

    @Embeddable
    static class Place {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "tablesCount", size = true)
        Room room;
    }

    @Entity(name = "Table")
    @jakarta.persistence.Table(name = "tables")
    static class Table {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Embedded
        Place place = new Place();
    }

    @Entity(name = "Lamp")
    @SoftDelete
    static class Lamp {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        Room room;
    }

    @Entity(name = "Guest")
    static class Guest {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean sold;

        @ManyToMany
        Set<Room> rooms = new HashSet<>();
    }

    @Entity(name = "Window")
    @jakarta.persistence.Table(name = "windows")
    static class Window {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean open;
        int panes;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "openWindowsCount", where = "open = true")
        @CounterCache(value = "panesTotal", sum = "panes")
        Room room;
    }

    @Entity(name = "Carpet")
    @SQLRestriction("sold = false")
    static class Carpet {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean sold;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Room room;
    }

    @Entity(name = "Vase")
    @Filter(name = "sold", condition = "sold = false")
    static class Vase {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean sold;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Room room;
    }

    @Entity(name = "Plant")
    static class Plant {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Room room;
    }

    /** What an application has written itself. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    static class OwnType implements UserCollectionType {
        @Override
        public CollectionClassification getClassification() {
            return CollectionClassification.BAG;
        }

        @Override
        public Class<?> getCollectionClass() {
            return Collection.class;
        }

        @Override
        public PersistentCollection<?> instantiate(
                SharedSessionContractImplementor session, CollectionPersister persister) {
            return new PersistentBag<>(session);
        }

        @Override
        public PersistentCollection<?> wrap(SharedSessionContractImplementor session, Object collection) {
            return new PersistentBag<>(session, (Collection<?>) collection);
        }

        @Override
        public java.util.Iterator<?> getElementsIterator(Object collection) {
            return ((Collection<?>) collection).iterator();
        }

        @Override
        public boolean contains(Object collection, Object entity) {
            return ((Collection<?>) collection).contains(entity);
        }

        @Override
        public Object indexOf(Object collection, Object entity) {
            return ((List<?>) collection).indexOf(entity);
        }

        @Override
        public Object replaceElements(
                Object original,
                Object target,
                CollectionPersister persister,
                Object owner,
                Map copyCache,
                SharedSessionContractImplementor session) {
            ((Collection) target).clear();
            ((Collection) target).addAll((Collection) original);
            return target;
        }

        @Override
        public Object instantiate(int anticipatedSize) {
            return new ArrayList<>();
        }
    }
}
