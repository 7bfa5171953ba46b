package io.countercache.hibernate.boot;

import static io.countercache.hibernate.support.Boot.build;
import static io.countercache.hibernate.support.Boot.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.LogMessages;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import jakarta.persistence.SecondaryTable;
import java.util.List;
import java.util.Set;
import org.hibernate.annotations.Any;
import org.hibernate.annotations.AnyDiscriminatorValue;
import org.hibernate.annotations.AnyKeyJavaClass;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.ManyToAny;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.TenantId;
import org.junit.jupiter.api.Test;

/** Mappings that are refused, or warned of, when the session factory is built. Sends no SQL: these create no tables. */
class BootMappingsTest {

    @Entity(name = "Post")
    @SecondaryTable(name = "post_figures")
    static class Post {
        @Id
        Long id;

        int commentsCount;

        @Column(table = "post_figures")
        int likesCount;

        @ColumnTransformer(read = "shares / 2", write = "? * 2")
        int shares;
    }

    // ---- ids ----

    @Entity(name = "Bill")
    static class Bill {
        @Id
        @OneToOne
        Post post;

        int itemsCount;
    }

    @Entity(name = "Item")
    static class Item {
        @Id
        Long id;

        @ManyToOne
        @CounterCache
        Bill bill;
    }

    @Test
    void aParentThatIsItsOwnIdentifierIsRefused() {
        refused(
                "Item.bill: Bill is its own identifier, because no other class has all of its @Id attributes: add an @IdClass",
                Post.class,
                Bill.class,
                Item.class);
    }

    // ---- what the column of a counter has to be ----

    @Entity(name = "Like")
    static class Like {
        @Id
        Long id;

        @ManyToOne
        @CounterCache
        Post post;
    }

    @Test
    void aCounterInASecondaryTableWithoutARowForEachParentIsRefused() {
        refused(
                "Like.post: Post.likesCount is in a secondary table whose row may be missing: put it in the table of the"
                        + " entity, or declare @SecondaryRow(optional = false)",
                Post.class,
                Like.class);
    }

    @Entity(name = "Share")
    static class Share {
        @Id
        Long id;

        @ManyToOne
        @CounterCache("shares")
        Post post;
    }

    @Test
    void aCounterThatIsTransformedIsRefused() {
        refused(
                "Share.post: Post.shares has a @ColumnTransformer: name an attribute without one",
                Post.class,
                Share.class);
    }

    // ---- associations that do not write their column ----

    @Entity(name = "ReadOnly")
    static class ReadOnly {
        @Id
        Long id;

        @Column(name = "post_id")
        Long postId;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "post_id", insertable = false, updatable = false)
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    void anAssociationThatDoesNotWriteItsColumnIsRefused() {
        refused(
                "ReadOnly.post: ReadOnly.post does not write its column: count the association that does",
                Post.class,
                ReadOnly.class);
    }

    // ---- associations with rows of several entities ----

    @Entity(name = "Anything")
    static class Anything {
        @Id
        Long id;

