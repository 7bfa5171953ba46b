package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.counting.Trips.Stop;
import io.countercache.hibernate.counting.Trips.Trip;
import io.countercache.hibernate.counting.Trips.Visit;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Parents that are inserted in the same flush as their children: their INSERT has the count already. */
class NewParentsTest {

    /** Cascades as where Jakarta Persistence starts Hibernate: else 6.6 does not let an orphan move to another owner. */
    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
                    Post.class, Author.class, Comment.class, Trip.class, Stop.class, Visit.class)
            .setting("hibernate.jpa.compliance.cascade", true);

    static Post post(int comments) {
        Post post = new Post("new");
        for (int i = 0; i < comments; i++) {
            post.add(new Comment());
        }
        return post;
    }

    private List<String> updatesOf(Consumer<Session> work) {
        return counterUpdates(db.statementsOf(() -> db.inTransaction(work)));
    }

    private long stored() {
        return db.number("select comments_count from post");
    }

    @Test
    void noUpdateIsSent() {
        Post post = post(3);
        assertThat(updatesOf(session -> {
                    session.persist(post);
                    session.flush();
                    assertThat(post.commentsCount).isEqualTo(3);
                    assertThat(session.isDirty()).isFalse();
                    assertThat(stored(session)).isEqualTo(3);
                }))
                .isEmpty();
        assertThat(stored()).isEqualTo(3);
        assertThat(post.version).isZero();
    }

    static int stored(Session session) {
        return session.doReturningWork(connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("select comments_count from post")) {
                rows.next();
                return rows.getInt(1);
            }
        });
    }

    @Test
    void whatComesInAnotherFlushIsAnUpdate() {
        assertThat(updatesOf(session -> {
                    Post post = post(2);
                    session.persist(post);
                    session.flush();
                    session.persist(post.add(new Comment()));
                }))
                .hasSize(1);
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void conditionsAndTotalsAreForeseenToo() {
        Trip trip = new Trip();
        assertThat(updatesOf(session -> {
                    session.persist(trip);
                    session.persist(new Stop(trip, true));
                    session.persist(new Stop(trip, false));
                    session.persist(new Stop(trip, true));
                }))
                .isEmpty();
        assertThat(trip.openCount).isEqualTo(2);
        assertThat(trip.costTotal).isEqualByComparingTo("4.50");
        assertThat(db.text("select cost_total from trip")).isEqualTo("4.50");
        assertThat(db.number("select open_count from trip")).isEqualTo(2);
    }

    @Test
    void whatIsTouchedAndWhatIsNotInsertedTakesAnUpdate() {
        Trip trip = new Trip();
        assertThat(updatesOf(session -> {
                    session.persist(trip);
                    session.persist(new Visit(trip));
                    session.persist(new Visit(trip));
                }))
                .hasSize(1);
        assertThat(db.number("select count(*) from trip where changed_at is not null and stops_count = 2"))
                .isEqualTo(1);
        assertThat(db.number("select seen_count from trip")).isEqualTo(2);
    }

    /** What looks at the session without a flush has foreseen what then does not come. */
    @Test
    void whatWasForeseenAndDoesNotComeIsTakenBack() {
        assertThat(updatesOf(session -> {
                    Post post = post(3);
                    session.persist(post);
                    assertThat(session.isDirty()).isTrue();
                    Comment gone = post.comments.remove(0);
                    session.remove(gone);
                    session.flush();
                    assertThat(post.commentsCount).isEqualTo(2);
                }))
                .hasSizeLessThan(2);
        assertThat(stored()).isEqualTo(2);
    }

    @Test
    void whatWasForeseenAndGoesElsewhereIsCountedThere() {
        db.inTransaction(session -> {
            Post from = post(2);
            Post to = post(1);
            session.persist(from);
            session.persist(to);
            assertThat(session.isDirty()).isTrue();
            Comment moved = from.comments.remove(0);
            to.add(moved);
        });
        assertThat(db.number("select count(*) from post where comments_count = 1"))
                .isEqualTo(1);
        assertThat(db.number("select count(*) from post where comments_count = 2"))
                .isEqualTo(1);
    }

    @Test
    void aQueryInBetweenSeesTheCount() {
        db.inTransaction(session -> {
            Post post = post(2);
            session.persist(post);
            assertThat(session.createSelectionQuery("select commentsCount from Post", Integer.class)
                            .getSingleResult())
                    .isEqualTo(2);
            session.persist(post.add(new Comment()));
            assertThat(session.createSelectionQuery("select commentsCount from Post", Integer.class)
                            .getSingleResult())
                    .isEqualTo(3);
        });
        assertThat(stored()).isEqualTo(3);
    }

    @Test
    void whatIsSkippedIsNotForeseen() {
        Post post = post(2);
        db.inTransaction(session -> {
            try (var skipped = CounterCaches.of(session).skip()) {
                assertThat(skipped).isNotNull();
                session.persist(post);
            }
            assertThat(stored(session)).isZero();
            CounterCaches.of(session).resetCounters(Post.class, post.id);
        });
    }

    /** There is no later moment that could make up for what was foreseen. */
    @Test
    void whatIsFlushedAfterTheCountersAreWrittenIsCountedOnce() {
        Post first = post(1);
        db.inTransaction(session -> {
            session.persist(first);
            session.unwrap(SessionImplementor.class).getTransactionCoordinator().addObserver(new LastMoment(() -> {
                session.persist(post(2));
                session.flush();
            }));
        });
        assertThat(db.number("select sum(comments_count) from post")).isEqualTo(3);
    }

    /** Which looks at the session twice: Hibernate sees no need to flush, but the children count for another parent, too. */
    @Test
    void aQueryOnAnotherParentForeseesTheSame() {
        assertThat(updatesOf(session -> {
                    session.persist(post(2));
                    session.createSelectionQuery("from Author", Author.class).getResultList();
                    assertThat(stored(session)).isEqualTo(2);
                }))
                .isEmpty();
    }

    private record LastMoment(Runnable work) implements TransactionObserver {

        @Override
        public void afterBegin() {}

        @Override
        public void beforeCompletion() {
            work.run();
        }

        @Override
        public void afterCompletion(boolean successful, boolean delayed) {}
    }

    @Test
    void aParentThatIsInsertedAgainIsCountedOnce() {
        Post post = post(2);
        db.inTransaction(session -> {
            session.persist(post);
            session.flush();
            session.remove(post);
            session.flush();
            Post again = post(3);
            session.persist(again);
        });
        assertThat(stored()).isEqualTo(3);
    }
}
