package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.modelcheck.ModelBlog;
import io.countercache.hibernate.modelcheck.ModelBlog.Author;
import io.countercache.hibernate.modelcheck.ModelBlog.Note;
import io.countercache.hibernate.modelcheck.ModelBlog.Post;
import io.countercache.hibernate.modelcheck.Teams;
import io.countercache.hibernate.support.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A child with two parents: one transaction changes the one, and another transaction, at once, the other. */
class StaleTwoParentsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(
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

    @Test
    void aMoveOfOneWritesTheOtherAgainAndThatIsCounted() {
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
        assertThat(db.number("select post_id from note")).isEqualTo(first.id);
        assertThat(db.number("select author_id from note")).isEqualTo(author.id);
        assertThat(notesCount(first)).isEqualTo(1);
        assertThat(notesCount(second)).isZero();
        assertThat(notesCount("Author", author.id)).isEqualTo(1);
    }

    private long notesCount(Post post) {
        return notesCount("Post", post.id);
    }

    /** By Hibernate: what is in slots is not in the column. */
    private long notesCount(String entity, Object id) {
        return db.<Number>fromTransaction(session -> session.createSelectionQuery(
                                "select p.notesCount from " + entity + " p where p.id = :id", Number.class)
                        .setParameter("id", id)
                        .getSingleResult())
                .longValue();
    }
}
