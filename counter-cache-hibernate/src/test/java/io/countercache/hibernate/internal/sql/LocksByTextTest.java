package io.countercache.hibernate.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.SqlByText;
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
import jakarta.persistence.Table;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.hibernate.StatelessSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Before a child or a row of a collection changes, its row is locked: on each database in its own words. */
@SinceHibernate(value = "7.2", because = "before, what a stateless session writes of counted entities is refused")
class LocksByTextTest {

    @Entity(name = "Town")
    @Table(name = "town")
    static class Town {
        @Id
        Long id;

        @Column(name = "dogs_count")
        int dogsCount;

        @Column(name = "fish_count")
        int fishCount;

        @Column(name = "streets_count")
        int streetsCount;

        @OneToMany
        @JoinColumn(name = "town_id")
        @CounterCache("streetsCount")
        Set<Street> streets = new HashSet<>();
    }

    @Entity(name = "Street")
    @Table(name = "street")
    static class Street {
        @Id
        Long id;
    }

    @Entity(name = "Bus")
    @Table(name = "bus")
    static class Bus {
        @Id
        Long id;

        @ManyToMany
        @JoinTable(name = "bus_stop")
        Set<Stop> stops = new HashSet<>();
    }

    @Entity(name = "Stop")
    @Table(name = "stop")
    static class Stop {
        @Id
        Long id;

        @Column(name = "buses_count")
        int busesCount;

        @ManyToMany(mappedBy = "stops")
        @CounterCache("busesCount")
        Set<Bus> buses = new HashSet<>();
    }

    /** The row with the counted attribute is not the row that is locked. */
    @Entity(name = "Animal")
    @Table(name = "animal")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Animal {
        @Id
        Long id;
    }

    @Entity(name = "Dog")
    @Table(name = "dog")
    static class Dog extends Animal {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("dogsCount")
        Town town;
    }

    @Entity(name = "Fish")
    @Table(name = "fish")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    static class Fish {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("fishCount")
        Town town;
    }

    @Entity(name = "Shark")
    @Table(name = "shark")
    static class Shark extends Fish {}

    private static SqlByText database(String dialect) {
        return new SqlByText(
                dialect,
                Town.class,
                Street.class,
                Bus.class,
                Stop.class,
                Animal.class,
                Dog.class,
                Fish.class,
                Shark.class);
    }

    private static String locks(String dialect, Consumer<StatelessSession> work) {
        try (var database = database(dialect)) {
            return database.sentStateless(work);
        }
    }

    private static <E> E with(E entity, Consumer<E> id) {
        id.accept(entity);
        return entity;
    }

    private static Bus bus() {
        return with(new Bus(), bus -> bus.id = 1L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | select id from animal where id = ? for update",
                "SQLServerDialect | select a1_0.id from animal a1_0 with (updlock,holdlock,rowlock) where a1_0.id=?",
                "DB2Dialect | select a1_0.id from animal a1_0 where a1_0.id=? for read only with rs use and keep update locks"
            })
    void theRowOfAChildInSeveralTables(String dialect, String sql) {
        assertThat(locks(dialect, session -> session.delete(with(new Dog(), dog -> dog.id = 1L))))
                .isEqualTo(sql);
    }

    /** Hibernate leaves its lock out of this one on Oracle. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | select id from shark where id = ? for update",
                "SQLServerDialect | select s1_0.id from shark s1_0 with (updlock,holdlock,rowlock) where s1_0.id=?",
                "DB2Dialect | select s1_0.id from shark s1_0 where s1_0.id=? for read only with rs use and keep update locks"
            })
    void theRowOfAChildWhoseClassHasATableForItself(String dialect, String sql) {
        assertThat(locks(dialect, session -> session.delete(with(new Shark(), shark -> shark.id = 1L))))
                .isEqualTo(sql);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | select id from fish where id = ? for update",
                "SQLServerDialect | select id from fish with (updlock,holdlock,rowlock) where id = ?",
                "DB2Dialect | select id from fish where id = ? for read only with rs use and keep update locks"
            })
    void theRowOfAChildWhoseSubclassesHaveTablesForThemselves(String dialect, String sql) {
        assertThat(locks(dialect, session -> session.delete(with(new Fish(), fish -> fish.id = 1L))))
                .isEqualTo(sql);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | select id from street where id = ? for update",
                "SQLServerDialect | select id from street with (updlock,holdlock,rowlock) where id = ?",
                "DB2Dialect | select id from street where id = ? for read only with rs use and keep update locks"
            })
    void anElementWhoseRowHasTheColumnOfTheCollection(String dialect, String sql) {
        assertThat(locks(dialect, session -> session.delete(with(new Street(), street -> street.id = 1L))))
                .isEqualTo(sql);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | select buses_id from bus_stop where buses_id = ? for update",
                "SQLServerDialect | select buses_id from bus_stop with (updlock,holdlock,rowlock) where buses_id = ?",
                "DB2Dialect | select buses_id from bus_stop where buses_id = ? for read only with rs use and keep update locks"
            })
    void theRowsOfACollectionThatIsWrittenAnewOrDeleted(String dialect, String sql) {
        assertThat(locks(dialect, session -> session.update(bus()))).isEqualTo(sql);
        assertThat(locks(dialect, session -> session.delete(bus()))).isEqualTo(sql);
    }

    /** On Oracle this query locks nothing: what it has found is locked row by row, and searched once more. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | select s1_0.id from shark s1_0 order by s1_0.id | false",
                "SQLServerDialect | select s1_0.id from shark s1_0 with (updlock,holdlock,rowlock) order by s1_0.id | true",
                "DB2Dialect | select s1_0.id from shark s1_0 order by s1_0.id for read only with rs use and keep update locks | true"
            })
    void theRowsOfABulkStatement(String dialect, String sql, boolean isLocking) {
        try (var database = database(dialect)) {
            assertThat(database.sent(session ->
                            session.createMutationQuery("delete Shark").executeUpdate()))
                    .isEqualTo(sql);
            assertThat(Databases.of(database.factory()).canLockOrdered()).isEqualTo(isLocking);
        }
    }
}
