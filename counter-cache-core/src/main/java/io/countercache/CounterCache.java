package io.countercache;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * A derived counter: kept on the parent, equal to the number of its children at every commit.
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
 * put right at the next flush, and it neither makes its entity dirty nor moves a {@code @Version}. Only an INSERT of the
 * parent writes what the application set, null as 0.
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
 * <p>Every wrong declaration is reported when the session factory is built, in one {@link CounterMappingException}.
 */
@Documented
@Target({FIELD, METHOD})
@Retention(RUNTIME)
@Repeatable(CounterCache.List.class)
public @interface CounterCache {

    /**
     * The attribute of the parent that keeps the count: int, long, short, one of their boxes, BigInteger or BigDecimal;
     * null counts as 0.
     *
     * <p>Without it, a collection {@code comments} is counted in {@code commentsCount}. A to-one is counted in
     * {@code <collection>Count} of the one inverse collection that is mapped by it; where there is none, or more than
     * one, in the first that exists of {@code <child>sCount} and {@code <child>Count}, child being the name of the child
     * entity with its first letter in lower case.
     *
     * @return the name of a numeric attribute of the parent
     */
    String value() default "";

    /**
     * A path of to-one attributes from the associated entity on to the one that has the counter. Not supported yet:
     * refused when the session factory is built.
     *
     * @return the path, dots between its attributes
     */
    String path() default "";

    /**
     * A JPQL condition over the child: only children for which it is true are counted. Not supported yet: refused when
     * the session factory is built.
     *
     * @return the condition
     */
    String where() default "";

    /**
     * A numeric attribute of the child to total instead of counting rows. Not supported yet: refused when the session
     * factory is built.
     *
     * @return the name of the attribute
     */
    String sum() default "";

    /**
     * Date and time attributes of the parent that are set to now whenever this counter moves, in the same UPDATE: exactly
     * these, and at the time of that UPDATE, which is just before the commit. They are in the same table as the counter.
     *
     * @return the names of the attributes
     */
    String[] touch() default {};

    /**
     * Whether collection sizes may be answered from this counter. Not supported yet: false is refused when the session
     * factory is built.
     *
     * @return false to maintain the counter without reading it
     */
    boolean active() default true;

    /**
     * Over how many rows a hot counter is spread. Not supported yet: anything but 0 is refused when the session factory
     * is built.
     *
     * @return the number of slots, 0 for none
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
