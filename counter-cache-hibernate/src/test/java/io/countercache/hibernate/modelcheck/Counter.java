package io.countercache.hibernate.modelcheck;

import io.countercache.CounterCache;
import io.countercache.hibernate.modelcheck.ModelBlog.Author;
import io.countercache.hibernate.modelcheck.ModelBlog.Comment;
import io.countercache.hibernate.modelcheck.ModelBlog.Node;
import io.countercache.hibernate.modelcheck.ModelBlog.Note;
import io.countercache.hibernate.modelcheck.ModelBlog.Post;
import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.ModelBlog.Vote;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import io.countercache.hibernate.modelcheck.Teams.Clip;
import io.countercache.hibernate.modelcheck.Teams.Club;
import io.countercache.hibernate.modelcheck.Teams.Media;
import io.countercache.hibernate.modelcheck.Teams.Team;
import io.countercache.hibernate.modelcheck.Values.Stage;
import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A counter: which children it counts, where these lead to it, and for what each of them counts. */
@SuppressWarnings("ImmutableEnumChecker") // never changed
enum Counter {
    COMMENTS_OF_POST(Post.class, "commentsCount", Comment.class, "post"),
    NOTES_OF_POST(Post.class, "notesCount", Note.class, "post"),
    VOTES_OF_POST(Post.class, "votesCount", Vote.class, "post"),
    VISIBLE_OF_POST(Post.class, "visibleCount", Comment.class, "post", Counter::isVisible),
    AMOUNT_OF_POST(Post.class, "amountTotal", Comment.class, "post", Counter::amount),
    VOTED_OF_POST(Post.class, "votesTotal", Vote.class, "post", of -> isLong(of) || !isVisible(of), Counter::words),
    MEDIA_OF_POST(Post.class, "mediaCount", Media.class, "post"),
    COMMENTS_OF_AUTHOR(Author.class, "commentsCount", Comment.class, "author"),
    NOTES_OF_AUTHOR(Author.class, "notesCount", Note.class, "author"),
    POSTS_OF_AUTHOR(Author.class, "postsCount", Post.class, "author"),
    RECEIVED_BY_AUTHOR(Author.class, "postCommentsCount", Comment.class, "post.author"),
    WORDS_OF_AUTHOR(Author.class, "wordsTotal", Comment.class, "post.author", has(Stage.OPEN), Counter::words),
    NOTED_OF_AUTHOR(Author.class, "postNotesCount", Note.class, "post.author"),
    VOTED_OF_AUTHOR(
            Author.class,
            "votesTotal",
            Vote.class,
            "post.author",
            has(Stage.PAID).or(of -> of.words() == null),
            Counter::words),
    MEDIA_OF_AUTHOR(Author.class, "mediaTotal", Media.class, "post.author", Counter::isVisible, Counter::words),
    CHILDREN_OF_NODE(Node.class, "childrenCount", Node.class, "parent"),
    GRANDCHILDREN_OF_NODE(Node.class, "grandchildrenCount", Node.class, "parent.parent"),
    COMMENTS_OF_TEAM(Team.class, "commentsCount", Comment.class, "post.author.team"),
    AMOUNT_OF_TEAM(
            Team.class,
            "amountTotal",
            Comment.class,
            "post.author.team",
            of -> of.words() != null && of.words() <= 3,
            Counter::amount),
    AUTHORED_OF_TEAM(
            Team.class,
            "authoredCount",
            Comment.class,
            "author.team",
            has(Stage.OPEN).or(has(Stage.PAID))),
    NOTES_OF_TEAM(Team.class, "notesCount", Note.class, "author.team"),
    POSTS_OF_TEAM(Team.class, "postsCount", Post.class, "author.team"),
    CLIPS_TOTAL_OF_CLUB(
            Club.class, "clipsTotal", Clip.class, "club", has(Stage.OPEN).or(has(Stage.PAID)), Counter::amount),
    CLIPS_OF_CLUB(Club.class, "clipsCount", Clip.class, "club");

    private static final Map<Kind, List<Counter>> KEPT = new EnumMap<>(Kind.class);
    private static final Map<Kind, List<Counter>> COUNTING = new EnumMap<>(Kind.class);

    static {
        for (Kind kind : Kind.values()) {
            KEPT.put(kind, select(counter -> counter.parent.isAssignableFrom(kind.type)));
            COUNTING.put(kind, select(counter -> counter.child.isAssignableFrom(kind.type)));
        }
    }

