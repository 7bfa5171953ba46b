package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk statements that say in another way what they change. */
@SinceHibernate("7.2")
class BulkOtherWaysTest {

    @Entity(name = "Box")
    static class Box {
        @Id
        long id;

        String name;
        int itemsCount;
        int toysCount;

        @OneToMany(mappedBy = "box")
        Set<Item> items = new HashSet<>();

        Box() {}

        Box(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Item")
    static class Item {
        @Id
        long id;

        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "box_id")
        @CounterCache
        Box box;

        @Column(name = "box_id", insertable = false, updatable = false)
        Long boxId;

        @ManyToMany
        Set<Label> labels = new HashSet<>();

        Item() {}

        Item(long id, Box box, Label... labels) {
            this.id = id;
            this.box = box;
            this.labels.addAll(List.of(labels));
        }
    }

    @Entity(name = "Toy")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Toy {
        @Id
        long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Box box;

        @ManyToMany
        Set<Label> labels = new HashSet<>();
    }

    @Entity(name = "Doll")
    static class Doll extends Toy {
        Doll() {}

        Doll(long id, Box box, Label... labels) {
            this.id = id;
            this.box = box;
            this.labels.addAll(List.of(labels));
        }
    }

    @Entity(name = "Label")
    static class Label {
        @Id
        long id;

        Label() {}

        Label(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Team")
    static class Team {
        @Id
        long id;

        @ManyToMany
        @JoinTable(
                name = "team_player",
                joinColumns = @JoinColumn(name = "team_id"),
                inverseJoinColumns = @JoinColumn(name = "player_id"))
        @CounterCache
        Set<Player> players = new HashSet<>();

        int playersCount;

        Team() {}

        Team(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Player")
    static class Player {
        @Id
        long id;

        @ManyToMany(mappedBy = "players")
        @CounterCache
        Set<Team> teams = new HashSet<>();

        int teamsCount;

        @ManyToOne
        @JoinColumn(name = "team_id")
        Team own;

        Player() {}

        Player(long id, Team own) {
            this.id = id;
            this.own = own;
        }
    }

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Box.class, Item.class, Toy.class, Doll.class, Label.class, Team.class, Player.class);

    @BeforeEach
    void twoBoxes() {
        Box one = new Box(1);
        Box other = new Box(2);
        Label red = new Label(1);
        Label small = new Label(2);
        db.inTransaction(session -> Stream.of(
                        one,
                        other,
                        red,
                        small,
                        new Item(1, one, red, small),
                        new Item(2, one, red),
                        new Item(1001, other))
                .forEach(session::persist));
    }

    private int execute(String hql) {
        return db.fromTransaction(session -> session.createMutationQuery(hql).executeUpdate());
    }

    private String counts() {
        return db.number("select items_count from box where id = 1") + " "
                + db.number("select items_count from box where id = 2");
    }

    @Test
    void anUpdateThatSetsTheVersionItself() {
        assertThat(execute("update Item i set i.box.id = 2, i.version = i.version + 5 where i.id = 1"))
                .isEqualTo(1);
        assertThat(counts()).isEqualTo("1 2");
        assertThat(db.number("select version from item where id = 1")).isEqualTo(5);
        int ignored = db.fromTransaction(
                session -> session.createMutationQuery("update Item i set i.box.id = 1, i.version = 9 where i.id = 1")
                        .setComment(CounterCacheSettings.IGNORE_STATEMENT)
                        .executeUpdate());
        assertThat(ignored).isEqualTo(1);
        assertThat(counts()).isEqualTo("1 2");
        CounterRepair.of(db.factory(), Box.class).repair();
    }

    @Test
    void anUpdateOfAnotherAttributeOfTheSameColumn() {
        assertThat(execute("update Item i set i.boxId = 2 where i.boxId = 1")).isEqualTo(2);
        assertThat(counts()).isEqualTo("0 3");
    }

    @Test
    void anInsertOfWhatACommonTableExpressionSelects() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assumeFalse(TestServer.IS_MARIADB, "Hibernate writes the WITH where MariaDB has no place for it");
        assertThat(execute(
                        "insert into Item(id, version, box) with found as (select i.id as id, i.box.id as box from Item i)"
                                + " select f.id + 5000, 0, b from found f join Box b on b.id = f.box"))
                .isEqualTo(3);
        assertThat(counts()).isEqualTo("4 2");
    }

    @Test
    @Tag("postgresql") // elsewhere Hibernate itself fails with such a DELETE
    void aDeleteThatJoinsMoreThanOneRow() {
        db.inTransaction(session -> {
            Box third = new Box(3);
            session.persist(third);
            session.persist(new Doll(1, third, session.find(Label.class, 1L), session.find(Label.class, 2L)));
            session.persist(new Doll(2, third, session.find(Label.class, 2L)));
            session.persist(new Doll(3, third));
        });
        assertThat(execute("delete from Toy t join t.labels l where l.id > 0")).isPositive();
        assertThat(db.number("select toys_count from box where id = 3")).isEqualTo(1);
    }

    @Test
    void aDeleteWhoseConditionNamesTheColumnOfTheOtherSide() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assumeFalse(
                TestServer.IS_MARIADB, "refused there: such a DELETE cannot answer with the rows of the collection");
        db.inTransaction(session -> {
            Team team = new Team(1);
            Player first = new Player(1, team);
            Player second = new Player(2, null);
            team.players.addAll(List.of(first, second));
            Stream.of(team, first, second).forEach(session::persist);
        });
        assertThat(execute("delete from Player p where p.own.id in (1, 2)")).isEqualTo(1);
        assertThat(db.number("select players_count from team")).isEqualTo(1);
    }

    /** Of which each has a row in the same place. */
    @OwnDatabase
    @Test
    @Tag("postgresql")
    void anUpdateOfATableWithPartitions() {
        db.execute("delete from item_label");
        db.execute("alter table item rename to plain");
        db.execute("create table item (like plain including defaults) partition by range (id)");
        db.execute("create table item_low partition of item for values from (0) to (1000)");
        db.execute("create table item_high partition of item for values from (1000) to (9000)");
        db.execute("insert into item select * from plain");
        db.execute("drop table plain cascade");
        assertThat(execute("update Item i set i.box.id = 2 where i.id = 1")).isEqualTo(1);
        assertThat(counts()).isEqualTo("1 2");
        assertThat(execute("update Item i set i.box.id = 1 where i.id = 1001")).isEqualTo(1);
        assertThat(db.text("select string_agg(id || '-' || box_id, ' ' order by id) from item"))
                .isEqualTo("1-2 2-1 1001-1");
    }

    @Test
    @Tag("postgresql")
    void parentsAreGroupedByTheirIdAsBefore() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> session.createSelectionQuery(
                        "select b, count(i) from Box b left join b.items i group by b", Object[].class)
                .getResultList()));
        assertThat(sql).singleElement().asString().endsWith(" group by b1_0.id");
    }
}
