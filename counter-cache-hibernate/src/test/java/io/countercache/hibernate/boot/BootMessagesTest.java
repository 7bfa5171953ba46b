package io.countercache.hibernate.boot;

import static io.countercache.hibernate.support.Boot.build;
import static io.countercache.hibernate.support.Boot.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.SinceHibernate;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Transient;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.Audited;
import org.junit.jupiter.api.Test;

/** What a user reads whose declaration is nearly right: what to do has to be in it, and has to be possible. */
class BootMessagesTest {

    // ---- attributes that exist, but not where they are looked for ----

    @Embeddable
    static class Figures {
        int visitsCount;
        Instant visitedAt;
    }

    static class Unmapped {
        int ratesCount;
    }

    @Entity(name = "Shop")
    static class Shop extends Unmapped {
        @Id
        Long id;

        Figures figures;

        @Transient
        int likesCount;

        int ordersCount;

        @Transient
        @Counter
        int opened;
    }

    @Entity(name = "Outlet")
    static class Outlet extends Shop {
        int returnsCount;
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        Long id;

        @Transient
        int seconds;

        @ManyToOne
        @CounterCache
        @CounterCache("likesCount")
        @CounterCache("ratesCount")
        @CounterCache("returnsCount")
        @CounterCache(value = "ordersCount", touch = "visitedAt")
        @CounterCache(value = "ordersCount", sum = "seconds")
        @CounterCache(sum = "id")
        Shop shop;
    }

    @Test
    void anAttributeThatIsSomewhereElseIsFound() {
        refused(
                List.of(Shop.class, Outlet.class, Visit.class),
                "Shop.opened: Shop.opened is not persistent: remove @Transient, or make its class a @MappedSuperclass if it is"
                        + " inherited",
                "Visit.shop: Shop.figures.visitsCount is in an embeddable or in the identifier: move it to the entity itself",
                "Visit.shop: Shop.likesCount is not persistent: remove @Transient, or make its class a @MappedSuperclass if it"
                        + " is inherited",
                "Visit.shop: Shop.ratesCount is not persistent: remove @Transient, or make its class a @MappedSuperclass if it"
                        + " is inherited",
                "Visit.shop: Outlet.returnsCount is in a subclass, and not each Shop has it: move it to Shop",
                "Visit.shop: 'touch': Shop.figures.visitedAt is in an embeddable or in the identifier: move it to the entity"
                        + " itself",
                "Visit.shop: 'sum': Visit.seconds is not persistent: remove @Transient, or make its class a @MappedSuperclass"
                        + " if it is inherited",
                "Visit.shop: 'sum' needs a 'value', for the default names are those of numbers of rows: name the counter of the"
                        + " total");
    }

    // ---- two declarations ----

    @Entity(name = "Post")
    static class Post {
        @Id
        Long id;

        int commentsCount;
        long wordsTotal;
        Instant changedAt;

        @OneToMany(mappedBy = "post")
        @CounterCache(where = "approved = true", touch = "changedAt")
        List<Comment> comments;
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        Long id;

        boolean approved;
        int words;

        @ManyToOne
        @CounterCache
        Post post;

        @ManyToOne
        @CounterCache("commentsCount")
        Post quoted;
    }

    @Test
    void twoDeclarationsThatDifferNameEachOtherAndTheDifference() {
        refused(
                List.of(Post.class, Comment.class),
                "Comment.quoted: Post.commentsCount is counted by Comment.post already: give each its own counter",
                "Post.comments: Post.commentsCount is declared by Comment.post with another 'where' and 'touch': make them"
                        + " equal, or give each its own counter");
    }

    // ---- names of nested classes ----

    @Entity
    static class Poll {
        @Id
        Long id;

        int votesCount;
    }

    @Entity
    static class Vote {
        @Id
        Long id;

        boolean valid;

        @ManyToOne
        @CounterCache
        Poll poll;
    }

    @Entity(name = "Meal")
    static class Meal {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "ordersCount", path = "nowhere")
        @CounterCache(value = "returnsCount", path = "nowhere")
        Shop shop;
    }

    @Test
    void theSameMistakeOfSeveralCountersOfOneAssociationIsOneLine() {
        assertThatThrownBy(() -> build(Outlet.class, Meal.class))
                .isInstanceOf(CounterMappingException.class)
                .message()
                .satisfies(message -> assertThat(message.lines()).doesNotHaveDuplicates());
    }

    @Test
    void theDefaultNameOfANestedClassIsThatOfTheClassAlone() {
        build(Poll.class, Vote.class);
    }

    // ---- conditions ----

    @Entity(name = "Ballot")
    static class Ballot {
        @Id
        Long id;

        boolean valid;
        Figures figures;

        @ManyToOne
        @CounterCache(value = "votesCount", where = "vaild = true")
        Poll poll;
    }

    @Test
    void aConditionOnAnAttributeThatDoesNotExistNamesThoseThatDo() {
        refused(
                "Ballot.poll: 'where': Hibernate cannot read it: Could not interpret path expression 'vaild': name attributes of"
                        + " Ballot: figures.visitedAt, figures.visitsCount, id, poll, valid",
                Poll.class,
                Ballot.class);
    }

    // ---- audited counters ----

    @Audited
    @Entity(name = "Topic")
    static class Topic {
        @Id
        Long id;

        int repliesCount;

        @Audited.Excluded
        @Column(name = "hidden_count")
        int hiddenCount;

        @Counter
        long views;
    }

    @Entity(name = "Reply")
    static class Reply {
        @Id
        Long id;

        @ManyToOne
        @CounterCache("repliesCount")
        @CounterCache("hiddenCount")
        Topic topic;
    }

    @Test
    @SinceHibernate(value = "7.4", because = "Hibernate has its own @Audited since then")
    void aCounterThatIsAuditedIsWarnedOf() {
        try (LogMessages messages = new LogMessages("io.countercache.hibernate.internal.check.AuditedCounter")) {
            build(Topic.class, Reply.class);
            assertThat(messages.texts())
                    .containsExactly(
                            "Topic.repliesCount is audited, but the audit log gets the value of the parent's own last change and"
                                    + " not that of its children's: annotate the counter with @NotAudited, or Hibernate's"
                                    + " @Audited.Excluded",
                            "Topic.views is audited, but the audit log gets the value of the parent's own last change and not"
                                    + " that of its children's: annotate the counter with @NotAudited, or Hibernate's"
                                    + " @Audited.Excluded");
        }
    }
}
