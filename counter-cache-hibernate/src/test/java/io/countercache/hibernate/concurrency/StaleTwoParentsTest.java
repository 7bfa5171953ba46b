package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.modelcheck.ModelBlog;
import io.countercache.hibernate.modelcheck.ModelBlog.Author;
import io.countercache.hibernate.modelcheck.ModelBlog.Note;
import io.countercache.hibernate.modelcheck.ModelBlog.Post;
import io.countercache.hibernate.modelcheck.Teams;
import io.countercache.hibernate.support.TestDatabase;
import org.hibernate.cfg.AvailableSettings;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A child with two parents: one transaction changes the one, and another transaction, at once, the other. */
class StaleTwoParentsTest {

    private static TestDatabase database() {
        return TestDatabase.with(
                Post.class,
                Author.class,
                Note.class,
                ModelBlog.Comment.class,
                Teams.Team.class,
                Teams.Club.class,
                Teams.Media.class,
                Teams.Photo.class,
                Teams.Clip.class,
                ModelBlog.Vote.class,
                ModelBlog.Node.class);
    }

    private static void eachParentIsWhereItsTransactionPutIt(TestDatabase db) {
        Post first = db.persist(new Post());
        Post second = db.persist(new Post());
        Author author = db.persist(new Author());
        Note note = new Note();
        note.post = first;
        db.persist(note);
        db.inTransaction(session -> {
            Note stale = session.find(Note.class, note.id);
            db.inTransaction(other -> other.find(Note.class, note.id).post = second);
            stale.author = author;
        });
        assertThat(db.number("select post_id from note")).isEqualTo(second.id);
        assertThat(db.number("select author_id from note")).isEqualTo(author.id);
        assertThat(notesCount(db, first)).isZero();
        assertThat(notesCount(db, second)).isEqualTo(1);
        assertThat(db.number("select notes_count from author")).isEqualTo(1);
    }

    private static long notesCount(TestDatabase db, Post post) {
        return db.number("select notes_count from post where id = " + post.id);
    }

    @Nested
    class Check {

        @RegisterExtension
        final TestDatabase db = database();

        @Test
        void neitherIsInTheOthersWay() {
            eachParentIsWhereItsTransactionPutIt(db);
        }
    }

    @Nested
    class Lock {

        @RegisterExtension
        final TestDatabase db = database().setting(CounterCacheSettings.STALE_CHILDREN, "lock");

        @Test
        void neitherIsInTheOthersWay() {
            eachParentIsWhereItsTransactionPutIt(db);
        }
    }

    @Nested
    class Batched {

        @RegisterExtension
        final TestDatabase db = database().setting(AvailableSettings.STATEMENT_BATCH_SIZE, "20");

        @Test
        void neitherIsInTheOthersWay() {
            eachParentIsWhereItsTransactionPutIt(db);
        }
    }
}
