package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A transaction that has added to a slot may write the row next. Whoever has locked the row does not wait for the slot, or they would
 * wait for each other.
 */
@Tag("postgresql")
class SlotLocksTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Reply.class);

    private Page page;

    @BeforeEach
    void aPageThatHasBeenViewed() {
        page = db.persist(new Page());
        view();
    }

    private Counters<Page> on(Session session) {
        return CounterCaches.of(session).on(Page.class, page.id);
    }

    private void view() {
        db.inTransaction(session -> on(session).increment("views", 5));
    }

    private void whileAViewerIsGoingToChangeThePage(Runnable work) {
        try (Concurrently threads = new Concurrently(db)) {
            db.inTransaction(session -> {
                on(session).increment("views", 2);
                Concurrently.finish(threads.start(work));
                session.find(Page.class, page.id).title = "a viewed page";
            });
        }
    }

    private void changeInTransaction(Consumer<Counters<Page>> change) {
        db.inTransaction(session -> change.accept(on(session)));
    }

    private long views() {
        return db.fromTransaction(session -> on(session).value("views").longValue());
    }

    @Test
    void aSquashLeavesASlotThatIsBeingWritten() {
        whileAViewerIsGoingToChangeThePage(
                () -> CounterRepair.of(db.factory(), Page.class).squash());
        assertThat(views()).isEqualTo(7);
        CounterRepair.of(db.factory(), Page.class).squash();
        assertThat(db.number("select count(*) from page_views_slots")).isZero();
        assertThat(views()).isEqualTo(7);
    }

    @Test
    void whatIsTakenIsTakenFromWhatIsCommitted() {
        whileAViewerIsGoingToChangeThePage(() -> changeInTransaction(counters -> {
            assertThat(counters.tryDecrement("views", 6)).isFalse();
            assertThat(counters.take("views", 4)).isEqualTo(1);
        }));
        assertThat(views()).isEqualTo(3);
        changeInTransaction(counters -> assertThat(counters.take("views", 3)).isZero());
        CounterRepair.of(db.factory(), Page.class).squash();
        assertThat(views()).isZero();
    }

    @Test
    void whatIsSetIsSetAndWhatIsAddedMeanwhileIsAdded() {
        whileAViewerIsGoingToChangeThePage(() -> changeInTransaction(counters -> counters.set("views", 100)));
        assertThat(views()).isEqualTo(102);
        changeInTransaction(counters -> counters.set("views", 50));
        view();
        assertThat(views()).isEqualTo(55);
        CounterRepair.of(db.factory(), Page.class).squash();
        assertThat(views()).isEqualTo(55);
    }

    @Test
    void aWriterOfAReplyDoesNotWaitForAViewer() {
        whileAViewerIsGoingToChangeThePage(() -> db.inTransaction(session -> {
            Reply reply = new Reply(session.getReference(Page.class, page.id));
            reply.pinned = true;
            session.persist(reply);
        }));
        assertThat(views()).isEqualTo(7);
    }
}
