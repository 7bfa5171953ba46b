package io.countercache.hibernate.size;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Access;
import jakarta.persistence.AccessType;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.PostLoad;
import jakarta.persistence.Transient;
import jakarta.persistence.Version;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.FetchMode;
import org.hibernate.annotations.FetchProfile;
import org.hibernate.cfg.AvailableSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sizes that are asked at moments at which the counter of the owner would tell something else than the rows. */
class CollectionSizeMomentsTest {

    @Entity(name = "Shelf")
    @FetchProfile(
            name = "words and notes",
            fetchOverrides = {
                @FetchProfile.FetchOverride(entity = Shelf.class, association = "words", mode = FetchMode.JOIN),
                @FetchProfile.FetchOverride(entity = Shelf.class, association = "notes", mode = FetchMode.JOIN)
            })
    static class Shelf {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @OneToMany(mappedBy = "shelf")
        List<Book> books = new ArrayList<>();

        @OneToMany(mappedBy = "shelf")
        List<Label> labels = new ArrayList<>();

        @ElementCollection
        @CounterCache(size = true)
        Set<String> words = new HashSet<>();

        @ElementCollection
        @CounterCache(size = true)
        List<String> notes = new ArrayList<>();

        int booksCount;
        int labelsCount;
        int wordsCount;
        int notesCount;

        @Transient
        int booksWhenLoaded;

        @PostLoad
        void look() {
            booksWhenLoaded = books.size();
        }
    }

    @Entity(name = "Book")
    static class Book {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Version
        Integer version;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        Shelf shelf;

        Book() {}

        Book(Shelf shelf) {
            this.shelf = shelf;
        }
    }

    /** Nothing tells a new one from one that has a row. */
    @Entity(name = "Label")
    static class Label {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        Shelf shelf;

        Label() {}

        Label(long id, Shelf shelf) {
            this.id = id;
            this.shelf = shelf;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Label label && Objects.equals(id, label.id);
        }

        @Override
        public int hashCode() {
            return Label.class.hashCode();
        }
    }

    @Entity(name = "Crate")
    @Access(AccessType.PROPERTY)
    static class Crate {
        private Long id;
        private List<String> bottles = new ArrayList<>();
        private int bottlesCount;
        private int seen;

        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long getId() {
            return id;
        }

        void setId(Long id) {
            this.id = id;
        }

        @ElementCollection
        @CounterCache(size = true)
        List<String> getBottles() {
            return bottles;
        }

        void setBottles(List<String> bottles) {
            this.bottles = bottles;
            seen = bottles.size();
        }

        int getBottlesCount() {
            return bottlesCount;
        }

        void setBottlesCount(int bottlesCount) {
            this.bottlesCount = bottlesCount;
        }

        @Transient
        int getSeen() {
            return seen;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Shelf.class, Book.class, Label.class, Crate.class)
            .setting(CounterCacheSettings.COLLECTION_SIZE, true);

    private Shelf shelf;
    private Book book;

    @BeforeEach
    void aShelf() {
        shelf = new Shelf();
        shelf.words.addAll(Set.of("a", "b", "c"));
        shelf.notes.addAll(List.of("one", "two"));
        db.persist(shelf);
        book = db.persist(new Book(shelf));
        db.persist(new Label(1, shelf));
    }

    private Shelf shelf(Session session) {
        return session.find(Shelf.class, shelf.id);
    }

    @Test
    void whatIsPendingIsToldWhenTheOwnerIsLoaded() {
        db.inTransaction(session -> {
            session.persist(new Book(session.getReference(Shelf.class, shelf.id)));
            session.flush();
            assertThat(((Shelf) Hibernate.unproxy(shelf(session))).booksWhenLoaded)
                    .isEqualTo(2);
        });
    }

    @Test
    void whileAttributesAreSetTheDatabaseIsAsked() {
        Crate crate = new Crate();
        crate.setBottles(new ArrayList<>(List.of("wine", "beer")));
        db.persist(crate);
        db.inTransaction(session ->
                assertThat(session.find(Crate.class, crate.getId()).getSeen()).isEqualTo(2));
    }

    @Test
    void aQueuedElementThatMayExistIsAskedOfTheDatabase() {
        db.inTransaction(session -> {
            Shelf loaded = shelf(session);
            loaded.labels.add(new Label(1, loaded));
            assertThat(loaded.labels).isNotEmpty().hasSize(1);
        });
        db.inTransaction(session -> {
            Shelf loaded = shelf(session);
            Book withoutVersion = new Book(loaded);
            withoutVersion.id = book.id;
            loaded.books.add(withoutVersion);
            assertThat(loaded.books.size()).isEqualTo(2); // as Hibernate's own, which compares instances
        });
    }

    @Test
    void whereHibernateLoadsWhatIsDetachedTheDatabaseIsAsked() {
        var configuration = db.configuration();
        configuration.getProperties().put(AvailableSettings.ENABLE_LAZY_LOAD_NO_TRANS, true);
        try (SessionFactory loading = configuration.buildSessionFactory()) {
            Shelf detached = loading.fromTransaction(this::shelf);
            detached.booksCount = 99;
            assertThat(detached.books.size()).isEqualTo(1);
            loading.inTransaction(session -> {
                assertThat(shelf(session).books.size()).isEqualTo(1);
                assertThat(Hibernate.isInitialized(shelf(session).books)).isFalse();
            });
        }
    }

    @Test
    void aBagThatAFetchProfileJoinsIsToldWhereItDoesNot() {
        db.inTransaction(session -> {
            session.enableFetchProfile("words and notes");
            Shelf loaded = session.createSelectionQuery("from Shelf", Shelf.class)
                    .getResultList()
                    .get(0);
            assertThat(loaded.words).hasSize(3);
            assertThat(loaded.notes).hasSize(2);
        });
        db.inTransaction(session -> {
            assertThat(shelf(session).notes.size()).isEqualTo(2);
            assertThat(Hibernate.isInitialized(shelf(session).notes)).isFalse();
        });
    }

    @Test
    void aDetachedCollectionDoesNotKeepItsFactory() {
        List<Shelf> detached = new ArrayList<>();
        WeakReference<SessionFactory> closed = detachedFromAFactoryThatIsClosed(detached);
        for (int i = 0; i < 100 && !closed.refersTo(null); i++) {
            System.gc();
        }
        assertThat(closed.refersTo(null)).isTrue();
        assertThat(detached.get(0).books.size()).isEqualTo(1);
    }

    private WeakReference<SessionFactory> detachedFromAFactoryThatIsClosed(List<Shelf> detached) {
        try (SessionFactory other = db.configuration().buildSessionFactory()) {
            detached.add(other.fromTransaction(this::shelf));
            return new WeakReference<>(other);
        }
    }
}
