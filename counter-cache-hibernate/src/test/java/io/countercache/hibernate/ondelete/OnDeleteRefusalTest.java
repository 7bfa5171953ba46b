package io.countercache.hibernate.ondelete;

import static io.countercache.hibernate.support.Boot.refused;

import io.countercache.CounterCache;
import jakarta.persistence.ConstraintMode;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.List;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SQLDelete;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.annotations.TenantId;
import org.junit.jupiter.api.Test;

/** What the database does by itself, and cannot be counted: refused when the session factory is built. Sends no SQL. */
class OnDeleteRefusalTest {

    @Entity(name = "Post")
    static class Post {
        @Id
        Long id;

        int commentsCount;

        @ManyToOne
        Author author;
    }

    @Entity(name = "Author")
    static class Author {
        @Id
        Long id;

        int commentsCount;
    }

    // ---- no more than a part of a row ----

    @Entity(name = "Remark")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Remark {
        @Id
        Long id;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Entity(name = "SignedRemark")
    static class SignedRemark extends Remark {
        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Author author;
    }

    @Test
    void aCascadeFromTheTableOfASubclassIsRefused() {
        refused(
                "Remark.post: SignedRemark.author has @OnDelete(CASCADE), but is in a table that has only a part of"
                        + " SignedRemark, and only that part would be deleted: use cascade = REMOVE",
                Post.class,
                Author.class,
                Remark.class,
                SignedRemark.class);
    }

    // ---- rows that may not be deleted at all ----

    @Entity(name = "Marked")
    @SQLDelete(sql = "update Marked set gone = true where id = ?")
    static class Marked {
        @Id
        Long id;
    }

    @Entity(name = "OfMarked")
    static class OfMarked {
        @Id
        Long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Marked marked;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    void aTargetWithADeleteOfItsOwnIsRefused() {
        refused(
                "OfMarked.post: OfMarked.marked has @OnDelete(CASCADE), and Marked has custom SQL, which may delete"
                        + " nothing: use cascade = REMOVE",
                Post.class,
                Author.class,
                Marked.class,
                OfMarked.class);
    }

    @Entity(name = "Shape")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    static class Shape {
        @Id
        Long id;
    }

    @Entity(name = "Circle")
    static class Circle extends Shape {}

    @Entity(name = "Drawing")
    static class Drawing {
        @Id
        Long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Shape shape;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    void aTargetInSeveralTablesIsRefused() {
        refused(
                "Drawing.post: Drawing.shape has @OnDelete(CASCADE), and leads to a hierarchy with a table per class, which"
                        + " no foreign key can: use cascade = REMOVE",
                Post.class,
                Author.class,
                Shape.class,
                Circle.class,
                Drawing.class);
    }

    // ---- rows that are not seen ----

    @Entity(name = "OfTenant")
    static class OfTenant {
        @Id
        Long id;

        @TenantId
        String tenant;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Author author;

        @ManyToOne
        @CounterCache("commentsCount")
        TenantPost post;
    }

    @Entity(name = "TenantPost")
    static class TenantPost {
        @Id
        Long id;

        @TenantId
        String tenant;

        int commentsCount;
    }

    @Test
    void rowsOfOtherTenantsAreRefused() {
        refused(
                "OfTenant.post: OfTenant.author has @OnDelete(CASCADE), and a session sees only those rows of OfTenant"
                        + " that its tenant has: give Author a @TenantId",
                TenantPost.class,
                Author.class,
                OfTenant.class);
    }

    @Entity(name = "Hideable")
    @SQLRestriction("hidden = false")
    static class Hideable {
        @Id
        Long id;

        boolean hidden;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Author author;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    void hiddenRowsAreRefused() {
        refused(
                "Hideable.post: Hideable.author has @OnDelete(CASCADE), and Hideable a @SQLRestriction, which hides rows"
                        + " that are deleted: remove one of the two",
                Post.class,
                Author.class,
                Hideable.class);
    }

    @Entity(name = "Draft")
    @SoftDelete
    static class Draft {
        @Id
        Long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Author author;
    }

    @Entity(name = "Note")
    static class Note {
        @Id
        Long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Draft draft;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    void rowsThatGoByOnesThatAreMarkedAsDeletedAreRefused() {
        refused(
                "Note.post: Draft.author has @OnDelete(CASCADE), and Draft a @SoftDelete, which hides rows whose deletion"
                        + " deletes others: use cascade = REMOVE",
                Post.class,
                Author.class,
                Draft.class,
                Note.class);
    }

    // ---- what the database does is not known ----

    @Embeddable
    static class Signature {
        @ManyToOne
        @JoinColumn(foreignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT))
        @OnDelete(action = OnDeleteAction.CASCADE)
        Author author;
    }

    @Entity(name = "Reply")
    static class Reply {
        @Id
        Long id;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;

        Signature signature;
    }

    @Test
    void anActionWithoutAForeignKeyIsRefused() {
        refused(
                "Reply.post: Reply.signature.author has @OnDelete(CASCADE), but no foreign key that would do so: remove one"
                        + " of the two",
                Post.class,
                Author.class,
                Reply.class);
    }

    @Entity(name = "Adopted")
    static class Adopted {
        @Id
        Long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.SET_DEFAULT)
        @CounterCache("commentsCount")
        Post post;
    }

    @Entity(name = "Quote")
    static class Quote {
        @Id
        Long id;

        @ManyToOne
        @JoinColumn(
                foreignKey =
                        @ForeignKey(
                                foreignKeyDefinition =
                                        "foreign key (author_id) references Author ON DELETE  SET default"))
        Author author;

        @ManyToOne
        @CounterCache(value = "commentsCount", where = "author is not null")
        Post post;
    }

    @Test
    void aDefaultThatTheDatabasePutsInPlaceIsRefused() {
        refused(
                "Adopted.post: Adopted.post has @OnDelete(SET_DEFAULT), and it is not known which row the database then"
                        + " refers to: remove it",
                Post.class,
                Author.class,
                Adopted.class);
        refused(
                "Quote.post: Quote.author has @OnDelete(SET_DEFAULT), and it is not known which row the database then"
                        + " refers to: remove it",
                Post.class,
                Author.class,
                Quote.class);
    }

    // ---- the same on a path ----

    @Entity(name = "Chapter")
    static class Chapter {
        @Id
        Long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.SET_DEFAULT)
        Post post;
    }

    @Entity(name = "Footnote")
    static class Footnote {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "commentsCount", path = "post.author")
        Chapter chapter;
    }

    @Entity(name = "Verse")
    static class Verse {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "commentsCount", path = "post")
        Chapter chapter;
    }

