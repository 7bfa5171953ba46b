package io.countercache.hibernate;

import io.countercache.hibernate.ModelBlog.Author;
import io.countercache.hibernate.ModelBlog.Comment;
import io.countercache.hibernate.ModelBlog.Node;
import io.countercache.hibernate.ModelBlog.Note;
import io.countercache.hibernate.ModelBlog.Post;
import io.countercache.hibernate.ModelBlog.Row;
import io.countercache.hibernate.ModelBlog.Vote;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The plain model: which rows there are and which parents they have. Layered: a transaction changes its own view. */
final class ModelRows {

    /** An entity of {@link ModelBlog}. */
    @SuppressWarnings("ImmutableEnumChecker") // neither is ever changed
    enum Kind {
        POST('p', Post.class, Post::new),
        AUTHOR('a', Author.class, Author::new),
        NODE('k', Node.class, Node::new, "parent"),
        COMMENT('c', Comment.class, Comment::new, "post", "author"),
        NOTE('n', Note.class, Note::new, "post", "author"),
        VOTE('v', Vote.class, Vote::new, "post");

        final char letter;
        final Class<? extends Row> type;
        final Supplier<Row> make;
        /** The attributes that lead to its parents. */
        final List<String> slots;

        Kind(char letter, Class<? extends Row> type, Supplier<Row> make, String... slots) {
            this.letter = letter;
            this.type = type;
            this.make = make;
            this.slots = List.of(slots);
        }

        static Kind of(Class<?> type) {
            return Arrays.stream(values())
                    .filter(kind -> kind.type == type)
                    .findFirst()
                    .orElseThrow();
        }

        Kind parent(int slot) {
            return this == NODE ? NODE : slot == 0 ? POST : AUTHOR;
        }

        String table() {
            return type.getSimpleName().toLowerCase(java.util.Locale.ROOT);
        }

        List<Counter> counters() {
            return Arrays.stream(Counter.values())
                    .filter(counter -> counter.child.parent(counter.slot) == this)
                    .toList();
        }
    }

    /** A counter: the children of one kind, seen from one of their parents. */
    enum Counter {
        COMMENTS_OF_POST(Kind.COMMENT, 0, "commentsCount"),
        NOTES_OF_POST(Kind.NOTE, 0, "notesCount"),
        VOTES_OF_POST(Kind.VOTE, 0, "votesCount"),
        COMMENTS_OF_AUTHOR(Kind.COMMENT, 1, "commentsCount"),
        NOTES_OF_AUTHOR(Kind.NOTE, 1, "notesCount"),
        CHILDREN_OF_NODE(Kind.NODE, 0, "childrenCount");

        final Kind child;
        final int slot;
        final String attribute;

        Counter(Kind child, int slot, String attribute) {
            this.child = child;
            this.slot = slot;
            this.attribute = attribute;
        }

        String column() {
            return attribute.replace("Count", "_count");
        }
    }

    /** A row, by the name that it has in a program: c12 is the twelfth comment. */
    record Item(Kind kind, int number) implements Comparable<Item> {

        @Override
        public int compareTo(Item other) {
            return kind == other.kind ? Integer.compare(number, other.number) : kind.compareTo(other.kind);
        }

        @Override
        public String toString() {
            return kind.letter + "" + number;
        }
    }

    private final ModelRows below;
    /** The parents of each row, an element for each slot; null for a row that is gone. */
    private final Map<Item, Item[]> rows = new HashMap<>();

    ModelRows(ModelRows below) {
        this.below = below;
    }

    synchronized boolean has(Item item) {
        return parents(item) != null;
    }

    /** The parents of a row, or null if there is no such row. */
    synchronized Item[] parents(Item item) {
        if (rows.containsKey(item)) {
            return rows.get(item);
        }
        return below == null ? null : below.parents(item);
    }

    synchronized void put(Item item, Item... parents) {
        rows.put(item, parents);
    }

    synchronized void remove(Item item) {
        rows.put(item, null);
    }

    synchronized SortedMap<Item, List<Item>> all() {
        SortedMap<Item, List<Item>> all = below == null ? new TreeMap<>() : below.all();
        rows.forEach((item, parents) -> {
            if (parents == null) {
                all.remove(item);
            } else {
                all.put(item, Arrays.asList(parents));
            }
        });
        return all;
    }

    /** What is there now. */
    ModelRows copy() {
        ModelRows copy = new ModelRows(null);
        all().forEach((item, parents) -> copy.put(item, parents.toArray(new Item[0])));
        return copy;
    }

    long count(Item parent, Counter counter) {
        return all().entrySet().stream()
                .filter(row -> row.getKey().kind() == counter.child)
                .filter(row -> parent.equals(row.getValue().get(counter.slot)))
                .count();
    }

    synchronized void commit() {
        rows.forEach((item, parents) -> {
            if (parents == null) {
                below.remove(item);
            } else {
                below.put(item, parents);
            }
        });
        rows.clear();
    }

    synchronized void forget() {
        rows.clear();
    }
}
