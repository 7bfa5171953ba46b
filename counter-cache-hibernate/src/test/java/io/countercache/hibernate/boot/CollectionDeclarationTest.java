package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.model.CounterDefinition;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.Filter;
import org.hibernate.annotations.FilterDef;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SQLDeleteAll;
import org.hibernate.annotations.SQLInsert;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.Test;

/** How declarations on collections are read that no to-one association writes, and which are refused. Sends no SQL. */
class CollectionDeclarationTest {

    private static SessionFactory factory(Class<?>... entities) {
        Configuration configuration = new Configuration()
                .setProperty("hibernate.connection.url", "jdbc:h2:mem:none")
                .setProperty("hibernate.flush.queue.type", "legacy");
        List.of(entities).forEach(configuration::addAnnotatedClass);
        return configuration.buildSessionFactory();
    }

    private static List<String> counters(SessionFactory built) {
        try (built) {
            return Installation.in((SessionFactoryImplementor) built).model().definitions().stream()
                    .map(CollectionDeclarationTest::shortly)
                    .sorted()
                    .toList();
        }
    }

    private static String shortly(CounterDefinition counter) {
        return "%s of %s.%s in %s.%s"
                .formatted(
                        counter.counts(),
                        simple(counter.child()),
                        counter.association(),
                        simple(counter.parent()),
                        counter.counter());
    }

    private static String simple(String entity) {
        return entity.substring(entity.lastIndexOf('$') + 1);
    }

    private static void assertRefused(List<Class<?>> entities, String... problems) {
        assertThatThrownBy(() -> factory(entities.toArray(Class<?>[]::new)))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("Cannot start: "
                        + (problems.length == 1
                                ? "1 wrong counter declaration"
                                : problems.length + " wrong counter declarations")
                        + String.join(
                                "",
                                Arrays.stream(problems)
                                        .map(each -> "\n  - " + each)
                                        .toList()));
    }

    @Entity(name = "Song")
    static class Song {
        @Id
        long id;

        @ManyToMany
        @CounterCache
        Set<Genre> genres;

        @ElementCollection
        @CounterCache("linesTotal")
        List<String> lines;

        int genresCount;
        Long linesTotal;
    }

    @Entity(name = "Genre")
    static class Genre {
        @Id
        long id;

        @ManyToMany(mappedBy = "genres")
        @CounterCache
        Set<Song> songs;

        int songsCount;
    }

    @Test
    void bothSidesOfAnAssociationAreTwoCounters() {
        assertThat(counters(factory(Song.class, Genre.class)))
                .containsExactly(
                        "ELEMENTS of Song.genres in Song.genresCount",
                        "ELEMENTS of Song.lines in Song.linesTotal",
                        "OWNERS of Song.genres in Genre.songsCount");
    }

    @Entity(name = "Stable")
    static class Stable {
        @Id
        long id;

        @OneToMany
        @JoinColumn
        @CounterCache
        @CounterCache("horsesTotal")
        Set<Horse> horses;

        int horsesCount;
        int horsesTotal;
    }

    @Entity(name = "Horse")
    static class Horse {
        @Id
        long id;
    }

    @Test
    void oneCollectionMayHaveSeveralCounters() {
        assertThat(counters(factory(Stable.class, Horse.class)))
                .containsExactly(
                        "ELEMENTS of Stable.horses in Stable.horsesCount",
                        "ELEMENTS of Stable.horses in Stable.horsesTotal");
    }

    @FilterDef(name = "some")
    @Entity(name = "Odd")
    static class Odd {
        @Id
        long id;

        int count;

        @ElementCollection
        @CounterCache(value = "count", where = "true")
        Set<String> where;

        @ElementCollection
        @CounterCache(value = "count", sum = "id", path = "x")
        Set<String> sum;

        @ElementCollection
        @SQLInsert(sql = "insert")
        @CounterCache("count")
        Set<String> insert;

        @ElementCollection
        @SQLDeleteAll(sql = "delete")
        @CounterCache("count")
        Set<String> deleteAll;

        @ElementCollection
        @SQLRestriction("1 = 1")
        @CounterCache("count")
        Set<String> restricted;

        @ElementCollection
        @Filter(name = "some", condition = "1 = 1")
        @CounterCache("count")
        Set<String> filtered;

        @ElementCollection
        @SoftDelete
        @CounterCache("count")
        Set<String> softDeleted;

        @ManyToMany
        @CounterCache("count")
        Set<Marked> marked;

        @ManyToMany
        @CounterCache("count")
        Set<Hidden> hidden;

        @ElementCollection
        @CounterCache
        Set<String> nowhere;
    }

    @SoftDelete
    @Entity(name = "Marked")
    static class Marked {
        @Id
        long id;
    }

    @SQLRestriction("1 = 1")
    @Entity(name = "Hidden")
    static class Hidden {
        @Id
        long id;
    }

    @Test
    void whatHidesOrChangesRowsIsRefused() {
        assertRefused(
                List.of(Odd.class, Marked.class, Hidden.class),
                "Odd.where: the rows of a collection are not entities, so 'where' and 'sum' cannot be used: remove them,"
                        + " or map the rows as an entity and count its @ManyToOne",
                "Odd.sum: the rows of a collection are not entities, so 'where' and 'sum' cannot be used: remove them,"
                        + " or map the rows as an entity and count its @ManyToOne",
                "Odd.insert: Odd.insert has custom SQL, and it is not known what that does to rows: remove it",
                "Odd.deleteAll: Odd.deleteAll has custom SQL, and it is not known what that does to rows: remove it",
                "Odd.restricted: Odd.restricted has a @SQLRestriction, which hides rows that are counted: remove it",
                "Odd.filtered: Odd.filtered has a @Filter, which hides rows that are counted: remove it",
                "Odd.softDeleted: Odd.softDeleted has a @SoftDelete, and Hibernate does not report how many rows it"
                        + " marks: remove it",
                "Odd.marked: Marked has a @SoftDelete, which hides rows of Odd.marked that are counted: remove it, or"
                        + " map the rows as an entity",
                "Odd.hidden: Odd.hidden has a @SQLRestriction, which hides rows that are counted: remove it",
                "Odd.nowhere: Odd has no attribute 'nowhereCount': add it, or name one of its numeric attributes: count");
    }