    @Test
    void rowsOnTheWayToACounterOfWhichItIsNotKnownWhereTheyLeadAreRefused() {
        refused(
                "Footnote.chapter: 'path': Chapter.post has @OnDelete(SET_DEFAULT), and it is not known which row the"
                        + " database then refers to: remove it",
                Post.class,
                Author.class,
                Chapter.class,
                Footnote.class);
        refused(
                "Verse.chapter: 'path': Chapter.post has @OnDelete(SET_DEFAULT), and it is not known which row the"
                        + " database then refers to: remove it",
                Post.class,
                Author.class,
                Chapter.class,
                Verse.class);
    }

    @Entity(name = "Playlist")
    static class Playlist {
        @Id
        Long id;

        @OneToMany
        @JoinColumn(name = "playlist_id")
        @OnDelete(action = OnDeleteAction.CASCADE)
        @SQLRestriction("hidden = false")
        List<Song> songs;
    }

    @Entity(name = "Song")
    static class Song {
        @Id
        Long id;

        boolean hidden;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    void aCollectionThatHidesWhatGoesIsRefused() {
        refused(
                "Song.post: Playlist.songs has @OnDelete(CASCADE), and it or Playlist a @SQLRestriction or a @Filter, which hides"
                        + " rows that are deleted: map Playlist.songs by a to-one of Song",
                Post.class,
                Author.class,
                Playlist.class,
                Song.class);
    }
}
