package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.LockModeType;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever has a page locked works with all that is in its slots, however old the transaction is. */
@Tag("databases") // where a query reads what was there when the transaction began
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {AtIsolation.READ_COMMITTED, AtIsolation.REPEATABLE_READ})
class SlotIsolationTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Reply.class);

    private final String isolation;
    private AtIsolation isolated;
    private Page page;

    SlotIsolationTest(String isolation) {
        AtIsolation.assumeNothingIsRefused(isolation);
        this.isolation = isolation;
    }

    @BeforeEach
    void aPageThatHasBeenViewed() {
        isolated = AtIsolation.of(isolation, db);
        page = db.persist(new Page());
        view(5);
    }

    @AfterEach
    void close() {
        isolated.close();
    }

    private Counters<Page> on(Session session) {
        return CounterCaches.of(session).on(Page.class, page.id);
    }

    private void view(int times) {
        db.inTransaction(session -> on(session).increment("views", times));
    }

    private Page loaded() {
        return db.fromTransaction(session -> session.find(Page.class, page.id));
    }

    /** Does something in a transaction that has read before the page is viewed once more, and a reply comes. */
    private void afterAnotherView(Consumer<Session> work) {
        isolated.factory().inTransaction(session -> {
            session.createSelectionQuery("from Reply", Reply.class).getResultList();
            view(2);
            db.inTransaction(other -> other.persist(new Reply(other.getReference(Page.class, page.id))));
            work.accept(session);
        });
    }

    @Test
    void aPageThatIsLoadedUnderALock() {
        afterAnotherView(session -> {
            Page locked = SameSource.find(session, Page.class, page.id, LockModeType.PESSIMISTIC_WRITE);
            assertThat(locked.views).isEqualTo(7);
            assertThat(locked.repliesCount).isEqualTo(1);
        });
    }

    @Test
    void whatIsTaken() {
        afterAnotherView(session -> assertThat(on(session).take("views", 6)).isEqualTo(1));
        assertThat(loaded().views).isEqualTo(1);
    }

    @Test
    void whatIsSet() {
        afterAnotherView(session -> on(session).set("views", 100));
        assertThat(loaded().views).isEqualTo(100);
    }

    @Test
    void aReset() {
        db.execute("update page_views set replies_count = 3");
        afterAnotherView(session -> assertThat(on(session).reset("repliesCount"))
                .singleElement()
                .satisfies(drift -> assertThat(drift.stored()).isEqualTo(4)));
        assertThat(loaded().repliesCount).isEqualTo(1);
        CounterRepair.verifyAll(db.factory()).requireClean();
    }

    @Test
    void aSquash() {
        afterAnotherView(
                session -> CounterRepair.of(isolated.factory(), Page.class).squash());
        assertThat(db.number("select views from page_views")).isEqualTo(7);
        assertThat(loaded().views).isEqualTo(7);
    }

    @Test
    void aPageThatIsDeletedMeanwhileIsViewedByNobody() {
        try (Concurrently threads = new Concurrently(db)) {
            Future<?> viewing = db.fromTransaction(session -> {
                session.remove(session.find(Page.class, page.id));
                session.flush();
                Future<?> waiting = threads.start(() -> isolated.factory()
                        .inTransaction(other ->
                                assertThat(on(other).increment("views")).isZero()));
                threads.awaitWaiting(1);
                return waiting;
            });
            Concurrently.finish(viewing);
        }
        assertThat(db.number("select count(*) from page_views_slots")).isZero();
    }
}
