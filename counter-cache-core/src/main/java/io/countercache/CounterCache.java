package io.countercache;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A derived counter: an attribute of the parent that equals the number of its children at every commit.
 *
 * <pre>{@code
 * @Entity class Post {
 *     @OneToMany(mappedBy = "post") List<Comment> comments;
 *     int commentsCount;
 * }
 * @Entity class Comment {
 *     @ManyToOne(fetch = LAZY) @CounterCache Post post;
 * }
 * }</pre>
 *
 * Moving a comment to another post changes both counts, in the transaction that moved it.
 *
 * <p>It goes on either side of an association, or on both; on both it is still one counter. The attribute that it keeps
 * belongs to the library from then on: an entity UPDATE never writes it, a value assigned to it by the application is
 * put right at the next flush, and it neither makes its entity dirty nor moves a {@code @Version}. An INSERT of the parent
 * writes 0, or the children that are inserted along with it, whatever the application has set.
 *
 * <p>On a collection that no to-one writes it counts the rows of the collection: in the entity that has it, or, on the
 * inverse side of a {@code @ManyToMany}, in each element.
 *
 * <pre>{@code
 * @Entity class Post {
 *     @ManyToMany @CounterCache Set<Tag> tags;                          // Post.tagsCount
 *     @ElementCollection @CounterCache List<String> links;              // Post.linksCount
 * }
 * @Entity class Tag {
 *     @ManyToMany(mappedBy = "tags") @CounterCache Set<Post> posts;     // Tag.postsCount
 * }
 * }</pre>
 *
 * <p>On an {@code @Any} it is one counter in each of the entities that its {@code @AnyDiscriminatorValue}s name, each of
 * which has to have the attribute. A {@link #path} does not begin there, nor lead through one.
 *
 * <p>All wrong declarations are reported when the session factory is built, in one {@link CounterMappingException}. Wrong
 * conditions are reported in a second one, because Hibernate can read conditions only when everything else is right.
 */
@Documented
@Target({FIELD, METHOD})
@Retention(RUNTIME)
@Repeatable(CounterCache.List.class)
public @interface CounterCache {

    /**
     * The attribute of the parent that keeps the count: int, long, short, one of their boxes, BigInteger or BigDecimal, and
     * for a {@link #sum} also double or float; null counts as 0.
     *
     * <p>Without it, a collection {@code comments} is counted in {@code commentsCount}. A to-one is counted in
     * {@code <collection>Count} of the one inverse collection that is mapped by it; where there is none, or more than
     * one, in the first that exists of {@code <child>sCount} and {@code <child>Count}, where child is the name of the child
     * entity with its first letter in lower case.
     *
     * @return the name of a numeric attribute of the parent
     */
    String value() default "";

    /**
     * A path of to-one attributes from the associated entity on to the one that has the counter.
     *
     * <pre>{@code
     * @ManyToOne @CounterCache(value = "commentsCount", path = "author") Post post; // Author.commentsCount
     * }</pre>
     *
     * A post that gets another author takes its comments along. Another transaction may do that at the same time, so the
     * rows on the path are locked when the counter is written: by one SELECT per table, and for rows without a counter to
     * move also by an UPDATE that changes nothing. A managed instance at the end of the path shows a change at the flush if
     * the session manages the rows on the path, otherwise when the change is written.
     *
     * @return the path, dots between its attributes
     */
    String path() default "";

    /**
     * A JPQL condition over the child: only children for which it is true are counted. A child that starts or stops
     * matching the condition moves the counter as if it had been inserted or deleted.
     *
     * <pre>{@code
     * @ManyToOne @CounterCache(value = "publishedCount", where = "status = PUBLISHED and hidden is null") User author;
     * }</pre>
     *
     * Names are attributes of the child; dots lead into embeddables, and to the id of a to-one. Allowed are comparisons of
     * an attribute with a literal or another attribute, {@code in}, {@code between}, {@code like}, {@code is null}, boolean
     * attributes, {@code and}, {@code or}, {@code not}. What only the database could evaluate - functions, joins,
     * subqueries, parameters, the order of texts - is refused when the session factory is built. Two texts are equal if
     * their characters are equal, so do not use a column with a collation that sees this differently.
     *
     * @return the condition
     */
    String where() default "";

    /**
     * A numeric attribute of the child to total instead of counting rows; null counts as 0. The counter has to be able to
     * hold the total exactly: a whole number for whole numbers, a BigDecimal with as many digits after the point for a
     * BigDecimal. A float or double can only be totalled in a float or double counter, because such totals are never exact: use a
     * BigDecimal where each digit counts.
     *
     * @return the name of the attribute
     */
    String sum() default "";

    /**
     * Date and time attributes of the parent that are set to now whenever this counter moves, in the same UPDATE. No others
     * are set, and now is the time of that UPDATE, just before the commit. They have to be in the same table as the counter. A reset or
     * repair sets none: no child has changed.
     *
     * @return the names of the attributes
     */
    String[] touch() default {};

    /**
     * Whether {@code size()} and {@code isEmpty()} of a collection that is not loaded are told by this counter: without a
     * statement, and nothing is loaded.
     *
     * <pre>{@code
     * @ManyToOne @CounterCache(size = true) Post post; // post.getComments().size() is Post.commentsCount
     * }</pre>
     *
     * On a collection it means that collection; on a to-one all collections of the parent that are mapped by it and have exactly
     * the children that are counted. If there is none - as with a {@link #where}, a {@link #sum} or a {@link #path}, or where a
     * restriction hides some of the children - it is refused when the session factory is built. On both sides it has to be the
     * same.
     *
     * <p>With false, {@code size()} loads the collection as it does without the library. That is what code relies on which calls it
     * to load the collection, and what is right until the rows that were there before the counter are repaired.
     *
     * @return true to have the size told by this counter
     */
    boolean size() default false;

    /**
     * The number of rows over which a hot counter is spread, for a parent on which many transactions count at the same time. They
     * add to rows of a table beside the parent's, {@code <table>_slots}, and so do not wait for each other. The attribute is the
     * column and all of its slots wherever Hibernate reads it; native SQL sees only the column. Each read sums up the slots, so
     * leave it out where no single parent is hot.
     *
     * <pre>{@code
     * @ManyToOne @CounterCache(slots = 16) Video video;
     * }</pre>
     *
     * On PostgreSQL, MariaDB and MySQL; elsewhere the column is written as without slots. With {@link #touch}, for a float or double,
     * and for a parent with {@code TABLE_PER_CLASS} it is refused when the session factory is built.
     *
     * @return the number of slots, up to 256, about as many as transactions that count on one parent at the same time; 0 for none
     */
    int slots() default 0;

    /** Several counters of one association. */
    @Documented
    @Target({FIELD, METHOD})
    @Retention(RUNTIME)
    @interface List {

        /**
         * The counters.
         *
         * @return the counters of the annotated association
         */
        CounterCache[] value();
    }
}
