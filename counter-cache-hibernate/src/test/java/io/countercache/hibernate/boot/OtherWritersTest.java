package io.countercache.hibernate.boot;

import static io.countercache.hibernate.support.Boot.build;
import static io.countercache.hibernate.support.Boot.refused;

import io.countercache.Counter;
import io.countercache.CounterCache;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.SecondaryTable;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Set;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.Subselect;
import org.hibernate.annotations.Synchronize;
import org.junit.jupiter.api.Test;

/** Who else writes the rows that are counted, or the column of a counter: it is refused when the session factory is built. */
class OtherWritersTest {

    @Entity(name = "Post")
    @Table(name = "post")
    static class Post {
        @Id
        Long id;

        int commentsCount;
        int likesCount;

        @Counter
        long views;

        String title;
    }

    @Entity(name = "Comment")
    @Table(name = "comment")
    static class Comment {
        @Id
        Long id;

        String text;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    // ---- a second entity of the table of the children ----

    @Entity(name = "Note")
    @Table(name = "comment")
    static class Note {
        @Id
        Long id;

        String text;
    }

    @Test
    void aSecondEntityOfTheTableOfTheChildrenIsRefused() {
        refused(
                "Comment.post: Note is in the table of Comment, too, and what it writes is not counted: make it @Immutable"
                        + " if it only reads, else map both in one hierarchy or remove one",
                Post.class,
                Comment.class,
                Note.class);
    }

    @Entity(name = "ReadNote")
    @Table(name = "comment")
    @Immutable
    static class ReadNote {
        @Id
        Long id;

        String text;
    }

    @Entity(name = "SelectedNote")
    @Subselect("select id, text from comment")
    @Synchronize("comment")
    static class SelectedNote {
        @Id
        Long id;

        String text;
    }

    @Test
    void secondEntitiesThatOnlyReadAreAllowed() {
        build(Post.class, Comment.class, ReadNote.class, SelectedNote.class);
    }

    @Entity(name = "Draft")
    @Table(name = "comment")
    @SecondaryTable(name = "draft")
    static class Draft {
        @Id
        Long id;

        @Column(table = "draft")
        String reason;

        @ManyToOne
        @JoinColumn(table = "draft", name = "post_id")
        @CounterCache("likesCount")
        Post post;
    }

    @Entity(name = "Reason")
    @SecondaryTable(name = "draft")
    static class Reason {
        @Id
        Long id;

        @Column(table = "draft")
        String reason;
    }

    @Test
    void anEntityWhoseSecondaryTableHasTheAssociationIsRefused() {
        refused(
                "Draft.post: Reason.reason writes rows of the table of Draft, too, and those are not counted: declare mappedBy"
                        + " on it, or give it its own table",
                Post.class,
                Draft.class,
                Reason.class);
    }

    @Entity(name = "Open")
    @Table(name = "ticket")
    @SQLRestriction("open = true")
    static class Open {
        @Id
        Long id;

        boolean open;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Entity(name = "Closed")
    @Table(name = "ticket")
    @SQLRestriction("open = false")
    static class Closed {
        @Id
        Long id;

        boolean open;

        @ManyToOne
        @CounterCache("likesCount")
        Post post;
    }

    @Test
    void entitiesThatDivideTheirTableByRestrictionsAreAllowed() {
        build(Post.class, Open.class, Closed.class);
    }

    // ---- a second entity of a table on a path ----

    @Entity(name = "Reply")
    static class Reply {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(path = "post", value = "likesCount")
        Note2 note;
    }

    @Entity(name = "Note2")
    @Table(name = "comment")
    static class Note2 {
        @Id
        Long id;

        @ManyToOne
        Post post;
    }

    @Test
    void aSecondEntityOfATableThatAPathLeadsThroughIsRefused() {
        refused(
                "Reply.note: 'path': Note is in the table of Note2, too, and what it writes is not counted: make it @Immutable"
                        + " if it only reads, else map both in one hierarchy or remove one",
                Post.class,
                Reply.class,
                Note2.class,
                Note.class);
    }

    // ---- a second entity of the table of the parents ----

    @Embeddable
    static class Figures {
        @Column(name = "views")
        long shown;
    }

    @Entity(name = "Article")
    @Table(name = "post")
    static class Article {
        @Id
        Long id;

        Figures figures;
    }

    @Entity(name = "Page")
    @Table(name = "post")
    static class Page {
        @Id
        Long id;

        @Column(updatable = false)
        int commentsCount;
    }

