package io.countercache.hibernate.slots;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Assumptions;

/** A second session factory for the tables of a test, whose transactions have an isolation level. */
record AtIsolation(HikariDataSource connections, SessionFactory factory) implements AutoCloseable {

    static final String READ_COMMITTED = "TRANSACTION_READ_COMMITTED";
    static final String REPEATABLE_READ = "TRANSACTION_REPEATABLE_READ";

    /** Skips the test at levels where the database refuses to change what has changed since the transaction began. */
    static void assumeNothingIsRefused(String isolation) {
        Assumptions.assumeTrue(TestServer.IS_MARIADB || isolation.equals(READ_COMMITTED));
    }

    static AtIsolation of(String isolation, TestDatabase db) {
        HikariConfig config = new HikariConfig();
        db.connections().copyStateTo(config);
        config.setTransactionIsolation(isolation);
        HikariDataSource connections = new HikariDataSource(config);
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
        return new AtIsolation(connections, configuration.buildSessionFactory());
    }

    @Override
    public void close() {
        factory.close();
        connections.close();
    }
}
