package io.countercache.hibernate.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.size.Folder.Kind;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hibernate.Hibernate;
import org.hibernate.LazyInitializationException;
import org.hibernate.Session;
import org.hibernate.collection.spi.PersistentCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of collection whose size a counter tells: what is told, and that nothing else about it has changed. */
class CollectionSizeKindsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Folder.ENTITIES).setting(CounterCacheSettings.COLLECTION_SIZE, true);

    private Long id;

    @BeforeEach
    void aFolderWithThreeOfEach() {
        Folder folder = new Folder();
        for (Kind kind : Kind.values()) {
            kind.add(folder, "a", "b", "c");
        }
        id = db.persist(folder).id;
    }

    private Folder folder(Session session) {
        return session.find(Folder.class, id);
    }

    private Folder detached() {
        return db.fromTransaction(this::folder);
    }

    private List<String> stored(Kind kind) {
        return db.fromTransaction(session -> kind.names(folder(session)));
    }

    private static boolean isLoaded(Kind kind, Folder folder) {
        return Hibernate.isInitialized(kind.of(folder));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theSizeOfWhatIsNotLoadedIsThatOfTheCounter(Kind kind) {
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(db.statementsOf(() -> {
                        assertThat(kind.size(folder)).isEqualTo(3);
                        assertThat(kind.isEmpty(folder)).isFalse();
                        assertThat(((PersistentCollection<?>) kind.of(folder)).getSize())
                                .isEqualTo(3);
                    }))
                    .isEmpty();
            assertThat(isLoaded(kind, folder)).isFalse();
            assertThat(kind.names(folder)).containsExactly("a", "b", "c");
            assertThat(kind.size(folder)).isEqualTo(3);
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"BAG", "SORTED_SET", "SORTED_MAP", "VALUE_MAP", "ID_BAG"}) // a primitive cannot be null
    void aCounterThatIsNullTellsNothing(Kind kind) {
        db.execute("update folder set " + kind.column() + " = null");
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(kind.size(folder)).isEqualTo(3);
            assertThat(isLoaded(kind, folder)).isTrue();
        });
        Folder detached = detached();
        assertThatThrownBy(() -> kind.size(detached)).isInstanceOf(LazyInitializationException.class);
        db.execute("update folder set " + kind.column() + " = 3");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCounterDoesNotDecideWhatIsLoaded(Kind kind) {
        db.execute("update folder set " + kind.column() + " = 0");
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(kind.size(folder)).isZero();
            assertThat(kind.isEmpty(folder)).isTrue();
            assertThat(kind.names(folder)).containsExactly("a", "b", "c");
            assertThat(kind.size(folder)).isEqualTo(3);
            assertThat(kind.isEmpty(folder)).isFalse();
        });
        db.execute("update folder set " + kind.column() + " = 3");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void additionsCountBeforeTheyAreFlushedAndAfter(Kind kind) {
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(kind.size(folder)).isEqualTo(3);
            kind.add(folder, "d", "e");
            assertThat(isLoaded(kind, folder)).isNotEqualTo(kind.queues());
            assertThat(kind.size(folder)).isEqualTo(5);
            session.flush();
            assertThat(isLoaded(kind, folder)).isNotEqualTo(kind.queues());
            assertThat(kind.size(folder)).isEqualTo(5);
            session.refresh(folder);
            assertThat(kind.size(folder)).isEqualTo(5);
            assertThat(kind.names(folder)).containsExactly("a", "b", "c", "d", "e");
        });
    }

    @Test
    void whatIsSortedKeepsItsComparator() {
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(folder.valueSortedSet.comparator()).isInstanceOf(Folder.Backwards.class);
            assertThat(folder.valueSortedSet).containsExactly("c", "b", "a");
            assertThat(folder.valueSortedMap.comparator()).isInstanceOf(Folder.Backwards.class);
            assertThat(folder.valueSortedMap.firstKey()).isEqualTo("c");
        });
    }

    /** Which is what the JDK's own copies rely on. */
    @Test
    void aSortedCollectionThatIsCopiedHasAsManyElementsAsItTells() {
        assumeFalse(TestServer.IS_MARIADB, TestServer.OLD_ROWS);
        db.inTransaction(session -> {
            Folder folder = folder(session);
            db.inTransaction(other -> {
                folder(other).valueSortedSet.remove("a");
                folder(other).valueSortedMap.remove("a");
            });
            assertThat(folder.valueSortedSet.size()).isEqualTo(3);
            assertThat(new TreeSet<>(folder.valueSortedSet)).containsExactly("c", "b");
            assertThat(new TreeMap<>(folder.valueSortedMap)).containsOnlyKeys("c", "b");
        });
        assertThat(detached().valueSortedSet.comparator()).isInstanceOf(Folder.Backwards.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"BAG", "LIST"})
    void whatIsQueuedTwiceIsAskedOfTheDatabase(Kind kind) {
        try (Session session = db.factory().openSession()) {
            Folder folder = folder(session);
            kind.add(folder, "d");
            kind.addAgain(folder);
            int size = kind.size(folder);
            assertThat(kind.names(folder)).hasSize(size);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatIsDetachedAnswersFromTheAttributeOfItsOwner(Kind kind) {
        Folder folder = detached();
        assertThat(kind.size(folder)).isEqualTo(3);
        assertThat(kind.isEmpty(folder)).isFalse();
        assertThat(isLoaded(kind, folder)).isFalse();
        assertThatThrownBy(() -> kind.names(folder)).isInstanceOf(LazyInitializationException.class);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anOwnerWhoseCollectionWasNotLoadedMergesNothingOfIt(Kind kind) {
        Folder folder = detached();
        folder.title = "new";
        assertThat(kind.size(folder)).isEqualTo(3);
        db.inTransaction(session -> assertThat(kind.size(session.merge(folder))).isEqualTo(3));
        assertThat(stored(kind)).containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aLoadedCollectionIsMergedIntoOneThatIsLoadedOrNot(Kind kind) {
        Folder folder = db.fromTransaction(session -> {
            Folder loaded = folder(session);
            Hibernate.initialize(kind.of(loaded));
            return loaded;
        });
        kind.remove(folder, "a");
        kind.add(folder, "d", "e");
        db.inTransaction(session -> {
            assertThat(kind.size(folder(session))).isEqualTo(3);
            assertThat(kind.size(session.merge(folder))).isEqualTo(4);
        });
        assertThat(stored(kind)).containsExactly("b", "c", "d", "e");
        Folder again = db.fromTransaction(session -> {
            Folder loaded = folder(session);
            Hibernate.initialize(kind.of(loaded));
            return loaded;
        });
        kind.remove(again, "b");
        db.inTransaction(session -> {
            Hibernate.initialize(kind.of(folder(session)));
            assertThat(kind.size(session.merge(again))).isEqualTo(3);
        });
        assertThat(stored(kind)).containsExactly("c", "d", "e");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anOwnerThatIsMergedWithAPlainCollectionReplacesAll(Kind kind) {
        Folder folder = detached();
        kind.set(folder, kind.fresh());
        kind.add(folder, "x", "y");
        db.inTransaction(session -> assertThat(kind.size(session.merge(folder))).isEqualTo(2));
        assertThat(stored(kind)).containsExactly("x", "y");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatIsRemovedIsDeleted(Kind kind) {
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(kind.size(folder)).isEqualTo(3);
            kind.remove(folder, "a");
            assertThat(kind.size(folder)).isEqualTo(2);
        });
        assertThat(stored(kind)).containsExactly("b", "c");
        db.inTransaction(session -> {
            Folder folder = folder(session);
            kind.clear(folder);
            assertThat(kind.size(folder)).isZero();
            assertThat(kind.isEmpty(folder)).isTrue();
        });
        assertThat(stored(kind)).isEmpty();
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(kind.isEmpty(folder)).isTrue();
            kind.add(folder, "z");
            assertThat(kind.isEmpty(folder)).isFalse();
        });
        assertThat(stored(kind)).containsExactly("z");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anOwnerTakesItsElementsAlong(Kind kind) {
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(kind.size(folder)).isEqualTo(3);
            session.remove(folder);
        });
        assertThat(db.number("select count(*) from folder")).isZero();
        String table =
                kind.hasChildren() ? "in_" + kind.name() : kind == Kind.ID_BAG ? "folder_rows" : "folder_" + kind;
        assertThat(db.number("select count(*) from " + table.toLowerCase(Locale.ROOT)))
                .isZero();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void askingForASizeChangesNothing(Kind kind) {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(kind.size(folder)).isEqualTo(3);
            assertThat(session.isDirty()).isFalse();
            session.flush();
            assertThat(isLoaded(kind, folder)).isFalse();
        }));
        assertThat(sql).hasSize(1);
        int version = detached().version;
        db.inTransaction(session -> {
            Folder folder = folder(session);
            assertThat(kind.size(folder)).isEqualTo(3);
            Hibernate.initialize(kind.of(folder));
            assertThat(session.isDirty()).isFalse();
        });
        assertThat(detached().version).isEqualTo(version);
        db.inTransaction(session -> {
            kind.add(folder(session), "d");
            assertThat(session.isDirty()).isTrue();
        });
        // a collection that the owner writes makes it a new version of it
        assertThat(detached().version).isEqualTo(kind.hasChildren() ? version : version + 1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCollectionThatTheApplicationAssignsKnowsItsSize(Kind kind) {
        Folder other = new Folder();
        kind.add(other, "a");
        db.inTransaction(session -> {
            session.persist(other);
            session.flush();
            assertThat(kind.size(other)).isEqualTo(1);
            kind.add(other, "b");
            assertThat(kind.size(other)).isEqualTo(2);
        });
        assertThat(kind.names(other)).containsExactly("a", "b");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void itIsSerializedAsHibernatesOwn(Kind kind) throws IOException, ClassNotFoundException {
        Folder notLoaded = detached();
        Folder copy = copy(notLoaded);
        assertThat(kind.of(copy).getClass())
                .isEqualTo(kind.of(notLoaded).getClass().getSuperclass());
        assertThat(isLoaded(kind, copy)).isFalse();
        assertThatThrownBy(() -> kind.size(copy)).isInstanceOf(LazyInitializationException.class);
        assertThat(((PersistentCollection<?>) kind.of(copy)).getOwner()).isSameAs(copy);
        copy.title = "new";
        db.inTransaction(session -> assertThat(kind.size(session.merge(copy))).isEqualTo(3));

        Folder loaded = db.fromTransaction(session -> {
            Folder folder = folder(session);
            Hibernate.initialize(kind.of(folder));
            return folder;
        });
        List<Object> twice = copy(new ArrayList<>(List.of(loaded, kind.of(loaded))));
        Folder again = (Folder) twice.get(0);
        assertThat(twice.get(1)).isSameAs(kind.of(again));
        assertThat(kind.names(again)).containsExactly("a", "b", "c");
        kind.remove(loaded, "c");
        kind.remove(loaded, "b");
        Folder later = copy(loaded);
        assertThat(kind.names(later)).containsExactly("a");
        db.inTransaction(session -> session.merge(later));
        assertThat(stored(kind)).containsExactly("a");
    }

    /** Its collections are referred to by their owners and by the session itself. */
    @Test
    void aSessionIsSerializedWithItsCollections() throws IOException, ClassNotFoundException {
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            for (Kind kind : Kind.values()) {
                assertThat(kind.size(folder(session))).isEqualTo(3);
            }
            session.getTransaction().commit();
            try (Session copy = copy(session)) {
                copy.beginTransaction();
                for (Kind kind : Kind.values()) {
                    assertThat(kind.names(folder(copy))).containsExactly("a", "b", "c");
                    kind.add(folder(copy), "d");
                }
                copy.getTransaction().commit();
            }
        }
        for (Kind kind : Kind.values()) {
            assertThat(stored(kind)).containsExactly("a", "b", "c", "d");
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T copy(T original) throws IOException, ClassNotFoundException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(original);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }
}
