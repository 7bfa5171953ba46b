package io.countercache.hibernate.modelcheck;

import io.countercache.CounterCache;
import io.countercache.hibernate.modelcheck.Teams.Team;
import io.countercache.hibernate.modelcheck.Values.Valued;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The entities of the model checker: children with and without a version, with ids from a sequence and from the
 * database, with one parent and with two, and one that is its own parent. Counted are all of them or only some, what they
 * have in total, and what is further down, some of it in slots; {@link Teams} has more.
 */
public final class ModelBlog {

    private ModelBlog() {}

    public interface Row {
        Long id();

        /** Changes something that is not counted. */
        void edit(String text);

        /** What cascades to its elements, or none. */
        default Collection<Row> children() {
            return List.of();
        }

        /** Assigns a value to the counters that an application has no business to assign. */
        default void garble(int value) {}

        default Object parent(int slot) {
            throw new UnsupportedOperationException();
        }

        default void parent(int slot, Object parent) {
            throw new UnsupportedOperationException();
        }

        /** What conditions and totals look at. */
        default Values values() {
            return Values.NONE;
        }

        default void assign(Values values) {}
    }

    @Entity(name = "Post")
    public static class Post implements Row {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        public Long id;

        String title;

        @Version
        int version;

        @Column(nullable = false)
        Integer commentsCount;

        int notesCount;

        Long votesCount;

        int visibleCount;

        @Column(precision = 19, scale = 2)
        BigDecimal amountTotal;

        long votesTotal;

        short mediaCount;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("postsCount")
        @CounterCache(value = "postsCount", path = "team")
        Author author;

        @OneToMany(
                mappedBy = "post",
                targetEntity = Comment.class,
                orphanRemoval = true,
                cascade = {CascadeType.PERSIST, CascadeType.MERGE, CascadeType.REMOVE, CascadeType.DETACH})
        List<Row> comments = new ArrayList<>();

        @Override
        public Long id() {
            return id;
        }

        @Override
        public void edit(String text) {
            title = text;
        }

        @Override
        public Collection<Row> children() {
            return comments;
        }

        @Override
        public void garble(int value) {
            commentsCount = value;
            notesCount = value;
            votesCount = value % 2 == 0 ? null : (long) value;
            visibleCount = value;
            amountTotal = BigDecimal.valueOf(value, 2);
            votesTotal = value;
            mediaCount = (short) value;
        }

        @Override
        public Object parent(int slot) {
            return author;
        }

        @Override
        public void parent(int slot, Object parent) {
            author = (Author) parent;
        }
    }

    @Entity(name = "Author")
    public static class Author implements Row {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        public Long id;

        String name;

        long commentsCount;

        Short notesCount;

        int postsCount;

        long postCommentsCount;

        Long wordsTotal;

        Integer postNotesCount;

        BigInteger votesTotal;

        int mediaTotal;

        @ManyToOne(fetch = FetchType.LAZY)
        Team team;

        @OneToMany(mappedBy = "author", targetEntity = Note.class, cascade = CascadeType.PERSIST)
        List<Row> notes = new ArrayList<>();

        @Override
        public Long id() {
            return id;
        }

        @Override
        public void edit(String text) {
            name = text;
        }

        @Override
        public Collection<Row> children() {
            return notes;
        }

        @Override
        public void garble(int value) {
            commentsCount = value;
            notesCount = (short) value;
            postsCount = value;
            postCommentsCount = value;
            wordsTotal = value % 2 == 0 ? null : (long) value;
            postNotesCount = value;
            votesTotal = BigInteger.valueOf(value);
            mediaTotal = value;
        }

        @Override
        public Object parent(int slot) {
            return team;
        }

        @Override
        public void parent(int slot, Object parent) {
            team = (Team) parent;
        }
    }

    @Entity(name = "Comment")
    public static class Comment extends Valued {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Column(unique = true)
        String text;

        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "commentsCount", size = true)
        @CounterCache(value = "visibleCount", where = "visible")
        @CounterCache(value = "amountTotal", sum = "amount", slots = 3)
        @CounterCache(value = "postCommentsCount", path = "author", slots = 2)
        @CounterCache(value = "wordsTotal", path = "author", sum = "words", where = "status = OPEN", slots = 2)
        @CounterCache(value = "commentsCount", path = "author.team")
        @CounterCache(value = "amountTotal", path = "author.team", sum = "amount", where = "not (words > 3)")
        Post post;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("commentsCount")
        @CounterCache(value = "authoredCount", path = "team", where = "status in (OPEN, PAID)")
        Author author;

        @Override
        public Long id() {
            return id;
        }

        @Override
        public void edit(String edited) {
            text = edited;
        }

        @Override
        public Object parent(int slot) {
            return slot == 0 ? post : author;
        }

        @Override
        public void parent(int slot, Object parent) {
            if (slot == 0) {
                post = (Post) parent;
            } else {
                author = (Author) parent;
            }
        }
    }

    @Entity(name = "Note")
    public static class Note extends Valued {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        public Long id;

        @Column(unique = true)
        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "notesCount", slots = 2)
        @CounterCache(value = "postNotesCount", path = "author")
        public Post post;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "notesCount", size = true)
        @CounterCache(value = "notesCount", path = "team", slots = 2)
        public Author author;

        @Override
        public Long id() {
            return id;
        }

        @Override
        public void edit(String edited) {
            text = edited;
        }

        @Override
        public Object parent(int slot) {
            return slot == 0 ? post : author;
        }

        @Override
        public void parent(int slot, Object parent) {
            if (slot == 0) {
                post = (Post) parent;
            } else {
                author = (Author) parent;
            }
        }
    }

    @Entity(name = "Vote")
    public static class Vote extends Valued {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String text;

        @ManyToOne
        @CounterCache("votesCount")
        @CounterCache(value = "votesTotal", sum = "words", where = "words > 3 or not visible")
        @CounterCache(value = "votesTotal", path = "author", sum = "words", where = "status = PAID or words is null")
        Post post;

        @Override
        public Long id() {
            return id;
        }

        @Override
        public void edit(String edited) {
            text = edited;
        }

        @Override
        public Object parent(int slot) {
            return post;
        }

        @Override
        public void parent(int slot, Object parent) {
            post = (Post) parent;
        }
    }

    @Entity(name = "Node")
    public static class Node implements Row {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        String text;

        int childrenCount;

        int grandchildrenCount;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "childrenCount", size = true, slots = 2)
        @CounterCache(value = "grandchildrenCount", path = "parent")
        Node parent;

        @OneToMany(
                mappedBy = "parent",
                targetEntity = Node.class,
                cascade = {CascadeType.PERSIST, CascadeType.REMOVE})
        List<Row> children = new ArrayList<>();

        @Override
        public Long id() {
            return id;
        }

        @Override
        public void edit(String edited) {
            text = edited;
        }

        @Override
        public Collection<Row> children() {
            return children;
        }

        @Override
        public void garble(int value) {
            childrenCount = value;
            grandchildrenCount = value;
        }

        @Override
        public Object parent(int slot) {
            return parent;
        }

        @Override
        public void parent(int slot, Object to) {
            parent = (Node) to;
        }
    }
}
