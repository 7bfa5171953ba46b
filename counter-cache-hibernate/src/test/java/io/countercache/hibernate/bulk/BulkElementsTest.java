package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bulk statements on the elements of a counted {@code @OneToMany @JoinColumn}. */
@SinceHibernate("7.2")
class BulkElementsTest {

    @Entity(name = "Harbour")
    static class Harbour {
        @Id
        long id;

        int boatsCount;
        int sailsCount;

        Harbour() {}

        Harbour(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Pier")
    static class Pier {
        @Id
        long id;

        @ManyToOne
        Harbour harbour;

        @OneToMany(cascade = CascadeType.PERSIST)
        @JoinColumn(name = "pier_id")
        @CounterCache
        @CounterCache(value = "boatsCount", path = "harbour")
        Set<Boat> boats = new HashSet<>();

        int boatsCount;

        Pier() {}

        Pier(long id, Harbour harbour, Boat... boats) {
            this.id = id;
            this.harbour = harbour;
            this.boats.addAll(Set.of(boats));
        }
    }

    @Entity(name = "Boat")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Boat {
        @Id
        long id;

        @Column(name = "pier_id", insertable = false, updatable = false)
        Long pierId;

        Boat() {}

        Boat(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Yacht")
    static class Yacht extends Boat {
        int length;

        @OneToMany(cascade = CascadeType.PERSIST)
        @JoinColumn(name = "yacht_id", nullable = false)
        @CounterCache
        Set<Sail> sails = new HashSet<>();

        int sailsCount;

        Yacht() {}

        Yacht(long id) {
            super(id);
            for (long i = 0; i < 3; i++) {
                sails.add(new Sail(10 * id + i));
            }
        }
    }

    /** Is counted by its own to-one as well. */
    @Entity(name = "Sail")
    static class Sail {
        @Id
        long id;

        @ManyToOne
        @CounterCache("sailsCount")
        Harbour madeIn;

        @Column(name = "yacht_id", insertable = false, updatable = false)
        Long yachtId;

        Sail() {}

        Sail(long id) {
            this.id = id;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Harbour.class, Pier.class, Boat.class, Yacht.class, Sail.class);

    @BeforeEach
    void twoPiers() {
        Harbour north = new Harbour(1);
        Harbour south = new Harbour(2);
        db.inTransaction(session -> Stream.of(
                        north,
                        south,
                        new Pier(1, north, new Boat(1), new Boat(2), new Yacht(3)),
                        new Pier(2, south, new Yacht(4)),
                        new Boat(5))
                .forEach(session::persist));
        db.inTransaction(session ->
                session.createMutationQuery("update Sail s set s.madeIn.id = 1").executeUpdate());
    }

    private int execute(String hql) {
        return db.fromTransaction(session -> session.createMutationQuery(hql).executeUpdate());
    }

    private String boats() {
        return db.texts("select boats_count from pier order by id") + ", "
                + db.texts("select boats_count from harbour order by id");
    }

    @Test
    void elementsThatAreDeletedLeaveTheirOwners() {
        assertThat(execute("delete from Boat b where b.id in (1, 5)")).isEqualTo(2);
        assertThat(boats()).isEqualTo("2 1, 2 1");
        assertThat(execute("delete from Boat b where b.id = 77")).isZero();
    }

    @Test
    void elementsOfASubclassAndTheirOwnElements() {
        assertThat(execute("delete from Sail s where s.yachtId = 3 and s.id > 30"))
                .isEqualTo(2);
        assertThat(db.texts("select sails_count from yacht order by id")).isEqualTo("1 3");
        assertThat(db.number("select sails_count from harbour where id = 1")).isEqualTo(4);
        execute("delete from Sail");
        assertThat(execute("delete from Yacht")).isEqualTo(2);
        assertThat(boats()).isEqualTo("2 0, 2 0");
    }

    @Test
    void elementsThatGetAnotherOwner() {
        assertThat(execute("update Boat b set b.pierId = 2 where b.pierId = 1")).isEqualTo(3);
        assertThat(boats()).isEqualTo("0 4, 0 4");
        assertThat(execute("update Yacht b set b.pierId = null")).isEqualTo(2);
        assertThat(boats()).isEqualTo("0 2, 0 2");
        assertThat(execute("update Boat b set b.pierId = b.id - 4 where b.pierId is null and b.id > 4"))
                .isEqualTo(1);
        assertThat(boats()).isEqualTo("1 2, 1 2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "insert into Sail (id, yachtId) values (7, 3); Yacht.sails",
                "insert into Sail (yachtId, id) select b.id, b.id + 100 from Yacht b; Yacht.sails",
                "insert into Yacht (id, length, pierId, sailsCount) select p.id + 100, 9, p.id, 0 from Pier p; Pier.boats",
            })
    void elementsAreNotInsertedWithAnOwner(String hql, String collection) {
        assertThatThrownBy(() -> execute(hql))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("it writes the column of io.countercache.hibernate.bulk.BulkElementsTest$"
                        + collection + ", whose rows are counted: map the column as a @ManyToOne and count that");
    }

    @Test
    void elementsAreInsertedWithoutAnOwner() {
        assertThat(execute("insert into Yacht (id, length, sailsCount) select p.id + 100, 9, 0 from Pier p"))
                .isEqualTo(2);
    }
}
