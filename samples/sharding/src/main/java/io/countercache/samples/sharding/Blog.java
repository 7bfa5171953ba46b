package io.countercache.samples.sharding;

import io.countercache.hibernate.CounterCacheSettings;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.apache.shardingsphere.driver.jdbc.core.datasource.ShardingSphereDataSource;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** Posts, whose comments come, move and go. */
final class Blog implements AutoCloseable {

    static final int POSTS = 40;

    final SessionFactory factory;
    private final int servers;
    private final AtomicLong numbers = new AtomicLong();
    private final DataSource database;

    Blog(Servers servers) throws IOException, SQLException {
        this.servers = servers.number();
        database = servers.sharded();
        Configuration configuration = new Configuration();
        configuration.addAnnotatedClass(Post.class).addAnnotatedClass(Comment.class);
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, database);
        // ShardingSphere reads each statement, and does not know all that PostgreSQL does
        configuration.setProperty(CounterCacheSettings.DATABASE, "portable");
        factory = configuration.buildSessionFactory();
        factory.inTransaction(session -> {
            for (long id = 0; id < POSTS; id++) {
                session.persist(new Post(id));
            }
        });
    }

    /** A comment on the server of its post. */
    Comment comment(Session session, long post) {
        long id = numbers.getAndIncrement() * servers + post % servers;
        Comment comment = new Comment(id, session.getReference(Post.class, post));
        session.persist(comment);
        return comment;
    }

    @Override
    public void close() throws SQLException {
        factory.close();
        database.unwrap(ShardingSphereDataSource.class).close();
    }
}
