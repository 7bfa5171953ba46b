package io.countercache.hibernate.repair;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCacheException;
import io.countercache.Drift;
import io.countercache.RepairProgress;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.mapping.IdentifierTest.Floor;
import io.countercache.hibernate.mapping.IdentifierTest.FloorKey;
import io.countercache.hibernate.mapping.IdentifierTest.Hotel;
import io.countercache.hibernate.mapping.IdentifierTest.Stay;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.OptimisticLockException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Repairing and verifying whole tables. */
class RepairTest {

    private static final int POSTS = 25;

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Post.class, Author.class, Comment.class, Hotel.class, Floor.class, Stay.class);

    private final List<Post> posts = new ArrayList<>();

    @BeforeEach
    void posts() {
        db.inTransaction(session -> {
            for (int i = 0; i < POSTS; i++) {
                Post post = new Post("post " + i);
                for (int comments = i % 3; comments > 0; comments--) {
                    post.add(new Comment());
                }
                session.persist(post);
                posts.add(post);
            }
        });
    }

    private CounterRepair repair() {
        return CounterRepair.of(db.factory(), Post.class);
    }

    private void breakEveryFifth() {
        for (int i = 0; i < POSTS; i += 5) {
            db.execute("update post set comments_count = 90 where id = " + posts.get(i).id);
        }
    }

    private Drift drift(int post) {
        return new Drift("Post", posts.get(post).id, "commentsCount", 90, (long) (post % 3));
    }

    @Test
    void whatIsWrongIsFoundAndCorrectedInChunks() {
        breakEveryFifth();
        RepairReport report = repair().chunkSize(10).repair();
        assertThat(report.examined()).isEqualTo(POSTS);
        assertThat(report.drifted()).isEqualTo(5);
        assertThat(report.first()).containsExactly(drift(0), drift(5), drift(10), drift(15), drift(20));
        assertThat(report.failures()).isEmpty();
        assertThat(report.elapsed()).isPositive();
        assertThat(repair().verify()).matches(RepairReport::isClean);
    }

    @Test
    void onlyRowsThatAreWrongAreLockedAndWritten() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        breakEveryFifth();
        List<String> sql = db.statementsOf(() -> repair().chunkSize(10).repair());
        assertThat(counterUpdates(sql)).hasSize(5);
        assertThat(sql.stream().filter(statement -> statement.contains(" for ")))
                .as("locks, one statement for each chunk in which something is wrong")
                .hasSize(3);
    }

    @Test
    void verifyingAndRepairingWhatIsRightNeitherLockNorWrite() {
        for (RepairReport report : List.of(repair().verify(), repair().repair())) {
            assertThat(report.isClean()).isTrue();
            assertThat(report.examined()).isEqualTo(POSTS);
        }
        assertThat(db.statementsOf(() -> repair().repair()).stream()
                        .filter(statement -> !statement.contains(" transaction"))) // MariaDB has two that begin one
                .allMatch(statement -> statement.startsWith("select") && !statement.contains(" for "));
    }

    @Test
    void verifyingChangesNothing() {
        breakEveryFifth();
        assertThat(repair().verify().drifted()).isEqualTo(5);
        assertThat(repair().verify().drifted()).isEqualTo(5);
        assertThat(repair().repair().drifted()).isEqualTo(5);
    }

    @Test
    void progressIsToldAndARepairGoesOnWhereItWasLeft() {
        breakEveryFifth();
        List<RepairProgress> told = new ArrayList<>();
        assertThatThrownBy(() -> repair().chunkSize(10)
                        .onProgress(progress -> {
                            told.add(progress);
                            throw new IllegalStateException("enough");
                        })
                        .repair())
                .hasMessage("enough");
        assertThat(told).hasSize(1);
        assertThat(told.get(0).examined()).isEqualTo(10);
        assertThat(told.get(0).total()).isEqualTo(POSTS);
        assertThat(told.get(0).drifted()).isEqualTo(2);
        assertThat(told.get(0).lastId()).isEqualTo(posts.get(9).id);

        RepairReport rest = repair().after(told.get(0).lastId()).chunkSize(10).repair();
        assertThat(rest.examined()).isEqualTo(15);
        assertThat(rest.first()).containsExactly(drift(10), drift(15), drift(20));
    }

    @Test
    void anInterruptEndsTheRepairBetweenTwoChunks() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(
                        () -> repair().chunkSize(10).pause(Duration.ofHours(1)).repair())
                .isInstanceOf(CounterCacheException.class)
                .hasMessage("The repair of Post was interrupted after id %s: go on with after(..)", posts.get(9).id);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anEmptyTableIsClean() {
        db.inTransaction(session -> posts.forEach(post -> session.remove(session.find(Post.class, post.id))));
        assertThat(repair().repair().examined()).isZero();
    }

    @Test
    void aTableThatEndsWithAFullChunkIsDoneOnce() {
        assertThat(repair().chunkSize(5).repair().examined()).isEqualTo(POSTS);
        assertThat(repair().chunkSize(1).repair().examined()).isEqualTo(POSTS);
        assertThat(repair().chunkSize(POSTS).repair().examined()).isEqualTo(POSTS);
    }

    @Test
    void idsThatAreStringsUuidsOrCompositeAreRepairedToo() {
        for (int i = 0; i < 7; i++) {
            Hotel hotel = db.persist(new Hotel());
            Floor floor = db.persist(new Floor(new FloorKey(i < 4 ? "north" : "south", i)));
            db.persist(new Stay(hotel, floor));
            db.persist(new Author("author " + i));
        }
        db.execute("update hotel set stays_count = 9");
        db.execute("update floor set stays_count = 9");
        db.execute("update author set comments_count = 9");
        for (Class<?> entity : List.of(Hotel.class, Floor.class, Author.class)) {
            RepairReport report =
                    CounterRepair.of(db.factory(), entity).chunkSize(2).repair();
            assertThat(report.failures()).isEmpty();
            assertThat(report.drifted()).isEqualTo(7);
            assertThat(report.examined()).isEqualTo(7);
        }
    }

    @Test
    void everyEntityIsVerifiedTogether() {
        db.persist(new Author("Ann"));
        db.execute("update author set comments_count = 3");
        breakEveryFifth();
        RepairReport report = CounterRepair.verifyAll(db.factory());
        assertThat(report.drifted()).isEqualTo(6);
        assertThat(report.examined()).isEqualTo(POSTS + 1);
        assertThat(report.isClean()).isFalse();
        db.execute("update author set comments_count = 0");
        repair().repair();
    }

    @Test
    void aRepairUnderTrafficIsExact() {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger roles = new AtomicInteger();
        TrafficTest.onThreads(4, () -> {
            int role = roles.getAndIncrement();
            if (role == 0) {
                for (int i = 0; i < 20; i++) {
                    breakEveryFifth();
                    repair().chunkSize(7).repair();
                }
                done.set(true);
            } else {
                for (int i = role; !done.get(); i++) {
                    Post post = posts.get(i * 7 % POSTS);
                    try {
                        db.inTransaction(session -> change(session, post));
                    } catch (OptimisticLockException stale) {
                        // another thread removed the same comment
                    }
                }
            }
            return null;
        });
    }

    private static void change(Session session, Post post) {
        List<Comment> comments = session.createSelectionQuery("from Comment c where c.post = :post", Comment.class)
                .setParameter("post", post)
                .getResultList();
        session.persist(new Comment(post));
        session.persist(new Comment(post));
        if (comments.size() > 3) {
            session.remove(comments.get(0));
        }
    }

    @Test
    void wrongCallsAreRefusedBeforeAnySql() {
        List<String> sql = db.statementsOf(() -> {
            assertThatThrownBy(() -> CounterRepair.of(db.factory(), Comment.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Comment has no counters: put @CounterCache on an association that leads to it");
            assertThatThrownBy(() -> CounterRepair.of(db.factory(), String.class))
                    .hasMessage("java.lang.String is not an entity: name one that has counters");
            assertThatThrownBy(() -> repair().counters("likes"))
                    .hasMessage(
                            "Post has no counter 'likes': name one of its counters, or a collection that is counted:"
                                    + " commentsCount");
            assertThatThrownBy(() -> repair().chunkSize(0))
                    .hasMessage("chunkSize 0 is not a number of rows: use 1 or more");
            assertThatThrownBy(() -> repair().pause(Duration.ofMillis(-1)))
                    .hasMessage("pause PT-0.001S is negative: use Duration.ZERO or more");
            assertThatThrownBy(() -> repair().after("five"))
                    .hasMessage("Post has ids of type Long, not String: pass one of those");
        });
        assertThat(sql).isEmpty();
    }
}