    final Class<? extends Row> parent;
    final String attribute;
    final Class<? extends Row> child;
    /** The attributes that lead from the child to the row that has the counter. */
    final List<String> way;

    private final Predicate<Values> where;
    private final Function<Values, Number> sum;

    Counter(Class<? extends Row> parent, String attribute, Class<? extends Row> child, String way) {
        this(parent, attribute, child, way, null, null);
    }

    Counter(
            Class<? extends Row> parent,
            String attribute,
            Class<? extends Row> child,
            String way,
            Predicate<Values> where) {
        this(parent, attribute, child, way, where, null);
    }

    Counter(
            Class<? extends Row> parent,
            String attribute,
            Class<? extends Row> child,
            String way,
            Function<Values, Number> sum) {
        this(parent, attribute, child, way, null, sum);
    }

    Counter(
            Class<? extends Row> parent,
            String attribute,
            Class<? extends Row> child,
            String way,
            Predicate<Values> where,
            Function<Values, Number> sum) {
        this.parent = parent;
        this.attribute = attribute;
        this.child = child;
        this.way = List.of(way.split("\\.", -1));
        this.where = where;
        this.sum = sum;
    }

    private static boolean isVisible(Values values) {
        return values.visible();
    }

    private static boolean isLong(Values values) {
        return values.words() != null && values.words() > 3;
    }

    private static Number words(Values values) {
        return values.words();
    }

    private static Number amount(Values values) {
        return values.amount();
    }

    private static Predicate<Values> has(Stage status) {
        return values -> values.status() == status;
    }

    private static List<Counter> select(Predicate<Counter> which) {
        return Arrays.stream(values()).filter(which).toList();
    }

    /** The counters that rows of a kind have. */
    static List<Counter> keptBy(Kind kind) {
        return KEPT.get(kind);
    }

    /** The counters that count rows of a kind. */
    static List<Counter> counting(Kind kind) {
        return COUNTING.get(kind);
    }

    /** Whether it simply counts all that refer to its row. */
    boolean isPlain() {
        return !isFurtherUp() && where == null && sum == null;
    }

    boolean isFurtherUp() {
        return way.size() > 1;
    }

    String column() {
        return attribute.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** What a SELECT from {@code r}, the row that has it, reads: the column, and its slots if it has some. */
    String value() {
        return isSpread()
                ? "(coalesce(%1$s, 0) + coalesce((select sum(x.amount) from %2$s_slots x where x.parent_id = r.id and x.counter = '%3$s'), 0))"
                        .formatted(column(), table(), column().toUpperCase(Locale.ROOT))
                : column();
    }

    /** Whether it is declared to have slots. */
    private boolean isSpread() {
        String path = String.join(".", way.subList(1, way.size()));
        return Stream.of(child, child.getSuperclass())
                .flatMap(owner -> Arrays.stream(owner.getDeclaredFields()))
                .filter(field -> field.getName().equals(way.get(0)))
                .flatMap(field -> Arrays.stream(field.getAnnotationsByType(CounterCache.class)))
                .anyMatch(declared -> declared.slots() > 0
                        && declared.value().equals(attribute)
                        && declared.path().equals(path));
    }

    /** The table that has it: in a hierarchy, that of the class that declares it. */
    String table() {
        boolean isOwn = Arrays.stream(parent.getDeclaredFields())
                .anyMatch(field -> field.getName().equals(attribute));
        Class<?> owner = isOwn ? parent : parent.getSuperclass();
        return owner.getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** The type of its attribute, boxed. */
    Class<?> type() {
        for (Class<?> owner = parent; owner != null; owner = owner.getSuperclass()) {
            for (var field : owner.getDeclaredFields()) {
                if (field.getName().equals(attribute)) {
                    return MethodType.methodType(field.getType()).wrap().returnType();
                }
            }
        }
        throw new IllegalStateException(attribute);
    }

    /** The row that it counts a child for, or null. */
    Item end(Item child, Map<Item, State> rows) {
        Item at = child;
        for (String attributeOnTheWay : way) {
            State state = at == null ? null : rows.get(at);
            at = state == null ? null : state.parents().get(at.kind().slots.indexOf(attributeOnTheWay));
        }
        return at;
    }

    /** For what a child counts. */
    BigDecimal weight(State child) {
        if (where != null && !where.test(child.values())) {
            return BigDecimal.ZERO;
        }
        Number number = sum == null ? Integer.valueOf(1) : sum.apply(child.values());
        return number == null ? BigDecimal.ZERO : new BigDecimal(number.toString());
    }
}
