package io.countercache.hibernate.support;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.hibernate.SessionFactory;

/** Another session factory for the tables of a test, on a connection of its own behind a {@link Relay}. */
public final class Relayed implements AutoCloseable {

    private final Relay relay;
    private final HikariDataSource connections;
    private final SessionFactory factory;

    public Relayed(TestDatabase db, Map<String, Object> settings) {
        this(db, "", settings, pool -> pool);
    }

    /**
     * @param options of the driver, as in {@code &autosave=always}
     * @param proxy what stands between the pool and Hibernate
     */
    public Relayed(TestDatabase db, String options, Map<String, Object> settings, UnaryOperator<DataSource> proxy) {
        relay = new Relay(db.connections());
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(relay.url() + options);
        config.setUsername(db.connections().getUsername());
        config.setPassword(db.connections().getPassword());
        config.setSchema(db.connections().getSchema());
        config.setMaximumPoolSize(1); // what a transaction leaves on its connection, the next one meets
        config.setConnectionTimeout(20_000);
        connections = new HikariDataSource(config);
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
        configuration.getProperties().put("hibernate.connection.datasource", proxy.apply(connections));
        configuration.getProperties().putAll(settings);
        factory = configuration.buildSessionFactory();
    }

    public SessionFactory factory() {
        return factory;
    }

    public HikariDataSource connections() {
        return connections;
    }

    /** What is sent while this runs. */
    public List<String> messagesOf(Runnable work) {
        return relay.messagesOf(work);
    }

    /** What a transaction sends. */
    public List<String> messagesOfTransaction(Consumer<Session> work) {
        return messagesOf(() -> factory.inTransaction(work));
    }

    @Override
    public void close() {
        factory.close();
        connections.close();
        relay.close();
    }
}
