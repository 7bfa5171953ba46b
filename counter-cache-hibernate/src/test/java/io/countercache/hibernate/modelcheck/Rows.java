package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelBlog.Author;
import io.countercache.hibernate.modelcheck.ModelBlog.Comment;
import io.countercache.hibernate.modelcheck.ModelBlog.Node;
import io.countercache.hibernate.modelcheck.ModelBlog.Note;
import io.countercache.hibernate.modelcheck.ModelBlog.Post;
import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.ModelBlog.Vote;
import io.countercache.hibernate.modelcheck.Teams.Clip;
import io.countercache.hibernate.modelcheck.Teams.Club;
import io.countercache.hibernate.modelcheck.Teams.Photo;
import io.countercache.hibernate.modelcheck.Teams.Team;
import io.countercache.hibernate.modelcheck.Values.Valued;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The plain model: which rows there are and which parents they have. Layered: a transaction changes its own view. */
final class Rows {

    /** An entity of {@link ModelBlog} or {@link Teams}. */
    @SuppressWarnings("ImmutableEnumChecker") // neither is ever changed
    enum Kind {
        TEAM('t', Team.class, Team::new),
        CLUB('u', Club.class, Club::new),
        AUTHOR('a', Author.class, Author::new, "team"),
        POST('p', Post.class, Post::new, "author"),
        NODE('k', Node.class, Node::new, "parent"),
        COMMENT('c', Comment.class, Comment::new, "post", "author"),
        NOTE('n', Note.class, Note::new, "post", "author"),
        VOTE('v', Vote.class, Vote::new, "post"),
        PHOTO('f', Photo.class, Photo::new, "post"),
        CLIP('l', Clip.class, Clip::new, "post", "club");

        /** Those that others refer to. */
        static final List<Kind> PARENTS = List.of(TEAM, CLUB, AUTHOR, POST, NODE);

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

        /** The kind of an entity, or of a proxy that stands for one of its hierarchy. */
        static Kind of(Class<?> type) {
            return Arrays.stream(values())
                    .filter(kind -> type.isAssignableFrom(kind.type))
                    .findFirst()
                    .orElseThrow();
        }

        /** Of a hierarchy, in which no two rows have the same id, the first kind. */
        Kind root() {
            return this == CLUB ? TEAM : this == CLIP ? PHOTO : this;
        }

        Kind parent(int slot) {
            return switch (slots.get(slot)) {
                case "team" -> TEAM;
                case "club" -> CLUB;
                case "author" -> AUTHOR;
                case "post" -> POST;
                default -> NODE;
            };
        }

        boolean isParent() {
            return PARENTS.contains(this);
        }

        boolean isValued() {
            return Valued.class.isAssignableFrom(type);
        }

        boolean hasCollection() {
            return this == AUTHOR || this == POST || this == NODE;
        }

        String table() {
            return this == PHOTO || this == CLIP
                    ? "media"
                    : type.getSimpleName().toLowerCase(Locale.ROOT);
        }

        /** The tables that have all of a row, which is {@code r}. */
        String from() {
            return this == CLUB ? "team r join club s on s.id = r.id" : table() + " r";
        }

        /** What only rows of this kind meet. */
        String filter() {
            return switch (this) {
                case TEAM -> " where not exists (select 1 from club s where s.id = r.id)";
                case PHOTO, CLIP -> " where r.dtype = '" + type.getSimpleName() + "'";
                default -> "";
            };
        }

        List<Counter> counters() {
            return Counter.keptBy(this);
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

    /** What is known of a row: its parents, one for each slot, and its values. */
    record State(List<Item> parents, Values values) {

        static State of(Values values, Item... parents) {
            return new State(Arrays.asList(parents), values);
        }

        @Override
        public String toString() {
            return values.equals(Values.NONE) ? parents.toString() : parents + " (" + values + ")";
        }
    }

    private final Rows below;
    /** The rows that there are; null for one that is gone. */
    private final Map<Item, State> rows = new HashMap<>();

    Rows(Rows below) {
        this.below = below;
    }

    synchronized boolean has(Item item) {
        return state(item) != null;
    }

    /** What a row is like, or null if there is no such row. */
    synchronized State state(Item item) {
        if (rows.containsKey(item)) {
            return rows.get(item);
        }
        return below == null ? null : below.state(item);
    }

    /** The parents of a row, none if there is no such row. */
    List<Item> parents(Item item) {
        State state = state(item);
        return state == null ? List.of() : state.parents();
    }

    synchronized void put(Item item, State state) {
        rows.put(item, state);
    }

    synchronized void remove(Item item) {
        rows.put(item, null);
    }

    synchronized SortedMap<Item, State> all() {
        SortedMap<Item, State> all = below == null ? new TreeMap<>() : below.all();
        rows.forEach((item, state) -> {
            if (state == null) {
                all.remove(item);
            } else {
                all.put(item, state);
            }
        });
        return all;
    }

    /** What is there now. */
    Rows copy() {
        Rows copy = new Rows(null);
        copy.rows.putAll(all());
        return copy;
    }

    /** The counters of all rows. */
    Counts counts() {
        return Counts.of(all());
    }

    /** What counters should be; 0 is left out. */
    record Counts(Map<Item, Map<Counter, BigDecimal>> amounts) {

        static Counts of(Map<Item, State> rows) {
            Map<Item, Map<Counter, BigDecimal>> amounts = new HashMap<>();
            rows.forEach((child, state) -> {
                for (Counter counter : Counter.counting(child.kind())) {
                    Item end = counter.end(child, rows);
                    if (end != null) {
                        amounts.computeIfAbsent(end, any -> new HashMap<>())
                                .merge(counter, counter.weight(state), BigDecimal::add);
                    }
                }
            });
            return new Counts(amounts);
        }

        BigDecimal of(Item parent, Counter counter) {
            return amounts.getOrDefault(parent, Map.of()).getOrDefault(counter, BigDecimal.ZERO);
        }

        boolean isRight(Item parent, Counter counter, Number shown) {
            return exact(shown).compareTo(of(parent, counter)) == 0;
        }
    }

    /** A number of any type, and null for 0. */
    static BigDecimal exact(Number number) {
        return number == null ? BigDecimal.ZERO : new BigDecimal(number.toString());
    }

    synchronized void commit() {
        rows.forEach((item, state) -> {
            if (state == null) {
                below.remove(item);
            } else {
                below.put(item, state);
            }
        });
        rows.clear();
    }

    synchronized void forget() {
        rows.clear();
    }
}