    @Entity(name = "Left")
    static class Left {
        @Id
        long id;

        int rightsCount;

        @ManyToMany
        @JoinTable(name = "left_right")
        @CounterCache
        Set<Right> rights;

        @ManyToMany
        @JoinTable(name = "left_ordered")
        @OrderColumn
        List<Right> ordered;

        @ManyToMany
        @JoinTable(name = "left_deleted")
        @OnDelete(action = OnDeleteAction.CASCADE)
        Set<Right> deleted;

        @ManyToMany
        @JoinTable(name = "left_plain")
        Set<Right> plain;

        @ManyToMany
        @JoinTable(name = "linked")
        @CounterCache("rightsCount")
        Set<Right> linked;

        @ManyToMany
        @JoinTable(name = "left_by_code", inverseJoinColumns = @JoinColumn(referencedColumnName = "code"))
        Set<Right> byCode;
    }

    @Entity(name = "Right")
    static class Right {
        @Id
        long id;

        String code;

        int leftsCount;

        @ManyToMany
        @JoinTable(name = "left_right")
        Set<Left> lefts;

        @ManyToMany(mappedBy = "ordered")
        @CounterCache("leftsCount")
        Set<Left> ordered;

        @ManyToMany(mappedBy = "deleted")
        @CounterCache("leftsCount")
        Set<Left> deleted;

        @ManyToMany(mappedBy = "byCode")
        @CounterCache("leftsCount")
        Set<Left> byCode;
    }

    @Entity(name = "Linked")
    @Table(name = "linked")
    static class Linked {
        @Id
        long id;
    }

    @Test
    void rowsThatAreWrittenElsewhereOrNotKnownByTheirElementAreRefused() {
        assertRefused(
                List.of(Left.class, Right.class, Linked.class),
                "Left.rights: Left.rights and Right.lefts write the same rows: declare mappedBy on one of them, or give"
                        + " each its own",
                "Left.linked: the rows of Left.linked are entities too: count a @ManyToOne of Linked",
                "Right.ordered: Left.ordered identifies its rows by an index or an id, where another transaction may"
                        + " have put another element: use a Set or a plain List",
                "Right.byCode: Left.byCode refers to another column than an id: refer to the ids");
    }

    @Entity(name = "Court")
    static class Court {
        @Id
        long id;

        @Column(unique = true)
        String code;

        int count;

        @OneToMany
        @JoinColumn(name = "court_id")
        @CounterCache("count")
        Set<Player> players;

        @OneToMany
        @JoinColumn(name = "court_code", referencedColumnName = "code")
        @CounterCache("count")
        Set<Umpire> umpires;

        @OneToMany
        @JoinColumn(name = "fixed", updatable = false)
        @CounterCache("count")
        Set<Umpire> fixed;

        @OneToMany
        @JoinColumn(name = "court_id")
        @CounterCache("count")
        Set<Vehicle> vehicles;

        @OneToMany
        @JoinColumn(name = "twice")
        @CounterCache("count")
        Set<Umpire> once;

        @OneToMany
        @JoinColumn(name = "twice")
        Set<Umpire> twice;
    }

    @Entity(name = "Player")
    static class Player {
        @Id
        long id;

        @ManyToOne
        @JoinColumn(name = "court_id")
        Court court;
    }

    @Entity(name = "Umpire")
    static class Umpire {
        @Id
        long id;
    }

    @Entity(name = "Vehicle")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    static class Vehicle {
        @Id
        long id;
    }

    @Entity(name = "Tractor")
    static class Tractor extends Vehicle {}

    @Test
    void columnsOfElementsThatCannotBeFollowedAreRefused() {
        assertRefused(
                List.of(Court.class, Player.class, Umpire.class, Vehicle.class, Tractor.class),
                "Court.players: Player.court writes the same column: count that, or make it 'insertable = false,"
                        + " updatable = false'",
                "Court.umpires: Court.umpires refers to another column than the id: refer to the id",
                "Court.fixed: Court.fixed does not write its column: remove 'updatable = false' from its @JoinColumn",
                "Court.vehicles: Vehicle is in a hierarchy with a table per class, whose rows are in several tables:"
                        + " use another strategy",
                "Court.once: Court.once and Court.twice write the same rows: declare mappedBy on one of them, or give"
                        + " each its own");
    }

    @Entity(name = "Kennel")
    static class Kennel {
        @Id
        long id;

        @OneToMany
        @JoinColumn
        @CounterCache
        List<Dog> dogs;

        int dogsCount;

        @ManyToOne
        Kennel branchOf;

        @ElementCollection
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache(path = "branchOf")
        List<String> signs;

        int signsCount;
    }

    @Entity(name = "Dog")
    static class Dog {
        @Id
        long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Genre likes;
    }

    @Test
    void rowsThatTheDatabaseDeletesUnseenAreRefused() {
        assertRefused(
                List.of(Kennel.class, Dog.class, Genre.class, Song.class),
                "Kennel.dogs: Dog.likes has @OnDelete(CASCADE), which deletes rows that Hibernate does not see: use cascade = REMOVE",
                "Kennel.signs: Kennel.signs has @OnDelete(CASCADE), which deletes rows unseen: remove it");
    }
}
