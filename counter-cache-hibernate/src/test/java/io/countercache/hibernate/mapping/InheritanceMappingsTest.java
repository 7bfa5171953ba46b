package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Children and parents in hierarchies of every kind. */
class InheritanceMappingsTest {

    private static final AtomicLong IDS = new AtomicLong();

    @MappedSuperclass
    abstract static class Row {
        @Id
        Long id = IDS.incrementAndGet();
    }

    // ---- one table ----

    @Entity(name = "SingleParent")
    abstract static class SingleParent extends Row {
        int childrenCount;

        @OneToMany(mappedBy = "parent", cascade = CascadeType.ALL)
        List<SingleChild> children = new ArrayList<>();
    }

    @Entity(name = "SingleSubParent")
    static class SingleSubParent extends SingleParent {
        int ownCount;
    }

    @Entity(name = "SingleChild")
    static class SingleChild extends Row {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        SingleParent parent;
    }

    @Entity(name = "SingleSubChild")
    static class SingleSubChild extends SingleChild {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("ownCount")
        SingleSubParent owner;
    }

    // ---- a table for what each class adds ----

    @Entity(name = "JoinedParent")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class JoinedParent extends Row {
        int childrenCount;
    }

    @Entity(name = "JoinedSubParent")
    static class JoinedSubParent extends JoinedParent {
        int ownCount;
    }

    @Entity(name = "JoinedChild")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class JoinedChild extends Row {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("childrenCount")
        JoinedParent parent;
    }

    @Entity(name = "JoinedSubChild")
    static class JoinedSubChild extends JoinedChild {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("ownCount")
        JoinedSubParent owner;
    }

    // ---- a table for each class ----

    @Entity(name = "Shape")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    abstract static class Shape extends Row {
        int cornersCount;

        @OneToMany(mappedBy = "shape", cascade = CascadeType.ALL)
        List<Corner> corners = new ArrayList<>();
    }

    @Entity(name = "Square")
    static class Square extends Shape {
        int dotsCount;

        @Counter(min = 0)
        int painted;
    }

    @Entity(name = "Circle")
    static class Circle extends Shape {}

    @Entity(name = "Cube")
    static class Cube extends Square {}

    @Entity(name = "Corner")
    static class Corner extends Row {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Shape shape;
    }

    @Entity(name = "Dot")
    static class Dot extends Row {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Square square;
    }

    @Entity(name = "Board")
    static class Board extends Row {
        int piecesCount;
        int crownsCount;
    }

    @Entity(name = "Piece")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    static class Piece extends Row {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Board board;
    }

    @Entity(name = "King")
    static class King extends Piece {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("crownsCount")
        Board crown;
    }

    @Entity(name = "Queen")
    static class Queen extends King {}

    // ---- mapped superclasses ----

    @MappedSuperclass
    abstract static class CountingRow extends Row {
        Long leavesCount;
    }

    @Entity(name = "Tree")
    static class Tree extends CountingRow {}

    @Entity(name = "Bush")
    static class Bush extends CountingRow {}

    @MappedSuperclass
    abstract static class Growing<P> extends Row {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("leavesCount")
        P plant;
    }

    @Entity(name = "TreeLeaf")
    static class TreeLeaf extends Growing<Tree> {}

