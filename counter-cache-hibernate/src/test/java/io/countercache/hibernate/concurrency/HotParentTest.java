package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Many transactions that insert rows of the same two posts at once, with foreign keys. None of them fails, though on some databases
 * an INSERT locks the row that it refers to, which the transaction is going to update.
 */
@Tag("databases")
class HotParentTest {

    private static final int THREADS = 8;
    private static final int TRANSACTIONS = 40;

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(HotPost.class, HotComment.class, HotNote.class, HotReference.class, HotTag.class);

    private final AtomicLong ids = new AtomicLong(100);

    @Entity(name = "HotPost")
    static class HotPost {
        @Id
        Long id;

        int commentsCount;
        int notesCount;
        int referencesCount;
        int referredCount;
        int tagsCount;

        @ManyToMany
        @CounterCache("tagsCount")
        Set<HotTag> tags = new HashSet<>();

        HotPost() {}

        HotPost(long id) {
            this.id = id;
        }
    }

    /** Inserted by a flush. */
    @Entity(name = "HotComment")
    static class HotComment {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("commentsCount")
        HotPost post;

        HotComment() {}

        HotComment(long id, HotPost post) {
            this.id = id;
            this.post = post;
        }
    }

    /** Inserted by {@code persist}. */
    @Entity(name = "HotNote")
    static class HotNote {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("notesCount")
        HotPost post;

        HotNote() {}

        HotNote(HotPost post) {
            this.post = post;
        }
    }

    /** Counts on two posts. */
    @Entity(name = "HotReference")
    static class HotReference {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("referencesCount")
        HotPost from;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("referredCount")
        HotPost to;

        HotReference() {}

        HotReference(long id, HotPost from, HotPost to) {
            this.id = id;
            this.from = from;
            this.to = to;
        }
    }

    @Entity(name = "HotTag")
    static class HotTag {
        @Id
        Long id;

        HotTag() {}

        HotTag(long id) {
            this.id = id;
        }
    }

    @BeforeEach
    void posts() {
        db.persist(new HotPost(1));
        db.persist(new HotPost(2));
    }

    private void run(Callable<?> transaction) {
        TrafficTest.onThreads(THREADS, () -> {
            for (int i = 0; i < TRANSACTIONS; i++) {
                transaction.call();
            }
            return null;
        });
    }

    private long counted(String counter) {
        return db.number("select sum(" + counter + ") from hot_post");
    }

    @Test
    void rowsThatAFlushInserts() {
        run(() -> {
            db.inTransaction(session ->
                    session.persist(new HotComment(ids.incrementAndGet(), session.getReference(HotPost.class, 1L))));
            return null;
        });

        assertThat(counted("comments_count")).isEqualTo(THREADS * TRANSACTIONS);
    }

    @Test
    void rowsWithIdsOfTheDatabase() {
        run(() -> {
            db.inTransaction(session -> session.persist(new HotNote(session.getReference(HotPost.class, 1L))));
            return null;
        });

        assertThat(counted("notes_count")).isEqualTo(THREADS * TRANSACTIONS);
    }

    @Test
    void rowsOfAStatelessSession() {
        run(() -> {
            db.factory()
                    .inStatelessTransaction(
                            session -> session.insert(new HotComment(ids.incrementAndGet(), new HotPost(1))));
            return null;
        });

        assertThat(counted("comments_count")).isEqualTo(THREADS * TRANSACTIONS);
    }

    @Test
    void rowsOfTwoPostsInAnyOrder() {
        run(() -> {
            db.inTransaction(session -> {
                long id = ids.incrementAndGet();
                HotPost one = session.getReference(HotPost.class, 1 + id % 2);
                HotPost other = session.getReference(HotPost.class, 2 - id % 2);
                session.persist(new HotReference(id, one, other));
                session.persist(new HotComment(id, other));
            });
            return null;
        });

        assertThat(counted("references_count")).isEqualTo(THREADS * TRANSACTIONS);
        assertThat(counted("referred_count")).isEqualTo(THREADS * TRANSACTIONS);
    }

    @Test
    void rowsThatMoveFromOnePostToTheOther() {
        for (long id = 1; id <= THREADS * TRANSACTIONS; id++) {
            db.persist(new HotComment(id, new HotPost(1 + id % 2)));
        }
        AtomicLong moved = new AtomicLong();

        run(() -> {
            db.inTransaction(session -> {
                HotComment comment = session.find(HotComment.class, moved.incrementAndGet());
                comment.post = session.getReference(HotPost.class, 2 - comment.id % 2);
            });
            return null;
        });

        assertThat(counted("comments_count")).isEqualTo(THREADS * TRANSACTIONS);
    }

    @Test
    void elementsOfACollection() {
        for (long id = 1; id <= THREADS * TRANSACTIONS; id++) {
            db.persist(new HotTag(id));
        }
        AtomicLong tags = new AtomicLong();

        run(() -> {
            db.inTransaction(session -> {
                HotTag tag = session.getReference(HotTag.class, tags.incrementAndGet());
                session.find(HotPost.class, 1L).tags.add(tag);
            });
            return null;
        });

        assertThat(counted("tags_count")).isEqualTo(THREADS * TRANSACTIONS);
    }
}
