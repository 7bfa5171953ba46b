package io.countercache.hibernate.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The database server that all tests of this JVM share. H2 in memory or MariaDB if the build asks for it; else PostgreSQL: the one
 * at {@code TEST_JDBC_URL} (with {@code TEST_JDBC_USER} and {@code TEST_JDBC_PASSWORD}), a container if
 * {@code TEST_DATABASE=docker}, or an embedded one.
 */
public final class TestServer {

    public static final boolean IS_H2 = "h2".equals(System.getProperty("test.database"));

    public static final boolean IS_MARIADB = "mariadb".equals(System.getProperty("test.database"));

    /** Why a test of what another transaction commits meanwhile is skipped on MariaDB. */
    public static final String OLD_ROWS =
            "at REPEATABLE READ, the default there, a transaction reads nothing that has been committed since";

    /** For what takes no time unless the machine is busy. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    public static final boolean IS_POSTGRESQL = !IS_H2 && !IS_MARIADB;

    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private record Address(String url, String user, String password) {}

    private TestServer() {}

    /** Connections to an empty schema that nobody else uses. */
    public static HikariDataSource emptySchema() {
        String schema = "test_" + ProcessHandle.current().pid() + "_" + SCHEMAS.incrementAndGet();
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(40);
        // with none the pool may not notice that somebody has begun to wait for another one
        config.setMinimumIdle(1);
        config.setConnectionTimeout(PATIENCE.toMillis());
        if (IS_H2) {
            config.setJdbcUrl("jdbc:h2:mem:" + schema + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=" + PATIENCE.toMillis());
            return new HikariDataSource(config);
        }
        if (IS_MARIADB) {
            assumeTrue(MariaDb.isInstalled(), MariaDb.HOW_TO_INSTALL);
            config.setJdbcUrl(MariaDb.get().url(schema));
            config.setUsername("root");
            config.setCatalog(schema);
            return new HikariDataSource(config);
        }
        Address server = PostgreSql.ADDRESS;
        config.setJdbcUrl(server.url());
        config.setUsername(server.user());
        config.setPassword(server.password());
        config.setSchema(schema);
        HikariDataSource connections = new HikariDataSource(config);
        try (var connection = connections.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create schema " + schema);
        } catch (SQLException e) {
            throw new IllegalStateException("could not create schema " + schema, e);
        }
        return connections;
    }

    /** Removes what {@link #emptySchema} made. */
    public static void drop(HikariDataSource connections) {
        try (connections;
                var connection = connections.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(dropOf(connections));
        } catch (SQLException e) {
            throw new IllegalStateException("could not drop the schema of " + connections.getJdbcUrl(), e);
        }
    }

    private static String dropOf(HikariDataSource connections) {
        if (IS_MARIADB) {
            return "drop database " + connections.getCatalog();
        }
        return IS_H2 ? "drop all objects" : "drop schema " + connections.getSchema() + " cascade";
    }

    private static final class PostgreSql {

        static final Address ADDRESS = start();

        private static Address start() {
            String url = System.getenv("TEST_JDBC_URL");
            if (url != null) {
                return new Address(url, System.getenv("TEST_JDBC_USER"), System.getenv("TEST_JDBC_PASSWORD"));
            }
            if ("docker".equals(System.getenv("TEST_DATABASE"))) {
                @SuppressWarnings("resource") // removed by Testcontainers when the JVM ends
                var container = new PostgreSQLContainer("postgres:17");
                container.start();
                return new Address(container.getJdbcUrl(), container.getUsername(), container.getPassword());
            }
            try {
                var embedded = EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        // locks tables now and then, and some tests wait for a lock for a few milliseconds only
                        .setServerConfig("autovacuum", "off")
                        .setPGStartupWait(PATIENCE)
                        .start();
                return new Address(embedded.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
            } catch (IOException e) {
                throw new UncheckedIOException("could not start the embedded PostgreSQL", e);
            }
        }
    }
}
