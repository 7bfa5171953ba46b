package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk statements on hierarchies, on what is marked as deleted, and on what has counted collections. */
@SinceHibernate("7.2")
class BulkMappingsTest {

    @Entity(name = "Board")
    static class Board {
        @Id
        Long id;

        int notesCount;
        int alarmsCount;
        int dotsCount;
        int badgesCount;
        int shapesCount;
        int tasksCount;

        @ManyToMany
        @CounterCache
        Set<Badge> badges = new HashSet<>();

        @ElementCollection
        @CounterCache("linksCount")
        List<String> links = new ArrayList<>();

        int linksCount;

        int pinsCount;

        @OneToMany
        @JoinColumn(name = "board_id")
        @CounterCache
        List<Pin> pins = new ArrayList<>();

        Board() {}

        Board(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Badge")
    static class Badge {
        @Id
        Long id;

        int boardsCount;

        @ManyToMany(mappedBy = "badges")
        @CounterCache
        Set<Board> boards = new HashSet<>();

        Badge() {}

        Badge(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Pin")
    static class Pin {
        @Id
        Long id;

        Pin() {}

        Pin(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Note")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Note {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Board board;
    }

    @Entity(name = "Memo")
    static class Memo extends Note {
        int pages;
    }

    @Entity(name = "Alarm")
    static class Alarm extends Note {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("alarmsCount")
        Board rings;
    }

    @Entity(name = "Dot")
    @SoftDelete
    static class Dot {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Board board;

        Dot() {}

        Dot(long id, Board board) {
            this.id = id;
            this.board = board;
        }
    }

    @Entity(name = "Shape")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    static class Shape {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Board board;
    }

    @Entity(name = "Square")
    static class Square extends Shape {}

    /** What the database takes along. */
    @Entity(name = "Owner")
    static class Owner {
        @Id
        Long id;

        String name;

        Owner() {}

        Owner(long id) {
            this.id = id;
            this.name = "owner " + id;
        }
    }

    @Entity(name = "Task")
    static class Task {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Board board;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Owner owner;

        Task() {}

        Task(long id, Board board, Owner owner) {
            this.id = id;
            this.board = board;
            this.owner = owner;
        }
    }

    @RegisterExtension
    final TestDatabase database = TestDatabase.shared(
            Board.class,
            Badge.class,
            Pin.class,
            Note.class,
            Memo.class,
            Alarm.class,
            Dot.class,
            Shape.class,
            Square.class,
            Owner.class,
            Task.class);

    @BeforeEach
    void twoBoards() {
        database.inTransaction(session -> {
            Board one = new Board(1);
            Board other = new Board(2);
            for (long i = 1; i <= 3; i++) {
                Badge badge = new Badge(i);
                session.persist(badge);
                one.badges.add(badge);
                if (i > 1) {
                    other.badges.add(badge);
                }
                Memo memo = new Memo();
                memo.board = one;
                memo.pages = (int) i;
                memo.text = "memo " + i;
                session.persist(memo);
                Alarm alarm = new Alarm();
                alarm.board = one;
                alarm.rings = other;
                session.persist(alarm);
                session.persist(new Dot(i, one));
            }
            one.links.add("a");
            session.persist(one);
            session.persist(other);
        });
    }

    private int execute(String hql) {
        return database.fromTransaction(
                session -> session.createMutationQuery(hql).executeUpdate());
    }

    private long count(String counter, int board) {
        return database.number("select " + counter + " from board where id = " + board);
    }

    @Test
    void aJoinedSubclassIsDeleted() {
        assertThat(execute("delete from Memo where pages < 3")).isEqualTo(2);
        assertThat(execute("delete from Alarm a where a.rings.id = 2 and a.id < (select max(id) from Alarm)"))
                .isEqualTo(2);

        assertThat(count("notes_count", 1)).isEqualTo(2);
        assertThat(count("alarms_count", 2)).isEqualTo(1);
    }

    @Test
    void aJoinedSubclassIsUpdated() {
        assertThat(
                        execute(
                                "update Memo m set m.board = (select b from Board b where b.id = 2) where m.pages > 1 and m.text like 'memo%'"))
                .isEqualTo(2);
        assertThat(execute("update Alarm set rings = null, board = null")).isEqualTo(3);

        assertThat(count("notes_count", 1)).isEqualTo(1);
        assertThat(count("notes_count", 2)).isEqualTo(2);
        assertThat(count("alarms_count", 2)).isZero();
    }

    @Test
    void aSuperclassIsUpdatedWhereItsSubclassesHaveTheSameCounter() {
        assertThat(execute("update Note n set n.text = 'x'")).isEqualTo(6);
    }

    @Test
    void aStatementOnASuperclassCountsWhereEachClassDoes() {
        assertThat(execute("delete from Note where id > (select min(id) from Alarm)"))
                .isEqualTo(4);

        assertThat(count("notes_count", 1)).isEqualTo(2);
        assertThat(count("alarms_count", 2)).isEqualTo(1);
    }

    @Test
    void rowsOfAJoinedSubclassAreInserted() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assertThat(execute("insert into Memo (board, text, pages) select b, 'new', 7 from Board b"))
                .isEqualTo(2);

        assertThat(count("notes_count", 1)).isEqualTo(7);
        assertThat(count("notes_count", 2)).isEqualTo(1);
    }

    @Test
    void rowsWithCountersInSeveralTablesAreNotInserted() {
        assertThatThrownBy(() -> execute("insert into Alarm (board, rings) select b, b from Board b"))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("are counted");
    }

    @Test
    void whatIsMarkedAsDeletedCountsNoMore() {
        assertThat(execute("delete from Dot where id > 1")).isEqualTo(2);
        assertThat(count("dots_count", 1)).isEqualTo(1);
        assertThat(execute("update Dot set board.id = 2")).isEqualTo(1);
        assertThat(count("dots_count", 2)).isEqualTo(1);
    }

    @Test
    void rowsOfACollectionGoWithTheirOwner() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assumeFalse(
                TestServer.IS_MARIADB, "refused there: such a DELETE cannot answer with the rows of the collection");
        database.inTransaction(session -> {
            session.createMutationQuery("delete from Memo").executeUpdate();
            session.createMutationQuery("delete from Alarm").executeUpdate();
            session.createMutationQuery("update Dot set board = null").executeUpdate();
            assertThat(session.createMutationQuery("delete from Board where id = 1")
                            .executeUpdate())
                    .isEqualTo(1);
        });

        assertThat(database.number("select sum(boards_count) from badge")).isEqualTo(2);
        assertThat(database.number("select boards_count from badge where id = 1"))
                .isZero();
    }

    @Test
    void rowsOfACollectionGoWithTheirElement() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assumeFalse(
                TestServer.IS_MARIADB, "refused there: such a DELETE cannot answer with the rows of the collection");
        List<String> sent = database.statementsOf(
                () -> assertThat(execute("delete from Badge where id > 1")).isEqualTo(2));

        assertThat(count("badges_count", 1)).isEqualTo(1);
        assertThat(count("badges_count", 2)).isZero();
        assertThat(TestDatabase.counterUpdates(sent))
                .as("none for badges that are gone")
                .hasSize(2);
    }

    @Test
    void elementsThatHaveAColumnForTheirOwnerLeaveIt() {
        database.inTransaction(session -> {
            Pin pin = new Pin(1);
            session.persist(pin);
            session.find(Board.class, 1L).pins.add(pin);
        });

        assertThat(execute("delete from Pin")).isEqualTo(1);
        assertThat(count("pins_count", 1)).isZero();
    }

    @Test
    void whatTheDatabaseTakesAlongIsCounted() {
        database.inTransaction(session -> {
            for (long i = 1; i <= 3; i++) {
                Owner owner = new Owner(i);
                session.persist(owner);
                session.persist(new Task(2 * i, session.find(Board.class, 1L), owner));
                session.persist(new Task(2 * i + 1, session.find(Board.class, 2L), owner));
            }
        });
        assertThat(execute("delete from Owner where name like 'owner%' and id > 1"))
                .isEqualTo(2);

        assertThat(count("tasks_count", 1)).isEqualTo(1);
        assertThat(count("tasks_count", 2)).isEqualTo(1);
    }

    @Test
    void rowsInATableForEachClassAreChangedClassByClass() {
        database.inTransaction(session -> {
            for (long i = 1; i <= 2; i++) {
                Square square = new Square();
                square.id = i;
                square.board = session.find(Board.class, 1L);
                session.persist(square);
            }
        });
        assertThatThrownBy(() -> execute("delete from Shape"))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("Shape has its rows in several tables, one for each class");
        assertThat(execute("delete from Square where id = 1")).isEqualTo(1);
        assertThat(count("shapes_count", 1)).isEqualTo(1);
    }
}
