package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.SecondaryTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hibernate.Hibernate;
import org.hibernate.Interceptor;
import org.hibernate.Session;
import org.hibernate.annotations.SecondaryRow;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreInsertEventListener;
import org.hibernate.type.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An INSERT of a parent writes for a derived counter what the library knows, whatever is in the attribute. */
class InsertedParentsTest {

    @Entity(name = "Shelf")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Shelf {
        @Id
        Long id = 1L;

        @OneToMany(mappedBy = "shelf", cascade = CascadeType.ALL)
        @CounterCache("booksCount")
        List<Book> books = new ArrayList<>();

        @Column(nullable = false)
        Integer booksCount;

        @ElementCollection
        @CounterCache
        Set<String> words = new HashSet<>();

        long wordsCount;

        @Counter
        Integer views;

        Shelf with(int count) {
            for (int i = 0; i < count; i++) {
                Book book = new Book();
                book.id = (long) i;
                book.shelf = this;
                books.add(book);
                words.add("word " + i);
            }
            return this;
        }
    }

    @Entity(name = "WideShelf")
    @SecondaryTable(name = "wide")
    @SecondaryRow(table = "wide", optional = false)
    static class WideShelf extends Shelf {
        @Column(table = "wide")
        int seenCount;
    }

    @Entity(name = "Book")
    static class Book {
        @Id
        Long id;

        @ManyToOne
        Shelf shelf;
    }

    @Entity(name = "Look")
    static class Look {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne
        @CounterCache("seenCount")
        WideShelf shelf;
    }

    @Entity(name = "Box")
    static class Box {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        int ballsCount;
    }

    @Entity(name = "Ball")
    static class Ball {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne(cascade = CascadeType.PERSIST)
        @CounterCache
        Box box;
    }

    @Entity(name = "Rack")
    static class Rack {
        @Id
        Long id;

        int thingsCount = 5;

        @Counter
        long views;
    }

    @Entity(name = "Thing")
    static class Thing {
        @Id
        Long id;

        @ManyToOne
        @CounterCache
        Rack rack;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(
            Shelf.class, WideShelf.class, Book.class, Look.class, Box.class, Ball.class, Rack.class, Thing.class);