    @Test
    void anEntityThatWritesTheColumnOfACounterIsRefused() {
        refused(
                "Comment.post: Page.commentsCount writes the column of the counter Post.commentsCount, and would overwrite what"
                        + " is counted: make it 'insertable = false, updatable = false', or its entity @Immutable",
                Post.class,
                Comment.class,
                Page.class);
        refused(
                "Post.views: Article.figures.shown writes the column of the counter Post.views, and would overwrite what is"
                        + " counted: make it 'insertable = false, updatable = false', or its entity @Immutable",
                Post.class,
                Article.class);
    }

    @Entity(name = "Title")
    @Table(name = "post")
    static class Title {
        @Id
        Long id;

        String title;

        @Column(insertable = false, updatable = false)
        int commentsCount;
    }

    @Test
    void anEntityThatOnlyShowsTheCounterMayWriteOtherColumnsOfItsTable() {
        build(Post.class, Comment.class, Title.class);
    }

    // ---- two associations of one table ----

    @Entity(name = "Box")
    static class Box {
        @Id
        Long id;

        int thingsCount;
        int piecesCount;

        @OneToMany
        @JoinTable(
                name = "box_thing",
                joinColumns = @JoinColumn(name = "box_id"),
                inverseJoinColumns = @JoinColumn(name = "thing_id"))
        @CounterCache
        Set<Thing> things;

        @OneToMany
        @JoinTable(
                name = "box_piece",
                joinColumns = @JoinColumn(name = "box_id"),
                inverseJoinColumns = @JoinColumn(name = "piece_id"))
        Set<Piece> pieces;
    }

    @Entity(name = "Thing")
    static class Thing {
        @Id
        Long id;

        @ManyToOne
        @JoinTable(
                name = "box_thing",
                joinColumns = @JoinColumn(name = "thing_id"),
                inverseJoinColumns = @JoinColumn(name = "box_id"))
        Box box;
    }

    @Entity(name = "Piece")
    static class Piece {
        @Id
        Long id;

        @ManyToOne
        @JoinTable(
                name = "box_piece",
                joinColumns = @JoinColumn(name = "piece_id"),
                inverseJoinColumns = @JoinColumn(name = "box_id"))
        @CounterCache
        Box box;
    }

    @Test
    void aCollectionAndAToOneWithOneTableAreRefused() {
        refused(
                List.of(Box.class, Thing.class, Piece.class),
                "Box.things: Box.things and Thing.box write the same rows: declare mappedBy on one of them, or give each its own",
                "Piece.box: Box.pieces writes rows of the table of Piece, too, and those are not counted: declare mappedBy on it,"
                        + " or give it its own table");
    }

    @Entity(name = "User")
    static class User {
        @Id
        Long id;

        int likesCount;

        @ManyToMany
        @JoinTable(
                name = "user_like",
                joinColumns = @JoinColumn(name = "user_id"),
                inverseJoinColumns = @JoinColumn(name = "post_id"))
        List<Post> liked;
    }

    @Entity(name = "Like")
    @Table(name = "user_like")
    static class Like {
        @Id
        @ManyToOne
        @CounterCache
        User user;

        @Id
        @ManyToOne
        Post post;
    }

    @Test
    void aCollectionWhoseRowsAreTheChildrenIsRefused() {
        refused(
                "Like.user: User.liked writes rows of the table of Like, too, and those are not counted: declare mappedBy on it,"
                        + " or give it its own table",
                Post.class,
                User.class,
                Like.class);
    }

    @Entity(name = "Tag")
    static class Tag {
        @Id
        Long id;

        int taggedCount;

        @ManyToMany
        @CounterCache
        Set<Tagged> tagged;
    }

    @Entity(name = "Tagged")
    static class Tagged {
        @Id
        Long id;

        int tagsCount;

        @ManyToMany(mappedBy = "tagged")
        @CounterCache
        Set<Tag> tags;
    }

    @Test
    void theTwoSidesOfAnAssociationAreAllowed() {
        build(Tag.class, Tagged.class);
    }

    // ---- a collection that writes what a condition reads ----

    @Entity(name = "Folder")
    static class Folder {
        @Id
        Long id;

        @OneToMany
        @JoinColumn(name = "folder_id")
        List<Letter> letters;
    }

    @Entity(name = "Letter")
    static class Letter {
        @Id
        Long id;

        @ManyToOne
        @JoinColumn(name = "folder_id")
        Folder folder;

        @ManyToOne
        @CounterCache(value = "commentsCount", where = "folder is null")
        Post post;
    }

    @Test
    void aCollectionThatWritesAColumnWhichAConditionReadsIsRefused() {
        refused(
                "Letter.post: Folder.letters writes the column of Letter.folder, and what it writes is not counted: declare"
                        + " mappedBy on it",
                Post.class,
                Folder.class,
                Letter.class);
    }
}