    @Entity(name = "BushLeaf")
    static class BushLeaf extends Growing<Bush> {}

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            SingleParent.class,
            SingleSubParent.class,
            SingleChild.class,
            SingleSubChild.class,
            JoinedParent.class,
            JoinedSubParent.class,
            JoinedChild.class,
            JoinedSubChild.class,
            Shape.class,
            Square.class,
            Circle.class,
            Cube.class,
            Corner.class,
            Dot.class,
            Board.class,
            Piece.class,
            King.class,
            Queen.class,
            Tree.class,
            Bush.class,
            TreeLeaf.class,
            BushLeaf.class);

    @Test
    void oneTableChildrenOfASubclassAreCountedByTheAssociationOfTheSuperclass() {
        new CountedLife<>(
                        db,
                        SingleParent.class,
                        SingleSubParent::new,
                        SingleSubChild::new,
                        (child, parent) -> child.parent = parent,
                        parent -> parent.childrenCount,
                        "update single_parent set children_count = 9")
                .isRemovedWithItsParent()
                .isLived();
    }

    @Test
    void oneTableParentsOfASubclassHaveCountersOfTheirOwn() {
        new CountedLife<>(
                        db,
                        SingleSubParent.class,
                        SingleSubParent::new,
                        SingleSubChild::new,
                        (child, parent) -> child.owner = parent,
                        parent -> parent.ownCount,
                        "update single_parent set own_count = 9")
                .isLived();
    }

    @Test
    void joinedChildrenOfASubclassAreCountedByTheAssociationOfTheSuperclass() {
        new CountedLife<>(
                        db,
                        JoinedParent.class,
                        JoinedSubParent::new,
                        JoinedSubChild::new,
                        (child, parent) -> child.parent = parent,
                        parent -> parent.childrenCount,
                        "update joined_parent set children_count = 9")
                .isLived();
    }

    @Test
    void joinedParentsOfASubclassHaveCountersOfTheirOwn() {
        new CountedLife<>(
                        db,
                        JoinedSubParent.class,
                        JoinedSubParent::new,
                        JoinedSubChild::new,
                        (child, parent) -> child.owner = parent,
                        parent -> parent.ownCount,
                        "update joined_sub_parent set own_count = 9")
                .isLived();
    }

    private void cornersOf(Supplier<? extends Shape> shape) {
        new CountedLife<>(
                        db,
                        Shape.class,
                        shape,
                        Corner::new,
                        (corner, parent) -> corner.shape = parent,
                        parent -> parent.cornersCount,
                        "update square set corners_count = 9",
                        "update circle set corners_count = 9",
                        "update cube set corners_count = 9")
                .isRemovedWithItsParent()
                .isLived();
    }

    @Test
    void aCounterOfAnAbstractClassIsInTheTableOfEachClassThatIsNot() {
        cornersOf(Square::new);
        cornersOf(Circle::new);
        cornersOf(Cube::new);
    }

    @Test
    void parentsOfSeveralTablesAreCountedTogether() {
        List<Supplier<Shape>> shapes = List.of(Square::new, Cube::new);
        AtomicLong next = new AtomicLong();
        cornersOf(() -> shapes.get((int) next.getAndIncrement() % 2).get());
    }

    @Test
    void aCounterOfAClassThatHasATableAndSubclassesIsInAllOfTheirs() {
        for (Supplier<Square> square : List.<Supplier<Square>>of(Square::new, Cube::new)) {
            new CountedLife<>(
                            db,
                            Square.class,
                            square,
                            Dot::new,
                            (dot, parent) -> dot.square = parent,
                            parent -> parent.dotsCount,
                            "update square set dots_count = 9",
                            "update cube set dots_count = 9")
                    .isLived();
        }
    }

    private Corner cornerOf(Shape shape) {
        Corner corner = new Corner();
        corner.shape = shape;
        return corner;
    }

    private Dot dotOf(Square square) {
        Dot dot = new Dot();
        dot.square = square;
        return dot;
    }

    @Test
    void ofAParentInMemoryTheTableIsKnown() {
        Cube cube = db.persist(new Cube());
        var statements = db.statementsOf(() -> db.inTransaction(session -> {
            session.find(Shape.class, cube.id);
            session.persist(cornerOf(session.getReference(Shape.class, cube.id)));
            session.persist(dotOf(session.getReference(Square.class, cube.id)));
        }));
        assertThat(TestDatabase.counterUpdates(statements))
                .singleElement()
                .asString()
                .startsWith("update cube set corners_count = coalesce(corners_count, 0) + ?,"
                        + " dots_count = coalesce(dots_count, 0) + ? where id = ?");
    }

    @Test
    void ofAParentThatIsNotInMemoryEveryTableIsUpdatedInTheOrderOfTheirNames() {
        Cube cube = db.persist(new Cube());
        Circle circle = db.persist(new Circle());
        var statements = db.statementsOf(() -> db.inTransaction(session -> {
            session.persist(dotOf(session.getReference(Square.class, cube.id)));
            session.persist(cornerOf(session.getReference(Shape.class, circle.id)));
            session.persist(cornerOf(session.getReference(Shape.class, cube.id)));
        }));
        assertThat(TestDatabase.counterUpdates(statements))
                .extracting(sql -> sql.substring(7, sql.indexOf(" set ")))
                .containsExactly("circle", "circle", "cube", "cube", "square", "square");
        assertThat(db.number("select corners_count + dots_count from cube")).isEqualTo(2);
        assertThat(db.number("select corners_count from circle")).isEqualTo(1);
    }

    @Test
    void transactionsThatKnowTheTableOfAParentAndSuchAsDoNotDoNotDeadlock() {
        List<Shape> shapes = List.of(new Square(), new Circle(), new Cube(), new Cube(), new Circle(), new Square());
        shapes.forEach(db::persist);
        TrafficTest.onThreads(6, () -> {
            Random random = new Random(Thread.currentThread().getId());
            for (int i = 0; i < 40; i++) {
                boolean loads = random.nextBoolean();
                boolean resets = random.nextInt(10) == 0;
                List<Shape> shuffled = new ArrayList<>(shapes);
                Collections.shuffle(shuffled, random);
                db.inTransaction(session -> {
                    if (resets) {
                        CounterCaches.of(session)
                                .on(
                                        Shape.class,
                                        shapes.stream().map(shape -> shape.id).toList())
                                .reset();
                    } else {
                        for (Shape shape : shuffled.subList(0, 3)) {
                            session.persist(cornerOf(
                                    loads
                                            ? session.find(Shape.class, shape.id)
                                            : session.getReference(Shape.class, shape.id)));
                        }
                    }
                });
            }
            return null;
        });
        assertThat(db.number("select count(*) from corner")).isPositive();
    }

    private static long cornersOfCubes(Session session) {
        return session.createNativeQuery("select sum(corners_count) from cube", Long.class)
                .addSynchronizedQuerySpace("cube")
                .getSingleResult();
    }

    @Test
    void aQueryOfOneTableSeesWhatIsPendingForIt() {
        Cube cube = db.persist(new Cube());
        db.inTransaction(session -> {
            session.persist(cornerOf(session.getReference(Shape.class, cube.id)));
            assertThat(cornersOfCubes(session)).isEqualTo(1);
            session.persist(cornerOf(session.getReference(Shape.class, cube.id)));
            session.persist(new Cube()); // a reason to flush of its own
            assertThat(cornersOfCubes(session)).isEqualTo(2);
        });
    }

    @Test
    void aClassWithOneTableIsChangedByHandAndOneWithSeveralIsNot() {
        Cube cube = db.persist(new Cube());
        db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            assertThat(counters.on(Cube.class, cube.id).increment("painted", 3)).isEqualTo(1);
            assertThat(counters.on(Cube.class, cube.id).tryDecrement("painted", 4))
                    .isFalse();
            assertThatThrownBy(() -> counters.on(Square.class, cube.id).increment("painted"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Square has its rows in several tables, one for each class: name the class that the row"
                            + " is of: Cube, Square");
        });
        assertThat(db.number("select painted from cube")).isEqualTo(3);
    }

    @Test
    void childrenWithATableForEachClassAreCounted() {
        for (Supplier<Piece> piece : List.<Supplier<Piece>>of(Piece::new, King::new, Queen::new)) {
            new CountedLife<>(
                            db,
                            Board.class,
                            Board::new,
                            piece,
                            (child, board) -> child.board = board,
                            board -> board.piecesCount,
                            "update board set pieces_count = 9")
                    .isNotChangedInBulk()
                    .isLived();
        }
        new CountedLife<>(
                        db,
                        Board.class,
                        Board::new,
                        Queen::new,
                        (queen, board) -> queen.crown = board,
                        board -> board.crownsCount,
                        "update board set crowns_count = 9")
                .isLived();
    }

    @Test
    void theAssociationAndTheCounterMayBothBeInMappedSuperclasses() {
        new CountedLife<>(
                        db,
                        Tree.class,
                        Tree::new,
                        TreeLeaf::new,
                        (leaf, tree) -> leaf.plant = tree,
                        tree -> tree.leavesCount,
                        "update tree set leaves_count = 9")
                .isLived();
        new CountedLife<>(
                        db,
                        Bush.class,
                        Bush::new,
                        BushLeaf::new,
                        (leaf, bush) -> leaf.plant = bush,
                        bush -> bush.leavesCount,
                        "update bush set leaves_count = 9")
                .isLived();
    }
}
