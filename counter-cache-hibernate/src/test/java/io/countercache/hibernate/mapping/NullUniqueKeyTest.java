package io.countercache.hibernate.mapping;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.UniqueConstraint;
import jakarta.persistence.Version;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A foreign key to a unique column of the parent is null if that column is: such a child refers to its parent in memory only, and
 * does not count. After each test every counter has to equal its count.
 */
class NullUniqueKeyTest {

    @Entity(name = "Label")
    static class Label {
        @Id
        Long id;

        @Column(unique = true)
        String code;

        int boxesCount;
        int cratesCount;
        int bottlesCount;

        Label() {}

        Label(long id, String code) {
            this.id = id;
            this.code = code;
        }
    }

    @Entity(name = "Box")
    static class Box {
        @Id
        Long id;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(referencedColumnName = "code")
        @CounterCache("boxesCount")
        Label label;

        Box() {}

        Box(long id, Label label) {
            this.id = id;
            this.label = label;
        }
    }

    @Entity(name = "Crate")
    static class Crate {
        @Id
        Long id;

        @Version
        int version;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(referencedColumnName = "code")
        @CounterCache("cratesCount")
        Label label;

        Crate() {}

        Crate(long id, Label label) {
            this.id = id;
            this.label = label;
        }
    }

    /** In a crate, and counted by its label. */
    @Entity(name = "Bottle")
    static class Bottle {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "bottlesCount", path = "label")
        Crate crate;

        Bottle() {}

        Bottle(long id, Crate crate) {
            this.id = id;
            this.crate = crate;
        }
    }

    @Entity(name = "Shelf")
    @Table(uniqueConstraints = @UniqueConstraint(columnNames = {"hall", "number"}))
    static class Shelf {
        @Id
        Long id;

        String hall;
        Integer number;
        int cansCount;

        Shelf() {}

        Shelf(long id, String hall) {
            this.id = id;
            this.hall = hall;
        }
    }

    @Entity(name = "Can")
    static class Can {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "shelf_hall", referencedColumnName = "hall")
        @JoinColumn(name = "shelf_number", referencedColumnName = "number")
        @CounterCache
        Shelf shelf;
    }

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Label.class, Box.class, Crate.class, Bottle.class, Shelf.class, Can.class);

    @BeforeEach
    void aLabelWithoutACodeAndOneWithOne() {
        db.persist(new Label(1, null));
        db.persist(new Label(2, "two"));
    }

    private static Label label(Session session, long id) {
        return session.find(Label.class, id);
    }

    private long stored(String counter, long label) {
        return db.number("select " + counter + " from label where id = " + label);
    }

    @Test
    void aBoxThatRefersToNothingDoesNotCount() {
        db.inTransaction(session -> session.persist(new Box(1, label(session, 1))));
        assertThat(stored("boxes_count", 1)).isZero();
    }

    @Test
    void aBoxThatIsInsertedWithItsLabelDoesNotCount() {
        db.inTransaction(session -> {
            Label label = new Label(3, null);
            session.persist(label);
            session.persist(new Box(1, label));
            session.persist(new Crate(1, label));
        });
        assertThat(stored("boxes_count", 3)).isZero();
    }

    @Test
    void aBoxThatRefersToAnUnloadedLabelDoesNotCount() {
        db.inTransaction(session -> session.persist(new Box(1, session.getReference(Label.class, 1L))));
        assertThat(stored("boxes_count", 1)).isZero();
    }

    @Test
    void aBoxThatMovesToNothingIsTakenFromItsLabel() {
        db.inTransaction(session -> session.persist(new Box(1, label(session, 2))));
        assertThat(stored("boxes_count", 2)).isEqualTo(1);
        db.inTransaction(session -> session.find(Box.class, 1L).label = label(session, 1));
        assertThat(stored("boxes_count", 2)).isZero();
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionDoesNotCountItEither() {
        db.factory().inStatelessTransaction(session -> {
            insert(session, new Box(1, session.get(Label.class, 1L)));
            insert(session, new Box(2, session.get(Label.class, 2L)));
            session.update(new Box(2, session.get(Label.class, 1L)));
            session.upsert(new Box(3, session.get(Label.class, 1L)));
            session.delete(new Box(1, session.get(Label.class, 2L)));
        });
        assertThat(stored("boxes_count", 1)).isZero();
    }

    @Test
    @SinceHibernate("7.2")
    void aBulkUpdateToALabelWithoutACodeDoesNotCount() {
        db.inTransaction(session -> session.persist(new Box(1, label(session, 2))));
        db.inTransaction(session -> session.createMutationQuery("update Box set label = :label")
                .setParameter("label", label(session, 1))
                .executeUpdate());
        assertThat(stored("boxes_count", 2)).isZero();
    }

    /** What happens to a child while its session still believes that it has a parent. */
    private void inOneSession(Consumer<Session> then) {
        db.inTransaction(session -> {
            session.persist(new Box(1, label(session, 1)));
            session.persist(new Crate(1, label(session, 1)));
            session.flush();
            then.accept(session);
        });
    }

    @Test
    void whatIsRemovedInTheSameSessionWasNotCounted() {
        inOneSession(session -> {
            session.remove(session.find(Box.class, 1L));
            session.remove(session.find(Crate.class, 1L));
        });
        assertThat(stored("crates_count", 1)).isZero();
    }

    @Test
    void whatIsMovedInTheSameSessionIsCountedOnlyWhereItGoes() {
        inOneSession(session -> {
            session.find(Box.class, 1L).label = label(session, 2);
            session.find(Crate.class, 1L).label = label(session, 2);
        });
        assertThat(stored("crates_count", 1)).isZero();
        assertThat(stored("crates_count", 2)).isEqualTo(1);
    }

    @Test
    void whatIsRemovedAfterTheLabelHasGotACodeWasNotCounted() {
        inOneSession(session -> {
            label(session, 1).code = "one";
            session.flush();
            session.remove(session.find(Box.class, 1L));
            session.remove(session.find(Crate.class, 1L));
        });
        assertThat(stored("crates_count", 1)).isZero();
    }

    @Test
    void whatIsWrittenAfterTheLabelHasGotACodeIsCountedFromThenOn() {
        inOneSession(session -> {
            label(session, 1).code = "one";
            session.flush();
            session.find(Box.class, 1L).text = "written again";
            session.find(Crate.class, 1L).text = "written again";
        });
        assertThat(db.number("select count(*) from crate where label_code = 'one'"))
                .isEqualTo(stored("crates_count", 1))
                .isEqualTo(1);
        assertThat(stored("boxes_count", 1)).isEqualTo(1);
    }

    @Test
    void aPathEndsWhereAReferenceIsNull() {
        inOneSession(session -> {
            session.persist(new Bottle(1, session.find(Crate.class, 1L)));
            session.flush();
            session.find(Crate.class, 1L).label = label(session, 2);
        });
        db.inTransaction(session -> session.find(Crate.class, 1L).label = label(session, 1));
        assertThat(stored("bottles_count", 1)).isZero();
        assertThat(stored("bottles_count", 2)).isZero();
    }

    @Test
    void aKeyOfWhichAPartIsNullRefersToNothing() {
        db.inTransaction(session -> {
            Shelf shelf = new Shelf(1, "east");
            session.persist(shelf);
            Can can = new Can();
            can.id = 1L;
            can.shelf = shelf;
            session.persist(can);
        });
        assertThat(db.number("select cans_count from shelf")).isZero();
    }
}
