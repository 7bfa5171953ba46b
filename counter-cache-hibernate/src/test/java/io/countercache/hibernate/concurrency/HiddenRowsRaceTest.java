package io.countercache.hibernate.concurrency;

import static io.countercache.hibernate.support.Concurrently.finish;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PessimisticLockException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.annotations.SQLDelete;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Children without a version that are only marked as deleted. Whoever has loaded one before it was deleted can still write it, and
 * if the mark is an attribute, that takes it away again.
 */
class HiddenRowsRaceTest {

    private static final int SHELVES = 5;

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        Long id;

        int markedCount;
        int apartCount;
        int pinnedCount;
        int softCount;

        Shelf() {}

        Shelf(long id) {
            this.id = id;
        }
    }

    @MappedSuperclass
    abstract static class Book {
        @Id
        Long id;

        String title;

        abstract void putOn(Shelf other);
    }

    @Entity(name = "Marked")
    @SQLDelete(sql = "update marked set deleted = true where id = ?")
    @SQLRestriction("deleted = false")
    static class Marked extends Book {
        boolean deleted;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("markedCount")
        Shelf shelf;

        @Override
        void putOn(Shelf other) {
            shelf = other;
        }
    }

    @Entity(name = "Apart")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    @SQLDelete(sql = "update apart set deleted = true where id = ?")
    @SQLRestriction("deleted = false")
    static class Apart extends Book {
        boolean deleted;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("apartCount")
        Shelf shelf;

        @Override
        void putOn(Shelf other) {
            shelf = other;
        }
    }

    @Entity(name = "ApartMore")
    @SQLDelete(sql = "update apart_more set deleted = true where id = ?")
    static class ApartMore extends Apart {}

    /** Stays where it is. */
    @Entity(name = "Pinned")
    @SQLDelete(sql = "update pinned set deleted = true where id = ?")
    @SQLRestriction("deleted = false")
    static class Pinned extends Book {
        boolean deleted;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(updatable = false)
        @CounterCache("pinnedCount")
        Shelf shelf;

        @Override
        void putOn(Shelf other) {
            shelf = other;
        }
    }

    /** No attribute has the mark: an UPDATE leaves it. */
    @Entity(name = "Soft")
    @SoftDelete
    static class Soft extends Book {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("softCount")
        Shelf shelf;

        @Override
        void putOn(Shelf other) {
            shelf = other;
        }
    }

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Shelf.class, Marked.class, Apart.class, ApartMore.class, Pinned.class, Soft.class);

    private final AtomicLong ids = new AtomicLong();

    @BeforeEach
    void shelves() {
        for (long id = 1; id <= SHELVES; id++) {
            db.persist(new Shelf(id));
        }
    }

    static List<Class<? extends Book>> kinds() {
        return List.of(Marked.class, Apart.class, ApartMore.class, Pinned.class, Soft.class);
    }

    private <B extends Book> B insert(Class<B> kind, long shelf, Session session) {
        try {
            B book = kind.getDeclaredConstructor().newInstance();
            book.id = ids.incrementAndGet();
            book.putOn(session.getReference(Shelf.class, shelf));
            session.persist(book);
            return book;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(kind.getName(), e);
        }
    }

    private enum Change {
        /** Also its title, so that there is an UPDATE of what cannot be moved. */
        MOVE,
        DELETE;

        void make(Session session, Book book, long shelf) {
            if (this == DELETE) {
                session.remove(book);
            } else {
                book.putOn(session.getReference(Shelf.class, shelf));
                book.title = "on shelf " + shelf;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aDeletedRowThatIsWrittenByTwoWhoLoadedItBeforeIsCountedWhereItIsInTheEnd(Class<? extends Book> kind) {
        for (Change second : Change.values()) {
            Book book = db.fromTransaction(session -> insert(kind, 1, session));
            try (Concurrently concurrently = new Concurrently(db);
                    Session one = db.factory().openSession();
                    Session other = db.factory().openSession()) {
                one.beginTransaction();
                other.beginTransaction();
                Book ofOne = one.find(kind, book.id);
                Book ofOther = other.find(kind, book.id);
                db.inTransaction(session -> session.remove(session.find(kind, book.id)));
                Change.MOVE.make(one, ofOne, 2);
                one.flush();
                second.make(other, ofOther, 3);
                Future<?> later =
                        concurrently.start(() -> other.getTransaction().commit());
                concurrently.awaitDoneOrWaiting(later);
                one.getTransaction().commit();
                finish(later);
            } catch (OptimisticLockException stale) {
                assertThat(List.of(kind, second)).as("deleted twice").isEqualTo(List.of(Soft.class, Change.DELETE));
            }
            assertExact("%s: deleted, moved, then %s".formatted(kind.getSimpleName(), second), kind);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void sevenThreadsThatInsertMoveAndDeleteLeaveEveryCountRight(Class<? extends Book> kind) {
        db.inTransaction(session -> {
            for (int i = 0; i < 10; i++) {
                insert(kind, 1 + i % SHELVES, session);
            }
        });
        AtomicInteger seeds = new AtomicInteger();
        AtomicInteger committed = new AtomicInteger();
        TrafficTest.onThreads(7, () -> {
            Random random = new Random(seeds.incrementAndGet());
            for (int i = 0; i < 100; i++) {
                try {
                    db.inTransaction(session -> change(kind, session, random));
                    committed.incrementAndGet();
                } catch (OptimisticLockException | PessimisticLockException lost) {
                    // two transactions took the same rows: one of them has to lose, rarely by a deadlock
                }
            }
            return null;
        });
        assertThat(committed).hasPositiveValue();
        assertExact(kind.getSimpleName(), kind);
    }

    private void change(Class<? extends Book> kind, Session session, Random random) {
        List<? extends Book> loaded = Stream.generate(() -> random.nextLong(ids.get() - 10, ids.get()) + 1)
                .limit(2)
                .distinct()
                .map(id -> session.find(kind, id))
                .filter(Objects::nonNull)
                .toList();
        insert(kind, 1 + random.nextInt(SHELVES), session);
        session.flush(); // others change what is loaded meanwhile
        for (Book book : loaded) {
            Change change = random.nextInt(3) == 0 ? Change.DELETE : Change.MOVE;
            change.make(session, book, 1 + random.nextInt(SHELVES));
        }
    }

    private void assertExact(String what, Class<? extends Book> kind) {
        String table = kind.getSimpleName().replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
        String counter = (kind == ApartMore.class ? "Apart" : kind.getSimpleName()) + "_count";
        for (long id = 1; id <= SHELVES; id++) {
            assertThat(db.number("select %s from shelf where id = %d".formatted(counter, id)))
                    .as("%s, shelf %d", what, id)
                    .isEqualTo(db.number(
                            "select count(*) from %s where deleted = false and shelf_id = %d".formatted(table, id)));
        }
    }
}
