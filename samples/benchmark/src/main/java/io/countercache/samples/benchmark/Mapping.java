package io.countercache.samples.benchmark;

import io.countercache.CounterCache;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.util.function.Supplier;
import org.hibernate.annotations.Formula;
import org.jspecify.annotations.Nullable;

/**
 * Posts and their comments, as each way to count them maps the same two tables.
 *
 * @param post the entity
 * @param comment the entity
 */
record Mapping(Supplier<? extends AnyPost> post, Supplier<? extends AnyComment> comment) {

    static final Mapping BARE = new Mapping(BarePost::new, BareComment::new);
    static final Mapping COUNTED = new Mapping(CountedPost::new, CountedComment::new);
    static final Mapping SLOTS = new Mapping(CountedPost::new, SlotsComment::new);
    static final Mapping ONE_SLOT = new Mapping(CountedPost::new, OneSlotComment::new);
    static final Mapping COLUMN = new Mapping(ColumnPost::new, ColumnComment::new);
    static final Mapping ASSIGNED = new Mapping(AssignedPost::new, AssignedComment::new);
    static final Mapping VERSIONED = new Mapping(VersionedPost::new, VersionedComment::new);
    static final Mapping FORMULA = new Mapping(FormulaPost::new, FormulaComment::new);

    Class<? extends AnyPost> postClass() {
        return post.get().getClass();
    }

    Class<? extends AnyComment> commentClass() {
        return comment.get().getClass();
    }

    /** A post, with a counter or without. */
    @MappedSuperclass
    abstract static class AnyPost {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "post_seq")
        @SequenceGenerator(name = "post_seq")
        @Nullable
        Long id;

        String title = "A title that is as long as titles are";

        /** Counts comments in an attribute like any other. */
        void count(int comments) {
            throw new UnsupportedOperationException(getClass() + " is not told " + comments);
        }
    }

    /** With the column that holds the count. */
    @MappedSuperclass
    abstract static class StoredCount extends AnyPost {
        @Column(name = "comments_count")
        int commentsCount;

        @Override
        void count(int comments) {
            commentsCount += comments;
        }
    }

    /** A comment on a post. */
    @MappedSuperclass
    abstract static class AnyComment {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "comment_seq")
        @SequenceGenerator(name = "comment_seq")
        @Nullable
        Long id;

        String text = "Text of a comment, which is a sentence or two long in most blogs that there are.";

        abstract @Nullable AnyPost post();

        abstract void post(AnyPost post);
    }

    /** A comment that nobody looks at when it comes or goes. */
    @MappedSuperclass
    abstract static class CommentOn<P extends AnyPost> extends AnyComment {
        @ManyToOne(fetch = FetchType.LAZY)
        @Nullable
        P post;

        @Override
        @Nullable
        AnyPost post() {
            return post;
        }

        @Override
        @SuppressWarnings("unchecked") // each is given posts of its own mapping
        void post(AnyPost post) {
            this.post = (P) post;
        }
    }

    @Entity(name = "Post")
    @Table(name = "post")
    static class BarePost extends AnyPost {}

    @Entity(name = "Comment")
    @Table(name = "comment")
    static class BareComment extends CommentOn<BarePost> {}

    @Entity(name = "Post")
    @Table(name = "post")
    static class CountedPost extends StoredCount {}

    /** Is counted by the library. */
    @Entity(name = "Comment")
    @Table(name = "comment")
    static class CountedComment extends AnyComment {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("commentsCount")
        @Nullable
        CountedPost post;

        @Override
        @Nullable
        AnyPost post() {
            return post;
        }

        @Override
        void post(AnyPost post) {
            this.post = (CountedPost) post;
        }
    }

    /** Is counted in slots. */
    @Entity(name = "Comment")
    @Table(name = "comment")
    static class SlotsComment extends AnyComment {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "commentsCount", slots = 16)
        @Nullable
        CountedPost post;

        @Override
        @Nullable
        AnyPost post() {
            return post;
        }

        @Override
        void post(AnyPost post) {
            this.post = (CountedPost) post;
        }
    }

    /** Is counted in a row beside the post. */
    @Entity(name = "Comment")
    @Table(name = "comment")
    static class OneSlotComment extends AnyComment {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "commentsCount", slots = 1)
        @Nullable
        CountedPost post;

        @Override
        @Nullable
        AnyPost post() {
            return post;
        }

        @Override
        void post(AnyPost post) {
            this.post = (CountedPost) post;
        }
    }

    /** Its counter is written by SQL only. */
    @Entity(name = "Post")
    @Table(name = "post")
    static class ColumnPost extends AnyPost {
        @Column(name = "comments_count", insertable = false, updatable = false)
        int commentsCount;
    }

    @Entity(name = "Comment")
    @Table(name = "comment")
    static class ColumnComment extends CommentOn<ColumnPost> {}

    /** Its counter is an attribute like any other. */
    @Entity(name = "Post")
    @Table(name = "post")
    static class AssignedPost extends StoredCount {}

    @Entity(name = "Comment")
    @Table(name = "comment")
    static class AssignedComment extends CommentOn<AssignedPost> {}

    /** The same with a version. */
    @Entity(name = "Post")
    @Table(name = "post")
    static class VersionedPost extends StoredCount {
        @Version
        int version;
    }

    @Entity(name = "Comment")
    @Table(name = "comment")
    static class VersionedComment extends CommentOn<VersionedPost> {}

    /** Counts its comments whenever it is read. */
    @Entity(name = "Post")
    @Table(name = "post")
    static class FormulaPost extends AnyPost {
        @Formula("(select count(*) from {h-domain}comment c where c.post_id = id)")
        int commentsCount;
    }

    @Entity(name = "Comment")
    @Table(name = "comment")
    static class FormulaComment extends CommentOn<FormulaPost> {}
}
