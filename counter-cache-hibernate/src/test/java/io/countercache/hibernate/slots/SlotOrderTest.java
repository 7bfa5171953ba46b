package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who adds to slots by hand locks them in the order of a commit: counter by counter, and the rows of each in their order. */
@Tag("postgresql") // elsewhere there are no slots
class SlotOrderTest {

    /** More than are sent at once. */
    private static final long SHELVES = 501;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Shelf.class, Book.class);

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        long id;

        int booksCount;

        long pagesTotal;
    }

    @Entity(name = "Book")
    static class Book {
        @Id
        @GeneratedValue
        long id;

        int pages;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "booksCount", slots = 1)
        @CounterCache(value = "pagesTotal", sum = "pages", slots = 1)
        Shelf shelf;
    }

    @Test
    void severalCountersOfManyRowsByHandAndACommit() throws Exception {
        db.execute("insert into shelf (id, books_count, pages_total) select generate_series(1, %d), 0, 0"
                .formatted(SHELVES));
        Book first = new Book();
        first.pages = 10;
        put(first, 1);
        try (Concurrently threads = new Concurrently(db);
                var holding = db.connections().getConnection();
                var statement = holding.createStatement()) {
            holding.setAutoCommit(false);
            statement.execute("select 1 from shelf_slots where counter = 'PAGES_TOTAL' for update");
            Future<?> byHand = threads.start(() -> db.inTransaction(session -> CounterCaches.of(session)
                    .on(Shelf.class, LongStream.rangeClosed(1, SHELVES).boxed().toList())
                    .add(Map.of("booksCount", 1, "pagesTotal", 1))));
            threads.awaitWaiting(1); // for the pages of the first shelf
            Future<?> commit = threads.start(() -> db.inTransaction(session -> {
                session.find(Book.class, first.id).pages = 20; // the pages of the first shelf
                Book last = new Book();
                last.shelf = session.getReference(Shelf.class, SHELVES); // and the books of the last
                session.persist(last);
            }));
            threads.awaitWaiting(2);
            holding.commit();
            Concurrently.finish(byHand);
            Concurrently.finish(commit);
        }
        assertThat(db.number("select sum(amount) from shelf_slots where parent_id = 1 and counter = 'PAGES_TOTAL'"))
                .isEqualTo(21);
        CounterRepair.of(db.factory(), Shelf.class).repair(); // what was added by hand
    }

    private void put(Book book, long shelf) {
        db.inTransaction(session -> {
            book.shelf = session.getReference(Shelf.class, shelf);
            session.persist(book);
        });
    }
}
