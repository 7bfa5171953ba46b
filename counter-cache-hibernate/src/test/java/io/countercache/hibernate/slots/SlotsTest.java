package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.Drift;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Counters that are spread over slots are what other counters are, to everybody who reads and changes them. */
@Tag("databases")
class SlotsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Reply.class);

    private Page page() {
        return db.persist(new Page());
    }

    private Page pageWithReplies(int replies) {
        Page page = page();
        addReplies(page, replies);
        return page;
    }

    private void addReplies(Page page, int replies) {
        db.inTransaction(session -> IntStream.range(0, replies)
                .forEach(i -> session.persist(new Reply(session.getReference(Page.class, page.id)))));
    }

    private Page loaded(Page page) {
        return db.fromTransaction(session -> session.find(Page.class, page.id));
    }

    private long slots() {
        return db.number("select count(*) from page_views_slots");
    }

    private long column(String name, Page page) {
        return db.number("select " + name + " from page_views where id = " + page.id);
    }

    private void requireClean() {
        CounterRepair.verifyAll(db.factory()).requireClean();
    }

    @Test
    void whatIsCountedGoesToSlotsAndIsReadFromThem() {
        Page page = pageWithReplies(3);
        if (TestServer.HAS_SLOTS) {
            assertThat(column("replies_count", page)).isZero();
            assertThat(slots()).isEqualTo(2); // of two counters
        }
        assertThat(loaded(page).repliesCount).isEqualTo(3);
        assertThat(loaded(page).paidTotal).isEqualByComparingTo("3.75");
        requireClean();
    }

    @Test
    void queriesFilterAndSortByTheWholeValue() {
        Page few = pageWithReplies(1);
        Page many = pageWithReplies(5);
        Page some = pageWithReplies(3);
        List<Long> ids = db.fromTransaction(session -> session.createSelectionQuery(
                        "select p.id from Page p where p.repliesCount > 1 order by p.repliesCount desc", Long.class)
                .getResultList());
        assertThat(ids).containsExactly(many.id, some.id);
        List<Integer> counts = db.fromTransaction(session -> session.createSelectionQuery(
                        "select p.repliesCount from Page p order by p.id", Integer.class)
                .getResultList());
        assertThat(counts).containsExactly(1, 5, 3);
        assertThat(few.id).isNotNull();
    }

    @Test
    void aJoinedAndARefreshedPageHaveTheWholeValue() {
        pageWithReplies(2);
        db.inTransaction(session -> {
            Reply reply = session.createSelectionQuery("from Reply r join fetch r.page order by r.id", Reply.class)
                    .setMaxResults(1)
                    .getSingleResult();
            assertThat(reply.page.repliesCount).isEqualTo(2);
            session.persist(new Reply(reply.page));
            CounterCaches.of(session).flush();
            session.refresh(reply.page);
            assertThat(reply.page.repliesCount).isEqualTo(3);
        });
    }

    @Test
    void aManagedPageShowsWhatItsTransactionHasChanged() {
        Page page = pageWithReplies(2);
        db.inTransaction(session -> {
            Page managed = session.find(Page.class, page.id);
            session.persist(new Reply(managed));
            session.flush();
            assertThat(managed.repliesCount).isEqualTo(3);
            managed.title = "another title";
        });
        assertThat(loaded(page).repliesCount).isEqualTo(3);
        requireClean();
    }

    @Test
    void repliesThatMoveAndGoAreTakenOff() {
        Page one = pageWithReplies(3);
        Page other = page();
        db.inTransaction(session -> {
            List<Reply> replies = replies(session);
            replies.get(0).page = session.getReference(Page.class, other.id);
            session.remove(replies.get(1));
        });
        assertThat(loaded(one).repliesCount).isEqualTo(1);
        assertThat(loaded(other).repliesCount).isEqualTo(1);
        requireClean();
    }

    private static List<Reply> replies(Session session) {
        return session.createSelectionQuery("from Reply order by id", Reply.class)
                .getResultList();
    }

    @Test
    @SinceHibernate("7.2")
    void bulkStatementsAreCounted() {
        Page page = pageWithReplies(4);
        db.inTransaction(session -> {
            long first = replies(session).get(0).id;
            session.createMutationQuery("delete from Reply where id = :id")
                    .setParameter("id", first)
                    .executeUpdate();
            session.createMutationQuery("update Reply set price = 2").executeUpdate();
        });
        assertThat(loaded(page).repliesCount).isEqualTo(3);
        assertThat(loaded(page).paidTotal).isEqualByComparingTo("6");
        requireClean();
    }

    @Test
    void aSizeIsToldByTheWholeValue() {
        Page page = pageWithReplies(2);
        db.inTransaction(session ->
                assertThat(session.find(Page.class, page.id).replies.size()).isEqualTo(2));
    }

    @Test
    void twoCountersOfOnePageOfWhichOneIsInItsColumn() {
        Page page = page();
        db.inTransaction(session -> {
            Reply reply = new Reply(session.getReference(Page.class, page.id));
            reply.pinned = true;
            session.persist(reply);
        });
        assertThat(column("pins_count", page)).isEqualTo(1);
        assertThat(loaded(page).repliesCount).isEqualTo(1);
        requireClean();
    }

    @Test
    void aPageThatIsRemovedTakesItsSlotsAlong() {
        Page page = pageWithReplies(2);
        db.inTransaction(session -> session.remove(session.find(Page.class, page.id)));
        assertThat(slots()).isZero();
        assertThat(db.number("select count(*) from page_views")).isZero();
    }

    @Test
    void driftIsFoundAndCorrected() {
        Page page = pageWithReplies(3);
        db.execute("update page_views set replies_count = replies_count + 2");
        db.inTransaction(session -> {
            assertThat(on(session, page).drift())
                    .extracting(Drift::stored, Drift::actual)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(5, 3L));
            CounterCaches.of(session).resetCounters(Page.class, page.id);
        });
        assertThat(loaded(page).repliesCount).isEqualTo(3);
        db.execute("update page_views set replies_count = replies_count + 2");
        assertThat(CounterRepair.of(db.factory(), Page.class).repair().isClean())
                .isFalse();
        requireClean();
        assertThat(loaded(page).repliesCount).isEqualTo(3);
    }

    @Test
    void squashMovesSlotsIntoTheColumn() {
        Page page = pageWithReplies(3);
        Page other = pageWithReplies(1);
        long squashed = CounterRepair.of(db.factory(), Page.class).squash();
        assertThat(squashed).isEqualTo(TestServer.HAS_SLOTS ? 4 : 0);
        assertThat(slots()).isZero();
        assertThat(column("replies_count", page)).isEqualTo(3);
        assertThat(loaded(other).repliesCount).isEqualTo(1);
        assertThat(loaded(page).paidTotal).isEqualByComparingTo(new BigDecimal("3.75"));
        requireClean();
    }

    /** It is the index by which slots are looked up. */
    @Test
    void thePrimaryKeyBeginsWithThePageHoweverHibernateSortsColumns() throws SQLException {
        assumeTrue(TestServer.HAS_SLOTS);
        db.configuration()
                .setProperty("hibernate.hbm2ddl.auto", "create")
                .buildSessionFactory()
                .close();
        Map<Short, String> columns = new TreeMap<>();
        try (var connection = db.connections().getConnection();
                var key = connection
                        .getMetaData()
                        .getPrimaryKeys(connection.getCatalog(), connection.getSchema(), "page_views_slots")) {
            while (key.next()) {
                columns.put(key.getShort("KEY_SEQ"), key.getString("COLUMN_NAME"));
            }
        }
        assertThat(columns.values()).containsExactly("parent_id", "counter", "slot");
    }

    // ---- by hand ----

    private Counters<Page> on(Session session, Page page) {
        return CounterCaches.of(session).on(Page.class, page.id);
    }

    @Test
    void viewsAreAddedToASlot() {
        Page page = page();
        db.inTransaction(session -> {
            assertThat(on(session, page).increment("views")).isEqualTo(1);
            assertThat(on(session, page).increment("views", 5)).isEqualTo(1);
            assertThat(on(session, page).value("views")).isEqualTo(6L);
        });
        if (TestServer.HAS_SLOTS) {
            assertThat(column("views", page)).isZero();
        }
        assertThat(loaded(page).views).isEqualTo(6);
    }

    @Test
    void viewsOfAPageThatIsNotThereAreNone() {
        db.inTransaction(session -> assertThat(
                        CounterCaches.of(session).on(Page.class, -1L).increment("views"))
                .isZero());
        assertThat(slots()).isZero();
    }

    @Test
    void pagesThatAreNotThereDoNotCount() {
        List<Long> ids = List.of(page().id, -1L, page().id);
        db.inTransaction(session -> assertThat(
                        CounterCaches.of(session).on(Page.class, ids).increment("views"))
                .isEqualTo(2));
    }

    @Test
    void aValueThatIsSetIsThatWhateverTheSlotsHad() {
        Page page = page();
        db.inTransaction(session -> on(session, page).increment("views", 5));
        db.inTransaction(
                session -> assertThat(on(session, page).set("views", 100)).isEqualTo(1));
        assertThat(loaded(page).views).isEqualTo(100);
        db.inTransaction(session -> on(session, page).increment("views", 5));
        assertThat(loaded(page).views).isEqualTo(105);
    }

    @Test
    void viewsAreNotSetByABulkStatement() {
        Page page = page();
        db.inTransaction(session -> on(session, page).increment("views", 5));
        db.inTransaction(session -> {
            session.createMutationQuery("update Page set title = 'another'").executeUpdate();
            assertThatThrownBy(() -> session.createMutationQuery("update Page set views = views + 1")
                            .executeUpdate())
                    .isInstanceOf(UncountableStatementException.class)
                    .hasMessageContaining("it sets Page.views, which has slots that it would leave as they are");
        });
        assertThat(loaded(page).views).isEqualTo(5);
    }

    @Test
    void takeAndTryDecrementSeeWhatIsInTheSlots() {
        Page page = page();
        db.inTransaction(session -> on(session, page).increment("views", 5));
        db.inTransaction(session -> {
            assertThat(on(session, page).take("views", 2)).isEqualTo(3);
            assertThat(on(session, page).tryDecrement("views", 4)).isFalse();
            assertThat(on(session, page).tryDecrement("views", 3)).isTrue();
        });
        assertThat(loaded(page).views).isZero();
    }
}
