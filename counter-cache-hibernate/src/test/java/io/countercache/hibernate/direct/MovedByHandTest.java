package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.internal.model.MovedByHand;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.TransactionRequiredException;
import java.time.Instant;
import java.util.Map;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Derived counters that are moved by hand, though they should not be. */
class MovedByHandTest {

    @Entity(name = "Page")
    static class Page {
        @Id
        long id = 1;

        Instant changed = Instant.EPOCH;
        int linesCount;
        int viewsCount;
    }

    @Entity(name = "Cover")
    static class Cover extends Page {}

    @Entity(name = "Line")
    static class Line {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Page page;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Cover.class, Line.class);

    private final LogMessages log = new LogMessages(MovedByHand.class.getName());

    @BeforeEach
    void cover() {
        db.persist(new Cover());
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    private static void move(Session session, Class<? extends Page> entity) {
        var counters = CounterCaches.of(session).on(entity, 1L);
        counters.increment("linesCount");
        counters.add(Map.of("viewsCount", 1, "linesCount", -1));
    }

    @Test
    void isWarnedOfOnceWhateverClassIsNamed() {
        db.inTransaction(session -> CounterCaches.of(session).on(Page.class, 1L).increment("viewsCount"));
        assertThat(log.texts()).isEmpty();
        db.inTransaction(session -> move(session, Cover.class));
        db.inTransaction(session -> move(session, Page.class));
        assertThat(log.texts())
                .containsExactly("Page.linesCount is kept equal to what it counts already, and is wrong if it is"
                        + " also changed by hand: remove that; after changes that are not counted call"
                        + " reset(\"linesCount\")");
    }

    @Test
    void isNotWarnedOfIfItIsOnlyTouched() {
        db.inTransaction(session -> {
            var page = CounterCaches.of(session).on(Page.class, 1L).touching("changed");
            page.increment("linesCount", 0);
            page.add(Map.of("viewsCount", 1, "linesCount", 0));
        });
        assertThat(db.number("select count(*) from page where changed > timestamp '2000-01-01 00:00:00'"))
                .isEqualTo(1);
        assertThat(log.texts()).isEmpty();
    }

    @Test
    void isNotWarnedOfIfTheCallIsRefused() {
        try (Session session = db.factory().openSession()) {
            var page = CounterCaches.of(session).on(Page.class, 1L);
            assertThatThrownBy(() -> page.increment("linesCount")).isInstanceOf(TransactionRequiredException.class);
        }
        assertThat(log.texts()).isEmpty();
    }
}
