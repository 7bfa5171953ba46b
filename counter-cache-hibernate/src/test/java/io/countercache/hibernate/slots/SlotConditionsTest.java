package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.List;
import java.util.function.ToIntFunction;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement that locks or changes rows does not choose them by their slots, for it would not read these again after a wait. */
@Tag("databases")
class SlotConditionsTest {

    @Entity(name = "Museum")
    static class Museum {
        @Id
        long id = 1;

        int paintingsCount;
    }

    /** Its rows are counted themselves. */
    @Entity(name = "Painting")
    static class Painting {
        @Id
        long id = 1;

        String title = "a painting";

        int printsCount;

        @Counter(slots = 4)
        long views;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Museum museum;
    }

    @Entity(name = "Print")
    static class Print {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        long price = 4;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 4)
        Painting painting;
    }

    /** Nothing but a counter. */
    @Entity(name = "Banner")
    static class Banner {
        @Id
        long id = 1;

        String title = "a banner";

        @Counter(slots = 4)
        long clicks;
    }

    /** With a table whose name has a space. */
    @Entity(name = "Poster")
    @Table(name = "`the posters`")
    static class Poster {
        @Id
        long id = 1;

        String title = "a poster";

        @Counter(slots = 4)
        long views;
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        long length = 4;

        long bannerId = 1;
    }

    @Entity(name = "Play")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Play {
        @Id
        long id = 1;

        String title = "a play";

        @Counter(slots = 4)
        long likes;
    }

    @Entity(name = "Opera")
    static class Opera extends Play {
        int seats = 100;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(
            Museum.class,
            Painting.class,
            Print.class,
            Banner.class,
            Poster.class,
            Visit.class,
            Play.class,
            Opera.class);

    @BeforeEach
    void rows() {
        db.inTransaction(session -> {
            Museum museum = new Museum();
            session.persist(museum);
            Painting painting = new Painting();
            painting.museum = museum;
            session.persist(painting);
            Print print = new Print();
            print.painting = painting;
            session.persist(print);
            session.persist(new Banner());
            session.persist(new Poster());
            session.persist(new Visit());
            session.persist(new Opera());
        });
        db.inTransaction(session -> {
            CounterCaches.of(session).on(Painting.class, 1L).increment("views", 5);
            CounterCaches.of(session).on(Banner.class, 1L).increment("clicks", 5);
            CounterCaches.of(session).on(Play.class, 1L).increment("likes", 5);
        });
    }

    private int execute(String hql) {
        return db.fromTransaction(session -> session.createMutationQuery(hql).executeUpdate());
    }

    private static List<?> locked(String hql, Session session) {
        return session.createSelectionQuery(hql, Object.class)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultList();
    }

    private int locked(String hql) {
        return db.fromTransaction(session -> locked(hql, session).size());
    }

    private static void requireRefused(String counter, ToIntFunction<String> statement, String hql) {
        if (!TestServer.HAS_SLOTS) { // the value is in the column
            assertThat(statement.applyAsInt(hql)).isEqualTo(1);
            return;
        }
        assertThatThrownBy(() -> statement.applyAsInt(hql))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("it reads %s of rows that it locks or changes", counter)
                .hasMessageContaining("read it in a subquery");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from Banner b where b.clicks = 5 and b.id = 1",
                "update Banner b set b.title = 'x' where b.title = 'a banner' and (b.clicks > 4 or b.id = 2)",
                "update Banner set title = cast(clicks as string)",
                "update Banner b set b.title = 'x' where exists (select 1 from Visit v where v.bannerId = b.id and v.length < b.clicks)"
            })
    void anUpdateOrDelete(String hql) {
        requireRefused("Banner.clicks", this::execute, hql);
        assertThat(db.number("select count(*) from banner where title = 'a banner'"))
                .isEqualTo(TestServer.HAS_SLOTS ? 1 : 0);
    }

    /** Where the row is there, it is changed. */
    @Test
    void anInsertOrUpdate() {
        assumeTrue(TestServer.HAS_SLOTS);
        String insert =
                "insert into %s(id, title) values (1L, 'x') on conflict(id) do update set title = 'y' where %s = 5";
        requireRefused("Banner.clicks", this::execute, insert.formatted("Banner", "clicks"));
        requireRefused("Poster.views", this::execute, insert.formatted("Poster", "views"));
        assertThat(execute("insert into Banner(id, title) select o.id + 1, 'x' from Banner o where o.clicks = 5"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from Painting p where p.views = 5 and p.id = 1 and not exists (select 1 from Print q where q.price = 5)",
                "update Painting p set p.museum = null where p.views > 0"
            })
    @SinceHibernate("7.2")
    void anUpdateOrDeleteThatIsCounted(String hql) {
        db.inTransaction(session -> session.createSelectionQuery("from Print", Print.class)
                .getResultList()
                .forEach(session::remove));
        requireRefused("Painting.views", this::execute, hql);
        assertThat(db.number("select paintings_count from museum")).isEqualTo(TestServer.HAS_SLOTS ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from Banner b where b.clicks = 5",
                "from Banner b where b.id = 1 and b.clicks + 1 > 5 order by b.title",
                "from Banner b where exists (select 1 from Visit v where v.bannerId = b.id and v.length < b.clicks)",
                "select b from Banner b join Visit v on v.length < b.clicks"
            })
    void aQueryUnderALock(String hql) {
        requireRefused("Banner.clicks", this::locked, hql);
    }

    /** PostgreSQL locks its rows as well. */
    @Test
    void aSubqueryThatIsTheSourceOfAQueryUnderALock() {
        assumeTrue(TestServer.HAS_SLOTS);
        requireRefused(
                "Banner.clicks",
                this::locked,
                "select d.id from (select o.id as id from Banner o where o.clicks = 5) d");
    }

    @Test
    void aCounterOfAnAssociation() {
        requireRefused("Painting.printsCount", this::locked, "from Painting p where p.printsCount > 0");
    }

    @Test
    void otherLocks() {
        assumeTrue(TestServer.HAS_SLOTS);
        for (LockModeType mode : List.of(LockModeType.PESSIMISTIC_READ, LockModeType.PESSIMISTIC_FORCE_INCREMENT)) {
            assertThatThrownBy(() -> db.inTransaction(
                            session -> session.createSelectionQuery("from Banner b where b.clicks = 5", Banner.class)
                                    .setLockMode(mode)
                                    .getResultList()))
                    .isInstanceOf(UncountableStatementException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update Banner b set b.title = 'x' where b.id in (select o.id from Banner o where o.clicks = 5)",
                "delete from Banner b where exists (select 1 from Banner o where o.id = b.id and o.clicks = 5)",
                "update Visit v set v.length = 1 where v.bannerId in (select b.id from Banner b where b.clicks > 4)",
                "update Visit v set v.length = (select b.clicks from Banner b where b.id = 1)",
                "update Painting p set p.title = 'x' where p.museum.id = 1"
            })
    void aSubqueryIsSent(String hql) {
        assertThat(execute(hql)).isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void aSubqueryOfAStatementThatIsCounted() {
        assertThat(
                        execute(
                                "delete from Print p where p.painting.id in (select o.id from Painting o where o.printsCount = 1)"))
                .isEqualTo(1);
        assertThat(db.fromTransaction(session -> session.find(Painting.class, 1L)).printsCount)
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from Banner b where b.id in (select o.id from Banner o where o.clicks = 5)",
                "from Banner b where b.id = 1 order by b.clicks",
                "select v from Visit v where v.bannerId in (select b.id from Banner b where b.clicks > 4) and v.length = 4",
            })
    void aSubqueryOrAnOrderUnderALock(String hql) {
        assertThat(locked(hql)).isEqualTo(1);
    }

    /** PostgreSQL is left out: Hibernate fails there with a NullPointerException. */
    @Test
    void aQueryUnderALockThatSelectsTheEntityAfterAWith() {
        assumeTrue(TestServer.IS_MARIADB);
        String with = "with t as (select v.bannerId as id from Visit v) select b from Banner b join t t on t.id = b.id";
        assertThat(locked(with)).isEqualTo(1);
        requireRefused("Banner.clicks", this::locked, with + " where b.clicks = 5");
    }

    /** On PostgreSQL Hibernate locks only what the query selects, on MariaDB and before 7.1 each row that it looks at. */
    @Test
    void aRowThatIsJoined() {
        String hql = "select v from Visit v join Banner b on b.clicks > v.length";
        if (TestServer.IS_MARIADB || !HibernateVersions.isSince("7.1")) {
            requireRefused("Banner.clicks", this::locked, hql);
        } else {
            assertThat(locked(hql)).isEqualTo(1);
        }
    }

    /** Its ids are selected without a lock. */
    @Test
    void anEntityInSeveralTables() {
        assertThat(execute("update Opera c set c.title = 'x', c.seats = 50 where c.likes = 5"))
                .isEqualTo(1);
        assertThat(execute("delete from Opera c where c.likes = 5")).isEqualTo(1);
    }

    @Test
    void rowsOfASubqueryAreRightThoughTheStatementWaitsForASquash() throws Exception {
        assumeTrue(TestServer.HAS_SLOTS);
        OpenSquash.whileWaits(
                () -> assertThat(
                                locked(
                                        "from Banner b where exists (select 1 from Banner o where o.id = b.id and o.clicks = 5)"))
                        .isEqualTo(1),
                db,
                "update banner set clicks = clicks + 5",
                "delete from banner_slots");
        OpenSquash.whileWaits(
                () -> assertThat(
                                execute(
                                        "update Painting p set p.title = 'x' where exists (select 1 from Painting o where o.id = p.id and o.views = 5)"))
                        .isEqualTo(1),
                db,
                "update painting set views = views + 5",
                "delete from painting_slots where lower(counter) like '%views'");
    }

    @Test
    void anEntityInSeveralTablesIsRightThoughTheStatementWaitsForASquash() throws Exception {
        assumeTrue(TestServer.HAS_SLOTS);
        OpenSquash.whileWaits(
                () -> assertThat(execute("delete from Opera c where c.likes = 5"))
                        .isEqualTo(1),
                db,
                "update play set likes = likes + 5",
                "delete from play_slots");
    }
}
