package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Relay;
import io.countercache.hibernate.support.Relayed;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.Map;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However the driver is told to send statements and to fetch rows: the counter goes along with the COMMIT, and comes back. */
@Tag("postgresql")
class DriverSettingsTest {

    /** More than the driver sends before it prepares a statement on the server. */
    private static final int TRANSACTIONS = 7;

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prepareThreshold=0",
                "prepareThreshold=1",
                "prepareThreshold=-1", // binary from the first time on
                "defaultRowFetchSize=1",
                "defaultRowFetchSize=1&adaptiveFetch=true",
                "preparedStatementCacheQueries=0",
                "preferQueryMode=extendedCacheEverything",
                "binaryTransfer=false",
                "reWriteBatchedInserts=true",
                "socketTimeout=60"
            })
    void anySetting(String setting) {
        Post post = db.persist(new Post("post"));
        Post other = db.persist(new Post("other"));
        try (Relayed relayed = new Relayed(db, "&" + setting, Map.of("hibernate.jdbc.batch_size", 20), pool -> pool)) {
            for (int i = 1; i <= TRANSACTIONS; i++) {
                Post managed = relayed.factory().fromTransaction(session -> {
                    Post found = session.find(Post.class, post.id);
                    session.persist(new Comment(found));
                    db.persist(new Comment(post));
                    return found;
                });
                assertThat(managed.shown())
                        .as("with that of another transaction")
                        .isEqualTo(2 * i);
                List<String> messages = relayed.messagesOfTransaction(session -> {
                    session.persist(new Comment(session.getReference(Post.class, other.id)));
                    session.persist(new Comment(session.getReference(Post.class, other.id)));
                });
                assertThat(messages.get(messages.size() - 1)).matches("update post .*; commit");
                assertThat(messages).doesNotContain("COMMIT");
            }
        }
        assertThat(db.number("select comments_count from post where id = " + other.id))
                .isEqualTo(2 * TRANSACTIONS);
    }

    /** As it is recommended, for it saves Hibernate from changing that of each connection. */
    @Test
    void aPoolThatTurnsAutocommitOff() {
        Post post = db.persist(new Post("post"));
        HikariConfig config = new HikariConfig();
        db.connections().copyStateTo(config);
        config.setAutoCommit(false);
        config.setMaximumPoolSize(1);
        try (Relay relay = new Relay(db.connections())) {
            config.setSchema(null); // which the pool would set in a transaction that it rolls back
            config.setJdbcUrl(relay.url() + "&currentSchema=" + db.connections().getSchema());
            var configuration = db.configuration();
            configuration.setProperty("hibernate.connection.provider_disables_autocommit", "true");
            configuration.setProperty("hibernate.hbm2ddl.auto", "none");
            try (HikariDataSource pool = new HikariDataSource(config)) {
                configuration.getProperties().put("hibernate.connection.datasource", pool);
                try (SessionFactory factory = configuration.buildSessionFactory()) {
                    for (int i = 0; i < TRANSACTIONS; i++) {
                        List<String> messages = relay.messagesOf(() -> factory.inTransaction(
                                session -> session.persist(new Comment(session.find(Post.class, post.id)))));
                        assertThat(messages.get(messages.size() - 1)).matches("update post .*; commit");
                        assertThat(messages).doesNotContain("COMMIT", "ROLLBACK");
                    }
                }
            }
        }
        assertThat(db.number("select comments_count from post")).isEqualTo(TRANSACTIONS);
    }
}
