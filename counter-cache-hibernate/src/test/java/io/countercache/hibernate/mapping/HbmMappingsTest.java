package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.HibernateServices;
import io.countercache.hibernate.support.TestDatabase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Classes that have their mapping in an hbm.xml file, and their counters in annotations. */
class HbmMappingsTest {

    static class Shelf {
        Long id;
        int booksCount;

        @CounterCache
        List<Book> books = new ArrayList<>();
    }

    static class Book {
        Long id;
        Shelf shelf;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with().mappedBy("shelves.hbm.xml");

    private Shelf shelf(long id) {
        Shelf shelf = new Shelf();
        shelf.id = id;
        return db.persist(shelf);
    }

    @Test
    void anInverseCollectionIsCountedByTheToOneOfItsColumn() {
        Shelf first = shelf(1);
        Shelf second = shelf(2);
        db.inTransaction(session -> {
            Book book = new Book();
            book.id = 1L;
            book.shelf = session.find(Shelf.class, first.id);
            session.persist(book);
        });
        assertThat(db.number("select books_count from shelf where id = 1")).isEqualTo(1);
        db.inTransaction(session -> session.find(Book.class, 1L).shelf = session.find(Shelf.class, second.id));
        assertThat(db.number("select books_count from shelf where id = 1")).isZero();
        assertThat(db.number("select books_count from shelf where id = 2")).isEqualTo(1);
        db.execute("update shelf set books_count = 9");
        assertThat(CounterRepair.of(db.factory(), Shelf.class).repair().drifted())
                .isEqualTo(2);
    }

    static class Fan {
        Long id;
        int bandsCount;

        @CounterCache
        Set<Band> bands = new HashSet<>();
    }

    static class Band {
        Long id;
        int fansCount;

        @CounterCache
        Set<Fan> fans = new HashSet<>();

        @CounterCache("fansCount")
        Set<Song> songs = new HashSet<>();
    }

    static class Song {
        Long id;
    }

    @Test
    void anInverseCollectionWhoseOtherSideIsNotNamedIsRefused() {
        assertThatThrownBy(() -> new Configuration(HibernateServices.registry())
                        .setProperty("hibernate.connection.url", "jdbc:h2:mem:none")
                        .setProperty("hibernate.flush.queue.type", "legacy")
                        .addResource("bands.hbm.xml")
                        .buildSessionFactory())
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 2 wrong counter declarations
                          - HbmMappingsTest$Band.fans: does not write its rows: put @CounterCache on the collection that does
                          - HbmMappingsTest$Band.songs: does not write its rows, and HbmMappingsTest$Song has no to-one with its column: map one, and put @CounterCache on it""");
    }
}
