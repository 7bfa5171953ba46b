package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Slots of counters with conditions, paths and collections, and of parents with other ids and tables. */
@Tag("databases")
class SlotKindsTest {

    @Entity(name = "Author")
    static class Author {
        @Id
        long id = 1;

        int notesCount;
    }

    @Embeddable
    record ShelfId(String room, int number) implements Serializable {}

    @Entity(name = "Shelf")
    static class Shelf {
        @EmbeddedId
        ShelfId id = new ShelfId("north", 7);

        int openNotesCount;
    }

    @Entity(name = "Holder")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Holder {
        @Id
        long id = 1;
    }

    @Entity(name = "Folder")
    static class Folder extends Holder {
        int notesCount;

        @ManyToOne
        Author author;

        @ManyToMany
        @CounterCache(slots = 2)
        Set<Author> readers = new HashSet<>();

        int readersCount;

        @ElementCollection
        @CounterCache(slots = 2)
        Set<String> labels = new HashSet<>();

        int labelsCount;
    }

    @Entity(name = "Note")
    static class Note {
        @Id
        @GeneratedValue
        Long id;

        boolean open;

        @ManyToOne
        @CounterCache(slots = 2)
        @CounterCache(value = "notesCount", path = "author", slots = 2)
        Folder folder;

        @ManyToOne
        @CounterCache(value = "openNotesCount", where = "open", slots = 2)
        Shelf shelf;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Author.class, Shelf.class, Holder.class, Folder.class, Note.class);

    @Test
    void allAreCountedAndSquashed() {
        Author author = db.persist(new Author());
        Shelf shelf = db.persist(new Shelf());
        Folder folder = new Folder();
        folder.author = author;
        db.persist(folder);
        db.inTransaction(session -> {
            for (boolean open : List.of(true, true, false)) {
                Note note = new Note();
                note.open = open;
                note.folder = session.getReference(Folder.class, folder.id);
                note.shelf = session.getReference(Shelf.class, shelf.id);
                session.persist(note);
            }
        });
        db.inTransaction(session -> {
            Folder managed = session.find(Folder.class, folder.id);
            managed.readers.add(session.getReference(Author.class, author.id));
            managed.labels.addAll(List.of("a", "b"));
        });
        allShow(shelf.id);
        squashed();
        allShow(shelf.id);
    }

    private void allShow(ShelfId shelf) {
        db.inTransaction(session -> {
            Folder folder = session.find(Folder.class, 1L);
            assertThat(List.of(folder.notesCount, folder.readersCount, folder.labelsCount))
                    .containsExactly(3, 1, 2);
            assertThat(folder.author.notesCount).isEqualTo(3);
            assertThat(session.find(Shelf.class, shelf).openNotesCount).isEqualTo(2);
        });
        CounterRepair.verifyAll(db.factory()).requireClean();
    }

    private void squashed() {
        List.of(Author.class, Shelf.class, Folder.class)
                .forEach(entity -> CounterRepair.of(db.factory(), entity).squash());
        for (String table : List.of("author_slots", "shelf_slots", "folder_slots")) {
            assertThat(db.number("select count(*) from " + table)).as(table).isZero();
        }
    }
}