        @Any
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "target_id")
        @Column(name = "target_type")
        @CounterCache("commentsCount")
        Object target;
    }

    @Test
    void anAnyThatNamesNoEntitiesIsRefused() {
        refused(
                "Anything.target: is an @Any that may lead to any entity, and each needs a counter: name each by an"
                        + " @AnyDiscriminatorValue",
                Post.class,
                Anything.class);
    }

    @Entity(name = "Uncounted")
    static class Uncounted {
        @Id
        Long id;
    }

    @Entity(name = "Mention")
    static class Mention {
        @Id
        Long id;

        @Any
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyDiscriminatorValue(discriminator = "U", entity = Uncounted.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "target_id")
        @Column(name = "target_type")
        @CounterCache("commentsCount")
        Object target;
    }

    @Test
    void anAnyThatLeadsToAnEntityWithoutTheCounterIsRefused() {
        refused(
                "Mention.target: Uncounted has no attribute 'commentsCount': add it",
                Post.class,
                Uncounted.class,
                Mention.class);
    }

    @Entity(name = "Coded")
    static class Coded {
        @Id
        String code;

        int commentsCount;
    }

    @Entity(name = "Citation")
    static class Citation {
        @Id
        Long id;

        @Any
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyDiscriminatorValue(discriminator = "C", entity = Coded.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "target_id")
        @Column(name = "target_type")
        @CounterCache("commentsCount")
        Object target;
    }

    @Test
    void anAnyWhoseKeysAreNotTheIdsOfAnEntityIsRefused() {
        refused(
                "Citation.target: is an @Any with keys of type Long, but Coded has ids of type String, which no query can"
                        + " compare: use a @ManyToOne for it",
                Post.class,
                Coded.class,
                Citation.class);
    }

    @Entity(name = "Renamed")
    static class Renamed {
        @Id
        Long id;

        @Any
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyDiscriminatorValue(discriminator = "Q", entity = Post.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "target_id")
        @Column(name = "target_type")
        @CounterCache("commentsCount")
        Object target;
    }

    @Test
    void anAnyWithTwoValuesForOneEntityIsRefused() {
        refused(
                "Renamed.target: is an @Any with several values for one entity, and a recount sees only one of them: give"
                        + " each entity a single @AnyDiscriminatorValue",
                Post.class,
                Renamed.class);
    }

    @Entity(name = "FromAny")
    static class FromAny {
        @Id
        Long id;

        @Any
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "target_id")
        @Column(name = "target_type")
        @CounterCache(value = "commentsCount", path = "blog")
        Object target;
    }

    @Test
    void aPathFromAnAnyIsRefused() {
        refused(
                "FromAny.target: 'path': an @Any leads to rows of several entities, so no path can lead on: remove it, or"
                        + " use a @ManyToOne",
                Post.class,
                FromAny.class);
    }

    @Entity(name = "About")
    static class About {
        @Id
        Long id;

        @Any
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "target_id")
        @Column(name = "target_type")
        Object target;
    }

    @Entity(name = "ThroughAny")
    static class ThroughAny {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "commentsCount", path = "target")
        About about;
    }

    @Test
    void aPathThroughAnAnyIsRefused() {
        refused(
                "ThroughAny.about: 'path': About.target is an @Any, which leads to rows of several entities: end the path"
                        + " before it",
                Post.class,
                About.class,
                ThroughAny.class);
    }

    @Entity(name = "ManyAnys")
    static class ManyAnys {
        @Id
        Long id;

        int targetsCount;

        @ManyToAny
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyKeyJavaClass(Long.class)
        @JoinTable(
                name = "many_anys_targets",
                joinColumns = @JoinColumn(name = "owner_id"),
                inverseJoinColumns = @JoinColumn(name = "target_id"))
        @Column(name = "target_type")
        @CounterCache
        Set<Object> targets;
    }

    @Test
    void aManyToAnyIsRefused() {
        refused(
                "ManyAnys.targets: ManyAnys.targets has elements of any entity, and no query can count those: map the rows as an"
                        + " entity and count its @ManyToOne",
                Post.class,
                ManyAnys.class);
    }

    // ---- rows that somebody else writes, or hides ----

    @Entity(name = "Series")
    static class Series {
        @Id
        Long id;

        int notesCount;
    }

    @Entity(name = "Talk")
    static class Talk {
        @Id
        Long id;

        int messagesCount;

        @OneToMany
        @JoinColumn(name = "talk_id")
        List<Message> messages;
    }

    @Entity(name = "Message")
    static class Message {
        @Id
        Long id;

        @ManyToOne
        @JoinColumn(name = "talk_id")
        @CounterCache
        Talk talk;
    }

    @Test
    void anAssociationWhoseColumnACollectionWritesTooIsRefused() {
        refused(
                "Message.talk: Talk.messages writes the column of Message.talk, and what it writes is not counted: declare mappedBy on it",
                Talk.class,
                Message.class);
    }

    // ---- rows that a recount does not see ----

    @Entity(name = "Room")
    @SQLRestriction("closed = false")
    static class Room {
        @Id
        Long id;

        boolean closed;

        @ManyToOne
        Series series;
    }

    @Entity(name = "Chair")
    static class Chair {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "notesCount", path = "series")
        Room room;
    }

    @Test
    void aPathThroughRowsThatARestrictionHidesIsRefused() {
        refused(
                "Chair.room: 'path': Room has a @SQLRestriction, which hides rows of the path: remove it",
                Series.class,
                Room.class,
                Chair.class);
    }

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        Long id;

        int booksCount;

        @OneToMany(mappedBy = "shelf")
        @SQLRestriction("lent = false")
        @CounterCache
        List<Book> books;
    }

    @Entity(name = "Book")
    static class Book {
        @Id
        Long id;

        boolean lent;

        @ManyToOne
        Shelf shelf;
    }

    @Test
    void aCollectionThatARestrictionMakesSmallerIsRefused() {
        refused(
                "Shelf.books: has a @SQLRestriction, but rows that it hides would be counted: put @CounterCache with a 'where' on the association",
                Shelf.class,
                Book.class);
    }

    @Entity(name = "OfTenant")
    static class OfTenant {
        @Id
        Long id;

        @TenantId
        String tenant;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    void childrenOfTenantsOfAParentOfAllAreRefused() {
        refused(
                "OfTenant.post: OfTenant has a @TenantId and Post has none, and a recount sees the rows of one tenant"
                        + " only: give both a @TenantId",
                Post.class,
                OfTenant.class);
    }

    @Entity(name = "Hideable")
    @SQLRestriction("hidden = false")
    static class Hideable {
        @Id
        Long id;

        boolean hidden;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    void childrenThatARestrictionHidesAreWarnedOf() {
        try (LogMessages messages = new LogMessages("io.countercache.hibernate.internal.check.ChildRowsCheck")) {
            build(Post.class, Hideable.class);
            assertThat(messages.texts())
                    .containsExactly(
                            "Hideable has a @SQLRestriction: rows that it hides are counted when Hibernate changes"
                                    + " them but not by a recount: remove rows through Hibernate, or mark them with @SoftDelete");
        }
    }
}
