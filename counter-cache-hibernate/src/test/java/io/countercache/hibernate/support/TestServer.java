package io.countercache.hibernate.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The database that all tests of this JVM share: an {@link EmbeddedDatabase} or MariaDB if the build asks for it; else PostgreSQL:
 * the one at {@code TEST_JDBC_URL} (with {@code TEST_JDBC_USER} and {@code TEST_JDBC_PASSWORD}), a container if
 * {@code TEST_DATABASE=docker}, or an embedded one.
 */
public final class TestServer {

    private static final String NAME = System.getProperty("test.database", "postgresql");

    private static final Optional<EmbeddedDatabase> EMBEDDED = EmbeddedDatabase.of(NAME);

    public static final boolean IS_H2 = is("h2");

    public static final boolean IS_MARIADB = is("mariadb");

    /** PostgreSQL, which gets what is sent to databases that are not known. */
    public static final boolean IS_PORTABLE = is("portable");

    /** Whether a flush locks the parents of its children, if there are counters further up. */
    public static final boolean LOCKS_PARENTS = IS_MARIADB || IS_PORTABLE;

    /** Why a test of {@code bump} is skipped with portable SQL. */
    public static final String NO_BUMP = "portable SQL has no upsert, so that bump is refused";

    /** Why a test of how many statements there are is skipped with portable SQL. */
    public static final String MORE_STATEMENTS = "portable SQL needs more statements";

    /** Why a test of bulk statements is skipped with portable SQL. */
    public static final String REFUSED_BULK =
            "portable SQL cannot tell which rows an INSERT has made, or a DELETE has taken from a collection: it is refused";

    /** What a report of a test says of the server, as a property of the JVM. */
    private static final String VERSION = "test.database.version";

    /** Why a test of what another transaction commits meanwhile is skipped on MariaDB. */
    public static final String OLD_ROWS =
            "at REPEATABLE READ, the default there, a transaction reads nothing that has been committed since";

    /** SQL for a random number, also in HQL. */
    public static final String RANDOM = IS_MARIADB ? "rand()" : "random()";

    /** For what takes no time unless the machine is busy. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Counters with slots are written to slots; elsewhere to their column. */
    public static final boolean HAS_SLOTS = is("postgresql") || IS_MARIADB;

    public static final boolean IS_POSTGRESQL = is("postgresql") || IS_PORTABLE;

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
        if (EMBEDDED.isPresent()) {
            config.setJdbcUrl(EMBEDDED.get().url(schema));
            return tellingVersion(new HikariDataSource(config));
        }
        if (IS_MARIADB) {
            assumeTrue(MariaDb.isInstalled(), MariaDb.HOW_TO_INSTALL);
            config.setJdbcUrl(MariaDb.get().url(schema));
            config.setUsername("root");
            config.setCatalog(schema);
            return tellingVersion(new HikariDataSource(config));
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
        return tellingVersion(connections);
    }

    /** The build asks for this database. */
    public static boolean is(String name) {
        return NAME.equals(name);
    }

    private static HikariDataSource tellingVersion(HikariDataSource connections) {
        if (System.getProperty(VERSION) == null) {
            try (var connection = connections.getConnection()) {
                System.setProperty(VERSION, connection.getMetaData().getDatabaseProductVersion());
            } catch (SQLException e) {
                throw new IllegalStateException("could not connect to " + connections.getJdbcUrl(), e);
            }
        }
        return connections;
    }

    /** Removes what {@link #emptySchema} made. */
    public static void drop(HikariDataSource connections) {
        try {
            if (EMBEDDED.isPresent()) {
                connections.close();
                EMBEDDED.get().drop(connections.getJdbcUrl());
                return;
            }
            try (connections;
                    var connection = connections.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(
                        IS_MARIADB
                                ? "drop database " + connections.getCatalog()
                                : "drop schema " + connections.getSchema() + " cascade");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("could not drop the schema of " + connections.getJdbcUrl(), e);
        }
    }

    /** Without looking at which rows refer to which. Where nobody can, each test has tables of its own. */
    static boolean canEmptyTables() {
        return !is("derby");
    }

    /** These statements, and what makes the database take them in any order. */
    static List<String> withoutForeignKeys(List<String> statements) {
        String off = EMBEDDED.map(EmbeddedDatabase::keysOff)
                .orElse(IS_MARIADB ? "set foreign_key_checks = 0" : "set session_replication_role = replica");
        String on = EMBEDDED.map(EmbeddedDatabase::keysOn)
                .orElse(IS_MARIADB ? "set foreign_key_checks = 1" : "set session_replication_role = origin");
        List<String> all = new ArrayList<>(statements);
        all.add(0, off);
        all.add(on);
        boolean takesSeveral = IS_H2 || !(IS_MARIADB || EMBEDDED.isPresent());
        return takesSeveral ? List.of(String.join(";", all)) : all;
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
