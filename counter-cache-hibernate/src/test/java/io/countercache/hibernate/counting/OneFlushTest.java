package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What one flush does to several rows, or several times to one row, in whichever order Hibernate sends and reports it. */
@ParameterizedClass(name = "batches of {0}")
@ValueSource(ints = {0, 10})
class OneFlushTest {

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String name;
        int itemsCount;
        int notesCount;

        @OneToMany(mappedBy = "shelf", orphanRemoval = true)
        List<Note> notes = new ArrayList<>();
    }

    @Entity(name = "Item")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Item {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Shelf shelf;
    }

    @Entity(name = "Book")
    static class Book extends Item {
        String title;

        Book(Shelf shelf) {
            this.shelf = shelf;
        }

        Book() {}
    }

    @Entity(name = "Person")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Person {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;
    }

    @Entity(name = "Writer")
    static class Writer extends Person {
        String pseudonym;
    }

    @Entity(name = "Painter")
    static class Painter extends Person {
        String style;
    }

    @Entity(name = "Note")
    static class Note {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Person person;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Shelf shelf;

        Note(Person person, Shelf shelf) {
            this.person = person;
            this.shelf = shelf;
        }

        Note() {}
    }

    @RegisterExtension
    final TestDatabase db;

    private final Shelf first = new Shelf();
    private final Shelf second = new Shelf();

    OneFlushTest(int batchSize) {
        db = TestDatabase.with(
                        Shelf.class, Item.class, Book.class, Person.class, Writer.class, Painter.class, Note.class)
                .setting("hibernate.jdbc.batch_size", batchSize);
    }

    @BeforeEach
    void shelves() {
        db.persist(first);
        db.persist(second);
    }

    private Shelf shelf(Shelf shelf, Session session) {
        return session.find(Shelf.class, shelf.id);
    }

    private void assertItems(int ofFirst, int ofSecond) {
        assertThat(db.number("select items_count from shelf where id = " + first.id))
                .isEqualTo(ofFirst);
        assertThat(db.number("select items_count from shelf where id = " + second.id))
                .isEqualTo(ofSecond);
    }

    @Test
    void aChildThatIsMovedBeforeItIsInsertedCountsWhereItIs() {
        db.inTransaction(session -> {
            Book book = new Book(shelf(first, session));
            session.persist(book);
            book.shelf = shelf(second, session);
        });
        assertItems(0, 1);
    }

    @Test
    void aNewParentGetsAChildThatIsMovedBeforeItIsInserted() {
        Shelf third = new Shelf();
        db.inTransaction(session -> {
            session.persist(third);
            Book book = new Book(shelf(first, session));
            session.persist(book);
            book.shelf = third;
            third.name = "third";
        });
        assertItems(0, 0);
        assertThat(db.number("select items_count from shelf where id = " + third.id))
                .isEqualTo(1);
    }

    @Test
    void aChildThatIsRemovedBeforeItIsInsertedCountsNothing() {
        db.inTransaction(session -> {
            Book book = new Book(shelf(first, session));
            session.persist(book);
            session.persist(new Book(book.shelf));
            session.remove(book);
        });
        assertItems(1, 0);
    }

    @Test
    void aChildThatIsMovedAndRemovedCountsNothing() {
        Book book = db.persist(new Book(first));
        db.inTransaction(session -> {
            Book found = session.find(Book.class, book.id);
            found.shelf = shelf(second, session);
            session.remove(found);
        });
        assertItems(0, 0);
    }

    @Test
    void childrenInSeveralTablesAreDeletedMovedAndInserted() {
        List<Book> books = List.of(new Book(first), new Book(first), new Book(first), new Book(second));
        books.forEach(db::persist);
        db.inTransaction(session -> {
            session.remove(session.find(Book.class, books.get(0).id));
            session.find(Book.class, books.get(1).id).shelf = shelf(second, session);
            session.remove(session.find(Book.class, books.get(3).id));
            session.persist(new Book(shelf(second, session)));
        });
        assertItems(1, 2);
    }

    @Test
    void aVetoedDeleteAmongOthersCountsNothing() {
        List<Book> books = List.of(new Book(first), new Book(first), new Book(first));
        books.forEach(db::persist);
        ((SessionFactoryImplementor) db.factory())
                .getEventEngine()
                .getListenerRegistry()
                .appendListeners(EventType.PRE_DELETE, event -> event.getId().equals(books.get(1).id));
        db.inTransaction(session -> books.forEach(book -> session.remove(session.find(Book.class, book.id))));
        assertItems(1, 0);
    }

    @Test
    void whatGoesAlongWithSeveralRowsIsCounted() {
        Writer writer = db.persist(new Writer());
        Painter painter = db.persist(new Painter());
        db.persist(new Note(writer, first));
        db.persist(new Note(painter, first));
        db.persist(new Note(painter, second));
        db.inTransaction(session -> {
            session.remove(session.find(Writer.class, writer.id));
            session.remove(session.find(Painter.class, painter.id));
        });
        assertThat(db.number("select sum(notes_count) from shelf")).isZero();
    }

    @Test
    void aParentThatIsUpdatedShowsTheChildrenOfTheSameFlush() {
        db.inTransaction(session -> {
            Shelf managed = shelf(first, session);
            managed.name = "first";
            session.persist(new Book(managed));
            session.flush();
            assertThat(managed.itemsCount).isEqualTo(1);
            assertThat(session.isDirty()).isFalse();
            session.persist(new Book(managed));
            session.flush();
            assertThat(managed.itemsCount).isEqualTo(2);
        });
        assertItems(2, 0);
    }

    /** To move one, the library sends a query in the middle of the flush. */
    @Test
    void orphansAreRemovedOnceThoughOthersMove() {
        Note orphan = db.persist(new Note(null, first));
        Note moved = db.persist(new Note(null, second));
        db.inTransaction(session -> {
            Shelf managed = shelf(first, session);
            managed.notes.remove(session.find(Note.class, orphan.id));
            session.find(Note.class, moved.id).shelf = managed;
            session.flush();
            session.flush();
        });
        assertThat(db.number("select notes_count from shelf where id = " + first.id))
                .isEqualTo(1);
        assertThat(db.number("select count(*) from note")).isEqualTo(1);
    }
}
