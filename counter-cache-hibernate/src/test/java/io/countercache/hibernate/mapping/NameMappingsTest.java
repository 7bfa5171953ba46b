package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Names that are not in the annotations alone: of schemas, from settings, from XML. */
class NameMappingsTest {

    private static final AtomicLong IDS = new AtomicLong(System.nanoTime());

    private static long next() {
        return IDS.incrementAndGet();
    }

    @Entity(name = "Ledger")
    @Table(schema = "counter_cache_elsewhere")
    static class Ledger {
        @Id
        Long id = next();

        int entriesCount;
    }

    @Entity(name = "Entry")
    @Table(schema = "counter_cache_elsewhere")
    static class Entry {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("entriesCount")
        Ledger ledger;
    }

    /** Names are reserved words. */
    @Entity(name = "Group")
    @Table(name = "group")
    static class Group {
        @Id
        Long id = next();

        int select;
    }

    @Entity(name = "User")
    static class User {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("select")
        Group group;
    }

    @Entity(name = "Hall")
    static class Hall {
        @Id
        Long id = next();

        int booksCount;
    }

    record ShelfKey(String room, int number) {}

    @Entity(name = "Shelf")
    @IdClass(ShelfKey.class)
    static class Shelf {
        @Id
        String room = "attic";

        @Id
        int number = 1;

        @ManyToOne(fetch = FetchType.LAZY)
        Hall hall;
    }

    @Entity(name = "Book")
    static class Book {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "booksCount", path = "hall")
        Shelf shelf;
    }

    /** Gets the names of its table and its columns from XML. */
    @Entity(name = "Parcel")
    static class Parcel {
        @Id
        Long id = next();

        int stampsCount;
    }

    /** Gets all of its mapping from XML. */
    static class Stamp {
        Long id = next();

        @CounterCache
        Parcel parcel;
    }

    @RegisterExtension
    final TestDatabase schemas =
            TestDatabase.with(Ledger.class, Entry.class).setting("hibernate.hbm2ddl.create_namespaces", true);

    @RegisterExtension
    final TestDatabase quoted =
            TestDatabase.with(Group.class, User.class).setting("hibernate.globally_quoted_identifiers", true);

    @RegisterExtension
    final TestDatabase quotedPath = TestDatabase.with(Hall.class, Shelf.class, Book.class)
            .setting("hibernate.globally_quoted_identifiers", true);

    @RegisterExtension
    final TestDatabase xml = TestDatabase.with(Parcel.class).mappedBy("parcels-orm.xml");

    @Test
    void anotherSchemaIsWrittenTo() {
        assumeFalse(TestServer.IS_MARIADB, "Hibernate names no schema there, only a catalog");
        new CountedLife<>(
                        schemas,
                        Ledger.class,
                        Ledger::new,
                        Entry::new,
                        (entry, ledger) -> entry.ledger = ledger,
                        ledger -> ledger.entriesCount,
                        "update counter_cache_elsewhere.ledger set entries_count = 9")
                .isLived();
    }

    @Test
    void namesThatAreAllQuotedAreWrittenSo() {
        new CountedLife<>(
                        quoted,
                        Group.class,
                        Group::new,
                        User::new,
                        (user, group) -> user.group = group,
                        group -> group.select,
                        "update \"group\" set \"select\" = 9")
                .isLived();
    }

    @Test
    void aRowOnThePathWithAnIdOfTwoColumnsTakesAlongWhatIsBeneathIt() {
        List<Hall> halls = List.of(quotedPath.persist(new Hall()), quotedPath.persist(new Hall()));
        Shelf shelf = new Shelf();
        quotedPath.inTransaction(session -> {
            shelf.hall = session.getReference(Hall.class, halls.get(0).id);
            session.persist(shelf);
            for (int i = 0; i < 3; i++) {
                Book book = new Book();
                book.shelf = shelf;
                session.persist(book);
            }
        });
        quotedPath.inTransaction(session -> session.find(Shelf.class, new ShelfKey("attic", 1)).hall =
                session.getReference(Hall.class, halls.get(1).id));
        assertThat(halls)
                .extracting(hall ->
                        quotedPath.<Hall>fromTransaction(session -> session.find(Hall.class, hall.id)).booksCount)
                .containsExactly(0, 3);
    }

    @Test
    void whatIsMappedInXmlIsCounted() {
        new CountedLife<>(
                        xml,
                        Parcel.class,
                        Parcel::new,
                        Stamp::new,
                        (stamp, parcel) -> stamp.parcel = parcel,
                        parcel -> parcel.stampsCount,
                        "update packet set stamps = 9")
                .isLived();
        assertThat(xml.number("select count(packet_id) from stamp")).isPositive();
    }
}
