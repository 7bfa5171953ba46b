package io.countercache.hibernate.transaction;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Relayed;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** How often a transaction waits for the server, counted between the driver and the server: with a counter as often as without. */
@Tag("postgresql")
@ParameterizedClass(name = "preferQueryMode={0}")
@ValueSource(strings = {"extended", "extendedForPrepared"})
class MessagesTest {

    @Entity(name = "Region")
    static class Region {
        @Id
        Long id = 1L;

        int votesCount;
    }

    @Entity(name = "Poll")
    static class Poll {
        @Id
        Long id = 1L;

        @ManyToOne(fetch = FetchType.LAZY)
        Region region;
    }

    @Entity(name = "Vote")
    static class Vote {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "votesCount", path = "region")
        Poll poll;
    }

    /** Of one row, of some, or of many. */
    private static final String COUNTER_UPDATES = "(?is)((; )?(update|with) [^;]* coalesce[^;]*)+";

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Post.class, Author.class, Comment.class, Region.class, Poll.class, Vote.class);

    @Parameter
    String mode;

    private Post post;

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    private Relayed relayed(String name, Object value) {
        return new Relayed(db, "&preferQueryMode=" + mode, Map.of(name, value), pool -> pool);
    }

    /**
     * Does the same without the library and with each way to write: the COMMIT takes the counters along, or they are a message of
     * their own.
     */
    private void assertSentWithTheCommit(Consumer<SessionFactory> transaction) {
        List<String> without = messages(relayed(CounterCacheSettings.ENABLED, false), transaction);
        db.execute("update post set comments_count = (select count(*) from comment where post_id = post.id)");
        List<String> with = messages(relayed(CounterCacheSettings.WRITE, "with_commit"), transaction);
        List<String> before = messages(relayed(CounterCacheSettings.WRITE, "before_commit"), transaction);
        assertThat(last(without)).isEqualTo("COMMIT");
        assertThat(last(with)).matches(COUNTER_UPDATES + "; commit");
        assertThat(with).as("messages, of which none is for counters only").hasSameSizeAs(without);
        assertThat(last(before)).isEqualTo("COMMIT");
        assertThat(before.get(before.size() - 2)).matches(COUNTER_UPDATES);
        assertThat(before).hasSize(without.size() + 1);
    }

    private static String last(List<String> messages) {
        return messages.get(messages.size() - 1);
    }

    /** Of the last of some transactions: the driver prepares statements on the server when it has sent them a few times. */
    private static List<String> messages(Relayed relayed, Consumer<SessionFactory> transaction) {
        try (relayed) {
            List<List<String>> messages = IntStream.range(0, 8)
                    .mapToObj(i -> relayed.messagesOf(() -> transaction.accept(relayed.factory())).stream()
                            .filter(message -> !message.contains("nextval")) // is asked for now and then
                            .toList())
                    .toList();
            assertThat(messages.get(1)).as("the second time").hasSameSizeAs(messages.get(7));
            return messages.get(7);
        }
    }

    @Test
    void aCommentOnALoadedPost() {
        assertSentWithTheCommit(factory ->
                factory.inTransaction(session -> session.persist(new Comment(session.find(Post.class, post.id)))));
    }

    @Test
    void aCommentOnAPostThatIsNotLoaded() {
        assertSentWithTheCommit(factory -> factory.inTransaction(
                session -> session.persist(new Comment(session.getReference(Post.class, post.id)))));
    }

    @Test
    void commentsOnTwoPosts() {
        Post other = db.persist(new Post("other"));
        assertSentWithTheCommit(factory -> factory.inTransaction(session -> {
            session.persist(new Comment(session.getReference(Post.class, post.id)));
            session.persist(new Comment(session.find(Post.class, other.id)));
        }));
    }

    @Test
    void commentsOnSoManyPostsThatTheyAreOneStatement() {
        List<Post> posts =
                IntStream.range(0, 20).mapToObj(i -> new Post("post " + i)).toList();
        db.inTransaction(session -> posts.forEach(session::persist));
        assertSentWithTheCommit(factory -> factory.inTransaction(session ->
                posts.forEach(post -> session.persist(new Comment(session.getReference(Post.class, post.id))))));
    }

    @Test
    @SinceHibernate("7.2")
    void aCommentThatAStatelessSessionInserts() {
        assertSentWithTheCommit(
                factory -> factory.inStatelessTransaction(session -> insert(session, new Comment(post))));
    }

    /** The polls that it counts through have to be locked and read before. */
    @Test
    void aVoteOnAPathSendsOneMessageLess() {
        Region region = db.persist(new Region());
        Poll poll = new Poll();
        poll.region = region;
        db.persist(poll);
        Consumer<SessionFactory> transaction = factory -> factory.inTransaction(session -> {
            Vote vote = new Vote();
            vote.poll = session.getReference(Poll.class, poll.id);
            session.persist(vote);
        });
        List<String> with = messages(relayed(CounterCacheSettings.WRITE, "with_commit"), transaction);
        List<String> before = messages(relayed(CounterCacheSettings.WRITE, "before_commit"), transaction);
        assertThat(last(with)).matches(COUNTER_UPDATES + "; commit");
        assertThat(before).hasSize(with.size() + 1);
    }
}
