package io.countercache.hibernate.ondelete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hibernate.annotations.Filter;
import org.hibernate.annotations.FilterDef;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Foreign keys with an action of the database's own, in mappings of every kind. */
class OnDeleteMappingsTest {

    private static final AtomicLong IDS = new AtomicLong();

    private static long next() {
        return IDS.incrementAndGet();
    }

    /** Has all counters. */
    @Entity(name = "Home")
    static class Home {
        @Id
        Long id = next();

        int dogsCount;
        int trucksCount;
        int shapesCount;
        int songsCount;
        int foldersCount;
        int lettersCount;
        int stampsCount;
        int reviewsCount;
        int ownReviewsCount;
        int bricksCount;
        int ghostsCount;
        int partsCount;
    }

    /** By whose rows the others go. */
    @Entity(name = "Owner")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Owner {
        @Id
        Long id = next();
    }

    @Entity(name = "RichOwner")
    @OnDelete(action = OnDeleteAction.CASCADE)
    static class RichOwner extends Owner {
        int money;
    }

    // ---- hierarchies ----

    @Entity(name = "Pet")
    static class Pet {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Owner owner;
    }

    @Entity(name = "Dog")
    static class Dog extends Pet {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("dogsCount")
        Home home;
    }

    @Entity(name = "Vehicle")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Vehicle {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Owner owner;
    }

