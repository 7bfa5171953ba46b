package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.CuttingRelay;
import io.countercache.hibernate.support.EachWrite;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.PersistenceException;
import java.net.URI;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that break in the middle of the last message of a transaction: it is committed whole, or nothing of it is. */
@Tag("postgresql")
@EachWrite
class LostMessageTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private final String write;
    private CuttingRelay relay;
    private HikariDataSource connections;
    private SessionFactory factory;
    private List<Post> posts;

    LostMessageTest(String write) {
        this.write = write;
    }

    @BeforeEach
    void connectThroughARelay() {
        posts = List.of(db.persist(new Post("first")), db.persist(new Post("second")));
        String url = db.connections().getJdbcUrl();
        int port = URI.create(url.substring("jdbc:".length())).getPort();
        relay = new CuttingRelay(port);
        HikariConfig config = new HikariConfig();
        db.connections().copyStateTo(config);
        config.setJdbcUrl(url.replace(":" + port, ":" + relay.port()));
        config.addDataSourceProperty("prepareThreshold", "0"); // has the text of each statement in its message
        connections = new HikariDataSource(config);
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.connection.datasource", db.recording(connections));
        factory = configuration.setProperty(CounterCacheSettings.WRITE, write).buildSessionFactory();
    }

    @AfterEach
    void close() {
        factory.close();
        connections.close();
        relay.close();
    }

    private void commentOnEach(Session session) {
        posts.forEach(post -> session.persist(new Comment(session.getReference(Post.class, post.id))));
    }

    private void assertCommentsOnEach(int comments) {
        assertThat(db.number("select count(*) from comment")).isEqualTo(comments * posts.size());
        assertThat(db.number("select count(*) from post where comments_count = " + comments))
                .isEqualTo(posts.size());
    }

    @ParameterizedTest
    @EnumSource
    void isCommittedWholeOrNotAtAll(CuttingRelay.Cut cut) {
        factory.inTransaction(this::commentOnEach);
        assertThatThrownBy(() -> factory.inTransaction(session -> {
                    commentOnEach(session);
                    session.flush();
                    relay.cutNextCommit(cut);
                }))
                .isInstanceOf(PersistenceException.class)
                // not that of a failed UPDATE: whoever tries that again would count twice
                .hasMessage("Unable to commit against JDBC Connection");
        assertThat(relay.hasCut()).isTrue();
        int committed = cut == CuttingRelay.Cut.UNANSWERED ? 2 : 1;
        assertCommentsOnEach(committed);
        // and whoever tries again gets another connection
        factory.inTransaction(this::commentOnEach);
        assertCommentsOnEach(committed + 1);
    }
}
