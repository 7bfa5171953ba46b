package io.countercache.hibernate.listener;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static io.countercache.hibernate.support.Told.move;
import static io.countercache.hibernate.support.Told.once;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.EachWrite;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.Told;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which rows a listener is told of: each one once, by the entity that it is known to be of, and only if an UPDATE has hit it. */
@EachWrite
class ListenerRowsTest {

    private static final Told TOLD = new Told();

    // ---- a table for each class ----

    @Entity(name = "Shape")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    abstract static class Shape {
        @Id
        Long id;

        int cornersCount;
    }

    @Entity(name = "Square")
    static class Square extends Shape {
        int dotsCount;

        Square() {}

        Square(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Circle")
    static class Circle extends Shape {
        Circle() {}

        Circle(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Corner")
    static class Corner {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        @CounterCache
        Shape shape;

        @ManyToOne
        @CounterCache("dotsCount")
        Square dotted;
    }

    // ---- a table for what each class adds ----

    @Entity(name = "Media")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Media {
        @Id
        Long id;

        int notesCount;
    }

    @Entity(name = "Film")
    static class Film extends Media {
        int awardsCount;
    }

    @Entity(name = "Note")
    static class Note {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        @CounterCache
        Media media;

        @ManyToOne
        @CounterCache("awardsCount")
        Film awarded;
    }

    // ---- a path, and an id of two parts ----

    @Embeddable
    record Place(String hall, int level) {}

    @Entity(name = "Shelf")
    static class Shelf {
        @EmbeddedId
        Place place;

        int booksCount;
        int pagesCount;
    }

    @Entity(name = "Book")
    static class Book {
        @Id
        Long id;

        @ManyToOne
        @CounterCache
        Shelf shelf;

        int pagesCount;
    }

    @Entity(name = "Page")
    static class Page {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        @CounterCache
        @CounterCache(value = "pagesCount", path = "shelf")
        Book book;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
                    Shape.class,
                    Square.class,
                    Circle.class,
                    Corner.class,
                    Media.class,
                    Film.class,
                    Note.class,
                    Shelf.class,
                    Book.class,
                    Page.class)
            .setting(CounterCacheSettings.LISTENER, TOLD);

    ListenerRowsTest(String write) {
        db.setting(CounterCacheSettings.WRITE, write);
    }

    private List<List<CounterMove>> told(Consumer<Session> work) {
        return TOLD.of(() -> db.inTransaction(work));
    }

    private static void corner(Session session, long shape) {
        Corner corner = new Corner();
        corner.shape = session.getReference(Shape.class, shape);
        session.persist(corner);
    }

    private static CounterMove corners(String entity, long id, long number) {
        return move(entity, id, "cornersCount", number);
    }

    private void shapes(int each) {
        db.inTransaction(session -> LongStream.rangeClosed(1, each).forEach(i -> {
            session.persist(new Square(i));
            session.persist(new Circle(-i));
        }));
    }

    @Test
    void ofSeveralTablesOnlyTheOneIsToldThatHasTheRow() {
        shapes(1);
        assertThat(told(session -> {
                    corner(session, 1);
                    corner(session, 1);
                }))
                .isEqualTo(once(corners("Square", 1, 2)));
        assertThat(told(session -> {
                    corner(session, 1);
                    corner(session, -1);
                }))
                .singleElement()
                .satisfies(moves ->
                        assertThat(moves).containsExactlyInAnyOrder(corners("Circle", -1, 1), corners("Square", 1, 1)));
    }

    @Test
    void ofManyRowsInSeveralTablesEachIsToldOnce() {
        shapes(15);
        assertThat(told(session ->
                        LongStream.rangeClosed(-15, 15).filter(id -> id != 0).forEach(id -> corner(session, id))))
                .singleElement()
                .satisfies(moves -> assertThat(moves)
                        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(-15, 15)
                                .filter(id -> id != 0)
                                .mapToObj(id -> corners(id < 0 ? "Circle" : "Square", id, 1))
                                .toList()));
    }

    @Test
    void aRowOfWhichTheInstanceIsManagedIsOneUpdateAndOneMove() {
        shapes(1);
        List<String> sql = db.statementsOf(() -> assertThat(told(session -> {
                    Square square = session.find(Square.class, 1L);
                    corner(session, 1);
                    Corner dot = new Corner();
                    dot.dotted = square;
                    session.persist(dot);
                }))
                .isEqualTo(once(move("Square", 1L, "cornersCount", 1, "dotsCount", 1))));
        assertThat(counterUpdates(sql)).hasSize(1);
    }

    @Test
    void countersOfAClassAndOfItsSubclassAreOneMoveOfTheSubclass() {
        db.inTransaction(session -> {
            Film film = new Film();
            film.id = 1L;
            session.persist(film);
        });
        assertThat(told(session -> {
                    Note note = new Note();
                    note.media = session.find(Media.class, 1L);
                    note.awarded = session.find(Film.class, 1L);
                    session.persist(note);
                }))
                .isEqualTo(once(move("Film", 1L, "notesCount", 1, "awardsCount", 1)));
        assertThat(told(session -> {
                    CounterCaches.of(session).on(Film.class, 1L).increment("awardsCount");
                    CounterCaches.of(session).on(Media.class, 1L).increment("notesCount");
                    CounterCaches.of(session).on(Film.class, 1L).reset();
                }))
                .isEmpty();
    }

    @Test
    void aCounterThatAPathLeadsToIsToldOfTheRowAtItsEnd() {
        Place place = new Place("north", 2);
        assertThat(told(session -> {
                    Shelf shelf = new Shelf();
                    shelf.place = place;
                    Book book = new Book();
                    book.id = 1L;
                    book.shelf = shelf;
                    session.persist(shelf);
                    session.persist(book);
                }))
                .isEqualTo(once(move("Shelf", place, "booksCount", 1)));
        assertThat(told(session -> {
                    Page page = new Page();
                    page.book = session.getReference(Book.class, 1L);
                    session.persist(page);
                }))
                .singleElement()
                .satisfies(moves -> assertThat(moves)
                        .containsExactlyInAnyOrder(
                                move("Book", 1L, "pagesCount", 1), move("Shelf", place, "pagesCount", 1)));
    }

    private static void deleteBook(Session session, long id) {
        session.doWork(connection -> {
            try (var statement = connection.createStatement()) {
                statement.executeUpdate("delete from book where id = " + id);
            }
        });
    }

    /** Whose deletion the session does not know of: the delta finds no row. */
    @Test
    void aRowThatIsGoneIsNotTold() {
        shapes(1);
        db.inTransaction(session -> {
            for (long id = 1; id <= 3; id++) {
                Book book = new Book();
                book.id = id;
                session.persist(book);
                Page page = new Page();
                page.book = book;
                session.persist(page);
            }
        });
        assertThat(told(session -> {
                    session.createSelectionQuery("from Page", Page.class)
                            .getResultList()
                            .forEach(session::remove);
                    session.flush();
                    deleteBook(session, 2);
                }))
                .singleElement()
                .satisfies(moves -> assertThat(moves)
                        .containsExactlyInAnyOrder(
                                move("Book", 1L, "pagesCount", -1), move("Book", 3L, "pagesCount", -1)));
        assertThat(told(session -> {
                    Page page = new Page();
                    page.book = session.getReference(Book.class, 1L);
                    session.persist(page);
                }))
                .hasSize(1);
        assertThat(told(session -> {
                    session.createSelectionQuery("from Page", Page.class)
                            .getResultList()
                            .forEach(session::remove);
                    session.flush();
                    deleteBook(session, 1);
                }))
                .isEmpty();
    }
}