    @Entity(name = "Truck")
    @OnDelete(action = OnDeleteAction.CASCADE)
    static class Truck extends Vehicle {
        boolean loaded = true;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "trucksCount", where = "loaded = true")
        Home home;
    }

    @Entity(name = "Shape")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    abstract static class Shape {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(
                foreignKey =
                        @ForeignKey(
                                name = "",
                                foreignKeyDefinition = "foreign key (owner_id) references owner(id) on delete cascade"))
        Owner owner;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("shapesCount")
        Home home;
    }

    @Entity(name = "Circle")
    static class Circle extends Shape {}

    @Entity(name = "Square")
    static class Square extends Shape {}

    // ---- collections ----

    @Entity(name = "Playlist")
    @FilterDef(name = "long")
    @Filter(name = "long", condition = "id > 10")
    static class Playlist {
        @Id
        Long id = next();

        @OneToMany
        @JoinColumn(name = "playlist_id")
        @OnDelete(action = OnDeleteAction.CASCADE)
        List<Song> songs = new ArrayList<>();
    }

    @Entity(name = "Song")
    static class Song {
        @Id
        UUID id = UUID.randomUUID();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("songsCount")
        Home home;
    }

    // ---- trees ----

    @Entity(name = "Folder")
    static class Folder {
        @Id
        Long id = next();

        int foldersCount;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache("foldersCount")
        Folder parent;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("foldersCount")
        Home home;

        protected Folder() {}

        Folder(Folder parent, Home home) {
            this.parent = parent;
            this.home = home;
        }
    }

    // ---- paths ----

    @Entity(name = "Writer")
    static class Writer {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        Home home;
    }

    @Entity(name = "Article")
    static class Article {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.SET_NULL)
        Writer writer;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Owner owner;
    }

    @Entity(name = "Letter")
    static class Letter {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.SET_NULL)
        @CounterCache(value = "lettersCount", path = "writer.home")
        Article article;
    }

    @Entity(name = "Stamp")
    static class Stamp {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache(value = "stampsCount", path = "writer.home")
        Article article;
    }

    // ---- conditions ----

    @Entity(name = "Review")
    static class Review {
        @Id
        Long id = next();

        @Version
        int version;

        int stars;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "owner_id")
        @OnDelete(action = OnDeleteAction.SET_NULL)
        Owner owner;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.SET_NULL)
        Owner editor;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "reviewsCount", where = "owner is not null or editor is not null")
        @CounterCache(value = "ownReviewsCount", where = "owner is not null and editor is not null and stars > 2")
        Home home;
    }

    // ---- hidden rows ----

    @Embeddable
    static class Deed {
        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Owner owner;
    }

    @Entity(name = "Brick")
    @FilterDef(name = "none", defaultCondition = "1 = 0")
    @Filter(name = "none")
    static class Brick {
        @Id
        Long id = next();

        Deed deed = new Deed();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("bricksCount")
        Home home;
    }

    @Entity(name = "Castle")
    @SoftDelete
    static class Castle {
        @Id
        Long id = next();
    }

    @Entity(name = "Ghost")
    @SoftDelete
    static class Ghost {
        @Id
        Long id = next();

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Castle castle;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Owner owner;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("ghostsCount")
        Home home;
    }

    // ---- keys ----

    @Embeddable
    record Place(int line, int seat) {}

    @Entity(name = "Machine")
    static class Machine {
        @EmbeddedId
        Place id = new Place(1, (int) next());

        @Column(unique = true)
        String code = "machine " + id.seat;
    }

    @Entity(name = "Part")
    static class Part {
        @EmbeddedId
        Place id = new Place(2, (int) next());

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Machine machine;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(referencedColumnName = "code", name = "spare_for")
        @OnDelete(action = OnDeleteAction.CASCADE)
        Machine spareFor;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("partsCount")
        Home home;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
                    Home.class,
                    Owner.class,
                    RichOwner.class,
                    Pet.class,
                    Dog.class,
                    Vehicle.class,
                    Truck.class,
                    Shape.class,
                    Circle.class,
                    Square.class,
                    Playlist.class,
                    Song.class,
                    Folder.class,
                    Writer.class,
                    Article.class,
                    Letter.class,
                    Stamp.class,
                    Review.class,
                    Brick.class,
                    Castle.class,
                    Ghost.class,
                    Machine.class,
                    Part.class)
            .setting("hibernate.jdbc.batch_size", 20);

    private final Home home = new Home();
    private final Owner owner = new Owner();
    private final Owner rich = new RichOwner();

    private void persist(Object... entities) {
        db.inTransaction(session -> Stream.concat(Stream.of(home, owner, rich), Stream.of(entities))
                .forEach(entity -> {
                    if (!db.factory().getPersistenceUnitUtil().isLoaded(entity) || !session.contains(entity)) {
                        session.persist(entity);
                    }
                }));
    }

    private void remove(Class<?> type, Object id) {
        db.inTransaction(session -> session.remove(session.find(type, id)));
    }

    private void assertCount(String counter, long count) {
        assertThat(db.number("select %s from home".formatted(counter))).isEqualTo(count);
    }

    private <P extends Pet> P of(Owner of, P pet) {
        pet.owner = of;
        return pet;
    }

    @Test
    void childrenInOneTableOfWhichOnlyASubclassIsCounted() {
        List<Dog> dogs = List.of(of(owner, new Dog()), of(owner, new Dog()), of(rich, new Dog()), new Dog());
        dogs.forEach(dog -> dog.home = home);
        persist(dogs.get(0), dogs.get(1), dogs.get(2), dogs.get(3), of(owner, new Pet()));
        assertCount("dogs_count", 4);
        remove(Owner.class, owner.id);
        assertCount("dogs_count", 2);
        remove(Owner.class, rich.id);
        assertCount("dogs_count", 1);
        assertThat(db.number("select count(*) from pet")).isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void whatIsInAnOpenBatchHasHappened() {
        Dog dog = of(owner, new Dog());
        Dog other = of(owner, new Dog());
        dog.home = home;
        other.home = home;
        persist(dog, other);
        db.inTransaction(session -> {
            session.find(Pet.class, dog.id).owner = session.find(Owner.class, rich.id);
            session.remove(session.find(Owner.class, owner.id));
        });
        assertCount("dogs_count", 1);
        db.factory().inStatelessTransaction(session -> {
            Dog last = session.get(Dog.class, dog.id);
            last.owner = null;
            session.updateMultiple(List.of(last));
            session.delete(session.get(RichOwner.class, rich.id));
        });
        assertCount("dogs_count", 1);
    }

    private Truck truck(Owner of, boolean loaded) {
        Truck truck = new Truck();
        truck.owner = of;
        truck.loaded = loaded;
        truck.home = home;
        return truck;
    }

    @Test
    void childrenInJoinedTables() {
        persist(truck(owner, true), truck(owner, false), truck(rich, true), new Vehicle());
        assertCount("trucks_count", 2);
        remove(RichOwner.class, rich.id);
        assertCount("trucks_count", 1);
        remove(Owner.class, owner.id);
        assertCount("trucks_count", 0);
    }

    private <S extends Shape> S shape(S shape, Owner of) {
        shape.owner = of;
        shape.home = home;
        return shape;
    }

    @Test
    void childrenInATableForEachClassByAForeignKeyInSql() {
        persist(shape(new Circle(), owner), shape(new Square(), owner), shape(new Square(), rich));
        assertCount("shapes_count", 3);
        remove(Owner.class, owner.id);
        assertCount("shapes_count", 1);
        assertThat(db.number("select count(*) from square")).isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void childrenThatOnlyACollectionKnows() {
        Playlist playlist = new Playlist();
        for (int i = 0; i < 3; i++) {
            Song song = new Song();
            song.home = home;
            playlist.songs.add(song);
        }
        Song other = new Song();
        other.home = home;
        persist(playlist, playlist.songs.get(0), playlist.songs.get(1), playlist.songs.get(2), other);
        assertCount("songs_count", 4);
        assertThatThrownBy(() -> db.factory().inStatelessTransaction(session -> {
                    session.enableFilter("long");
                    session.delete(playlist);
                }))
                .isInstanceOf(CounterCacheException.class)
                .hasMessageContaining("Playlist is filtered in this session");
        db.factory().inStatelessTransaction(session -> session.delete(session.get(Playlist.class, playlist.id)));
        assertCount("songs_count", 1);
    }

    @Test
    void aTree() {
        Folder root = new Folder(null, home);
        Folder left = new Folder(root, home);
        Folder right = new Folder(root, home);
        persist(root, left, right, new Folder(left, home), new Folder(left, home), new Folder(right, home));
        assertCount("folders_count", 6);
        remove(Folder.class, left.id);
        assertCount("folders_count", 3);
        List<String> statements = db.statementsOf(() -> remove(Folder.class, root.id));
        assertThat(TestDatabase.counterUpdates(statements))
                .as("none for the folders that are gone")
                .hasSize(1);
        assertCount("folders_count", 0);
    }

    @Test
    void aDeepTree() {
        List<Object> folders = new ArrayList<>();
        Folder parent = new Folder(null, home);
        for (int i = 0; i < (TestServer.IS_MARIADB ? 15 : 60); i++) { // InnoDB cascades no deeper
            folders.add(parent);
            parent = new Folder(parent, home);
        }
        persist(folders.toArray());
        remove(Folder.class, ((Folder) folders.get(0)).id);
        assertCount("folders_count", 0);
    }

    @Test
    void aCircle() {
        Folder one = new Folder(null, home);
        Folder other = new Folder(one, home);
        persist(one, other);
        db.inTransaction(
                session -> session.find(Folder.class, one.id).parent = session.getReference(Folder.class, other.id));
        remove(Folder.class, one.id);
        assertCount("folders_count", 0);
        assertThat(db.number("select count(*) from folder")).isZero();
    }

    private Object[] articleWithLettersAndStamps() {
        Writer writer = new Writer();
        writer.home = home;
        Article article = new Article();
        article.writer = writer;
        article.owner = owner;
        List<Letter> letters = List.of(new Letter(), new Letter());
        letters.forEach(letter -> letter.article = article);
        List<Stamp> stamps = List.of(new Stamp(), new Stamp(), new Stamp());
        stamps.forEach(stamp -> stamp.article = article);
        return Stream.of(Stream.of(writer, article), letters.stream(), stamps.stream())
                .flatMap(rows -> rows)
                .toArray();
    }

    @Test
    void aPathWhoseFirstRowGoes() {
        Object[] rows = articleWithLettersAndStamps();
        persist(rows);
        assertCount("letters_count", 2);
        assertCount("stamps_count", 3);
        remove(Article.class, ((Article) rows[1]).id);
        assertCount("letters_count", 0);
        assertCount("stamps_count", 0);
        assertThat(db.number("select count(*) from letter where article_id is null"))
                .isEqualTo(2);
    }

    @Test
    @SinceHibernate("7.2")
    void aRowOnTheWayIsNotDeletedOutsideATransaction() {
        Object[] rows = articleWithLettersAndStamps();
        persist(rows);
        try (var session = db.factory().openStatelessSession()) {
            assertThatThrownBy(() -> session.delete(rows[1]))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage(
                            "deleting a row of Article makes the database delete rows that are counted through other deleted rows:"
                                    + " begin a transaction before you delete it");
            assertThatThrownBy(() -> session.delete(owner))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessageStartingWith("deleting a row of Owner makes the database delete");
        }
        assertCount("stamps_count", 3);
    }

    @Test
    void aPathOfWhichARowIsCutOff() {
        Object[] rows = articleWithLettersAndStamps();
        persist(rows);
        remove(Writer.class, ((Writer) rows[0]).id);
        assertCount("letters_count", 0);
        assertCount("stamps_count", 0);
        assertThat(db.number("select count(*) from stamp")).isEqualTo(3);
    }

    @Test
    void aPathOfWhichARowGoesWithAnother() {
        persist(articleWithLettersAndStamps());
        remove(Owner.class, owner.id);
        assertCount("letters_count", 0);
        assertCount("stamps_count", 0);
    }

    private Review review(Owner of, Owner editor, int stars) {
        Review review = new Review();
        review.owner = of;
        review.editor = editor;
        review.stars = stars;
        review.home = home;
        return review;
    }

    @Test
    void twoReferencesToOneRowAreLostAtOnce() {
        persist(review(owner, owner, 5), review(owner, rich, 5), review(null, owner, 5), review(rich, rich, 1));
        assertCount("reviews_count", 4);
        assertCount("own_reviews_count", 2);
        remove(Owner.class, owner.id);
        assertCount("reviews_count", 2);
        assertCount("own_reviews_count", 0);
        remove(Owner.class, rich.id);
        assertCount("reviews_count", 0);
    }

    @Test
    void aVersionDoesNotTellThatAReferenceIsLost() {
        Review review = review(owner, null, 5);
        persist(review);
        db.inTransaction(session -> {
            Review managed = session.find(Review.class, review.id);
            db.inTransaction(other -> other.remove(other.find(Owner.class, owner.id)));
            session.remove(managed);
        });
        assertCount("reviews_count", 0);
    }

    @Test
    void whatAFilterHidesCannotBeCounted() {
        Brick brick = new Brick();
        brick.deed.owner = owner;
        brick.home = home;
        persist(brick);
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    session.enableFilter("none");
                    session.remove(session.find(Owner.class, owner.id));
                }))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "Brick is filtered in this session, and rows that are hidden cannot be counted: disable none,"
                                + " or use another session");
        remove(Owner.class, owner.id);
        assertCount("bricks_count", 0);
    }

    @Test
    void whatIsMarkedAsDeletedDoesNotGoTwiceAndTakesNothingAlong() {
        Castle castle = new Castle();
        List<Ghost> ghosts = List.of(new Ghost(), new Ghost(), new Ghost());
        ghosts.forEach(ghost -> ghost.castle = castle);
        ghosts.forEach(ghost -> ghost.owner = owner);
        ghosts.forEach(ghost -> ghost.home = home);
        persist(castle, ghosts.get(0), ghosts.get(1), ghosts.get(2));
        remove(Ghost.class, ghosts.get(0).id);
        assertCount("ghosts_count", 2);
        remove(Castle.class, castle.id);
        assertCount("ghosts_count", 2);
        remove(Owner.class, owner.id);
        assertCount("ghosts_count", 0);
        assertThat(db.number("select count(*) from ghost")).isZero();
    }

    private Part part(Machine machine, Machine spareFor) {
        Part part = new Part();
        part.machine = machine;
        part.spareFor = spareFor;
        part.home = home;
        return part;
    }

    @Test
    void idsOfSeveralColumnsAndKeysThatAreNoIds() {
        Machine one = new Machine();
        Machine other = new Machine();
        persist(one, other, part(one, null), part(one, one), part(null, one), part(other, one), part(other, null));
        assertCount("parts_count", 5);
        remove(Machine.class, one.id);
        assertCount("parts_count", 1);
        remove(Machine.class, other.id);
        assertCount("parts_count", 0);
    }
}
