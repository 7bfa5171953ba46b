package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.EachWrite;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When a session writes a slot of a page that it manages, its page shows the whole value, with what others have added meanwhile. */
@Tag("postgresql") // elsewhere nobody returns new values
@EachWrite
class SlotManagedTest {

    @RegisterExtension
    final TestDatabase db;

    private final String write;
    private Page page;

    SlotManagedTest(String write) {
        this.write = write;
        db = TestDatabase.with(Page.class, Reply.class).setting(CounterCacheSettings.WRITE, write);
    }

    @BeforeEach
    void aPage() {
        page = db.persist(new Page());
        reply();
    }

    private Page find(Session session) {
        return session.find(Page.class, page.id);
    }

    private void reply() {
        db.inTransaction(session -> session.persist(new Reply(session.getReference(Page.class, page.id))));
    }

    @Test
    void whatOthersHaveAddedIsShownAfterTheCommit() {
        Page shown = db.fromTransaction(session -> {
            Page managed = find(session);
            reply();
            session.persist(new Reply(managed));
            session.flush();
            assertThat(managed.repliesCount).as("what is known").isEqualTo(2);
            return managed;
        });
        assertThat(shown.repliesCount).isEqualTo(3);
        assertThat(shown.paidTotal).isEqualByComparingTo("3.75");
    }

    @Test
    void itIsShownInTheTransactionThatWritesEarlier() {
        db.inTransaction(session -> {
            Page managed = find(session);
            reply();
            session.persist(new Reply(managed));
            CounterCaches.of(session).flush();
            assertThat(managed.repliesCount).isEqualTo(3);
            managed.title = "another title"; // the page is not written over
            session.persist(new Reply(managed));
        });
        db.inTransaction(session -> assertThat(find(session).repliesCount).isEqualTo(4));
    }

    @Test
    void itIsShownByHandAsWell() {
        db.inTransaction(session -> {
            Page managed = find(session);
            db.inTransaction(
                    other -> CounterCaches.of(other).on(Page.class, page.id).increment("views", 5));
            CounterCaches.of(session).on(Page.class, page.id).increment("views");
            assertThat(managed.views).isEqualTo(6);
        });
    }

    @Test
    void aPageThatIsCorrectedShowsColumnAndSlots() {
        db.execute("update page_views set replies_count = 5");
        db.inTransaction(session -> {
            Page managed = find(session);
            assertThat(managed.repliesCount).isEqualTo(6);
            CounterCaches.of(session).resetCounters(Page.class, page.id);
            assertThat(managed.repliesCount).isEqualTo(1);
        });
    }

    @Test
    void whatIsReadIsOneStatementForEachCounterOfAManagedPage() {
        List<String> sent = aboutPages(() -> db.inTransaction(session -> session.persist(new Reply(find(session)))));
        assertThat(sent).hasSize(5); // the load, and for each of two counters a slot and its value
        assertThat(sent.get(4)).startsWith("select cast((coalesce(page_views.replies_count, 0) + ");

        assertThat(aboutPages(this::reply)).as("of a page that is not managed").hasSize(2);
    }

    @Test
    void theLastValueIsReadInTheMessageWithTheCommit() {
        List<String> messages =
                db.messagesOf(() -> db.inTransaction(session -> session.persist(new Reply(find(session)))));
        String last = messages.get(messages.size() - 1);
        if (write.equals("with_commit")) {
            assertThat(last)
                    .startsWith("insert into page_views_slots")
                    .contains("; select cast(")
                    .endsWith("; commit");
        } else {
            assertThat(last).startsWith("select cast(").doesNotContain(";");
        }
    }

    private List<String> aboutPages(Runnable work) {
        return db.statementsOf(work).stream()
                .filter(sql -> sql.contains("page_views"))
                .toList();
    }

    /**
     * The statement that adds began before the commit of the squash: it sees the column and the other slots as they were, and writes a
     * slot as it is.
     */
    @Test
    void aSquashForWhichTheSlotHasWaitedIsNotLost() throws Exception {
        for (int slot = 0; slot < 4; slot++) { // whichever is that of the connection
            db.execute("insert into page_views_slots (parent_id, counter, slot, amount) values (%d, 'VIEWS', %d, 10)"
                    .formatted(page.id, slot));
        }
        OpenSquash.whileWaits(
                () -> db.inTransaction(session -> {
                    Page managed = find(session);
                    CounterCaches.of(session).on(Page.class, page.id).increment("views");
                    assertThat(managed.views).isEqualTo(41);
                }),
                db,
                "update page_views set views = views + 40",
                "delete from page_views_slots where counter = 'VIEWS'");
    }
}