    private static final class Undone extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private void undone(Consumer<Session> work) {
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    work.accept(session);
                    session.flush();
                    throw new Undone();
                }))
                .isInstanceOf(Undone.class);
    }

    private void assertStored(int count) {
        assertThat(db.text("select concat(books_count, ' ', words_count) from shelf where id = 1"))
                .isEqualTo(count + " " + count);
    }

    static Stream<Consumer<Object[]>> persistingOrMerging() {
        return Stream.of(
                pair -> ((Session) pair[0]).persist(pair[1]), //
                pair -> ((Session) pair[0]).merge(pair[1]));
    }

    @ParameterizedTest
    @MethodSource("persistingOrMerging")
    void whatWasRolledBackIsTriedAgain(Consumer<Object[]> again) {
        Shelf shelf = new Shelf().with(2);
        undone(session -> session.persist(shelf));
        shelf.words = new HashSet<>(shelf.words);
        db.inTransaction(session -> again.accept(new Object[] {session, shelf}));
        assertStored(2);
    }

    @Test
    @SinceHibernate("7.2")
    void whatWasRolledBackInAStatelessSessionIsTriedAgain() {
        Shelf shelf = new Shelf().with(2);
        for (int attempt = 0; attempt < 2; attempt++) {
            try (var session = db.factory().openStatelessSession()) {
                session.beginTransaction();
                insert(session, shelf);
                session.insertMultiple(shelf.books);
                if (attempt == 0) {
                    session.getTransaction().rollback();
                    shelf.booksCount = 2;
                } else {
                    session.getTransaction().commit();
                }
            }
        }
        assertStored(2);
    }

    @Test
    void whatWasRemovedIsPersistedAgain() {
        Shelf shelf = db.persist(new Shelf().with(2));
        Shelf removed = db.fromTransaction(session -> {
            Shelf found = session.find(Shelf.class, shelf.id);
            Hibernate.initialize(found.words);
            session.remove(found);
            return found;
        });
        db.inTransaction(session -> {
            session.persist(removed);
            session.flush();
            assertThat(removed.booksCount).isEqualTo(2);
        });
        assertStored(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasRemovedIsPersistedAgainInTheSameSession(boolean isFlushed) {
        db.persist(new Shelf().with(2));
        db.inTransaction(session -> {
            Shelf found = session.find(Shelf.class, 1L);
            Hibernate.initialize(found.words);
            session.remove(found);
            if (isFlushed) {
                session.flush();
            }
            session.persist(found);
        });
        assertThat(db.number("select books_count from shelf")).isEqualTo(2);
    }

    @Test
    void whatWasDeletedMeanwhileIsMerged() {
        Shelf detached = db.persist(new Shelf().with(2));
        db.inTransaction(session -> session.remove(session.find(Shelf.class, 1L)));
        detached.books = new ArrayList<>();
        db.inTransaction(session -> {
            Shelf merged = session.merge(detached);
            session.flush();
            assertThat(merged.booksCount).isZero();
            assertThat(merged.wordsCount).isEqualTo(2);
        });
        assertThat(db.number("select books_count from shelf")).isZero();
    }

    @Test
    void whatAClientHasSentIsNotStored() {
        Shelf shelf = new Shelf();
        shelf.booksCount = 1_000_000;
        db.inTransaction(session -> {
            session.persist(shelf);
            shelf.wordsCount = 1_000_000;
        });
        assertThat(shelf.booksCount).isZero();
        assertThat(shelf.wordsCount).isZero();
        assertStored(0);
    }

    @Test
    void whatIsAssignedAfterPersistIsNotStored() {
        db.inTransaction(session -> {
            Shelf shelf = new Shelf();
            session.persist(shelf);
            shelf.booksCount = 7;
            session.flush();
            assertThat(shelf.booksCount).isZero();
            Book book = new Book();
            book.id = 1L;
            book.shelf = shelf;
            session.persist(book);
            session.flush();
            assertThat(shelf.booksCount).isEqualTo(1);
        });
        assertThat(db.number("select books_count from shelf")).isEqualTo(1);
    }

    @Test
    void aSubclassAndItsOtherTables() {
        WideShelf shelf = new WideShelf();
        shelf.booksCount = 5;
        shelf.seenCount = 5;
        shelf.with(1);
        db.inTransaction(session -> {
            session.persist(shelf);
            Look look = new Look();
            look.shelf = shelf;
            session.persist(look);
        });
        assertThat(db.number("select seen_count from wide")).isEqualTo(1);
        assertStored(1);
    }

    @Test
    void aParentWhoseIdTheDatabaseGenerates() {
        Ball ball = new Ball();
        ball.box = new Box();
        ball.box.ballsCount = 5;
        db.inTransaction(session -> {
            session.persist(ball);
            session.flush();
            assertThat(ball.box.ballsCount).isEqualTo(1);
        });
        assertThat(db.number("select balls_count from box")).isEqualTo(1);
    }

    @Test
    void aCounterThatIsNotDerivedKeepsItsValueAndNullIsZero() {
        Shelf popular = new Shelf();
        popular.views = 7;
        db.persist(popular);
        assertThat(db.number("select views from shelf")).isEqualTo(7);
        Shelf other = new Shelf();
        other.id = 2L;
        db.persist(other);
        assertThat(other.views).isZero();
        assertThat(db.number("select views from shelf where id = 2")).isZero();
    }

    @Test
    void aBumpInsertsTheValueThatItIsGivenAndZeroInOtherDerivedCounters() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.NO_BUMP);
        db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            assertThat(counters.bump(Rack.class, Map.of("id", 1L), "views", 3)).isEqualTo(3);
            assertThat(counters.bump(Rack.class, Map.of("id", 2L), "thingsCount", 3))
                    .isEqualTo(3);
        });
        assertThat(db.number("select things_count from rack where id = 1")).isZero();
        assertThat(db.number("select things_count from rack where id = 2")).isEqualTo(3);
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Rack.class, 2L));
    }

    // ---- who else sets the value ----

    private void beforeInsert(PreInsertEventListener listener, boolean isFirst) {
        var listeners = db.factory()
                .unwrap(SessionFactoryImplementor.class)
                .getEventEngine()
                .getListenerRegistry();
        if (isFirst) {
            listeners.prependListeners(EventType.PRE_INSERT, listener);
        } else {
            listeners.appendListeners(EventType.PRE_INSERT, listener);
        }
    }

    private static void set(Object[] state, String[] names, String name, Object value) {
        int index = List.of(names).indexOf(name);
        if (index >= 0) {
            state[index] = value;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAListenerPutsIntoTheStateIsNotStored(boolean isFirst) {
        beforeInsert(
                event -> {
                    String[] names = event.getPersister().getPropertyNames();
                    set(event.getState(), names, "booksCount", 40);
                    set(event.getState(), names, "wordsCount", null);
                    set(event.getState(), names, "views", 3);
                    return false;
                },
                isFirst);
        Shelf shelf = new Shelf().with(2);
        db.inTransaction(session -> {
            session.persist(shelf);
            session.flush();
            assertThat(shelf.booksCount).isEqualTo(2);
        });
        assertStored(2);
        assertThat(db.number("select views from shelf")).isEqualTo(3);
    }

    private static final class FortyBooks implements Interceptor {
        @Override
        public boolean onPersist(Object entity, Object id, Object[] state, String[] names, Type[] types) {
            set(state, names, "booksCount", 40);
            return true;
        }

        @Override
        public void onInsert(Object entity, Object id, Object[] state, String[] names, Type[] types) {
            set(state, names, "booksCount", 40);
        }
    }

    @Test
    void whatAnInterceptorPutsIntoTheStateIsNotStored() {
        try (Session session =
                db.factory().withOptions().interceptor(new FortyBooks()).openSession()) {
            session.beginTransaction();
            session.persist(new Shelf());
            session.getTransaction().commit();
        }
        assertStored(0);
    }

    @Test
    @SinceHibernate("7.2")
    void whatAnInterceptorPutsIntoTheStateOfAStatelessSessionIsNotStored() {
        var stateless = db.factory().withStatelessOptions();
        stateless.interceptor(new FortyBooks());
        try (var session = stateless.openStatelessSession()) {
            insert(session, new Shelf());
        }
        assertStored(0);
    }
}
