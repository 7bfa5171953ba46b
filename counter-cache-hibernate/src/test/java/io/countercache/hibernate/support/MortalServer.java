package io.countercache.hibernate.support;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A server that a test kills and starts again, and what that test says to it: PostgreSQL, or MariaDB if the build asks for it. */
public final class MortalServer implements AutoCloseable {

    /** The end of a SELECT that locks a parent. */
    public static final String LOCK = TestServer.IS_MARIADB ? " for update" : " for no key update";

    /** What names the connection, of those that wait for a lock. */
    public static final String CONNECTION = TestServer.IS_MARIADB ? "trx_mysql_thread_id" : "pid";

    /** Those that wait for a lock. */
    public static final String WAITING = TestServer.IS_MARIADB
            ? " from information_schema.innodb_trx where trx_state = 'LOCK WAIT'"
            : " from pg_locks where not granted";

    /** Whose connections can be told from those of the test. */
    public static final String APPLICATION = "application";

    public static final String CONNECTIONS_OF_APPLICATION = TestServer.IS_MARIADB
            ? "select count(*) from information_schema.processlist where user = 'application'"
            : "select count(*) from pg_stat_activity where application_name = 'application'";

    private final Path directory;
    private EmbeddedPostgres postgres;
    private MariaDb mariaDb;

    private MortalServer(Path directory) {
        this.directory = directory;
    }

    /** Starts one that keeps its data in a directory: what is committed survives the death of the server. */
    public static MortalServer start(Path directory) {
        assumeFalse(TestServer.IS_H2, "H2 in memory is gone with its process");
        assumeTrue(!TestServer.IS_MARIADB || MariaDb.isInstalled(), MariaDb.HOW_TO_INSTALL);
        MortalServer server = new MortalServer(directory.resolve("data"));
        server.startAt(0);
        if (TestServer.IS_MARIADB) {
            server.createUser();
        }
        return server;
    }

    private void createUser() {
        try (var connection = DriverManager.getConnection(url("root"));
                var statement = connection.createStatement()) {
            for (String host : List.of("localhost", "127.0.0.1")) {
                statement.execute("grant all on *.* to '%s'@'%s'".formatted(APPLICATION, host) + " identified by ''");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void startAt(int port) {
        try {
            if (TestServer.IS_MARIADB) {
                mariaDb = new MariaDb(directory, port == 0 ? ServerProgram.freePort() : port);
                return;
            }
            var builder = EmbeddedPostgres.builder()
                    .setDataDirectory(directory)
                    .setCleanDataDirectory(false)
                    .setPGStartupWait(Duration.ofMinutes(2))
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on");
            postgres = (port == 0 ? builder : builder.setPort(port)).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts it again, at its port and with its data. */
    public void restart() {
        int port = mariaDb == null ? postgres.getPort() : mariaDb.port();
        close();
        startAt(port);
    }

    /** With the name that its connections are to have. */
    public String url(String user) {
        return mariaDb == null
                ? postgres.getJdbcUrl("postgres", "postgres") + "&ApplicationName=" + user
                : mariaDb.url("test") + "&user=" + user;
    }

    /** A pool of connections with that name. */
    public HikariDataSource connections(String user) {
        return poolOf(url(user));
    }

    /** The same for an application that is told the URL: a server that restarts is waited for. */
    public static HikariDataSource poolOf(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(12);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(120_000);
        return new HikariDataSource(config);
    }

    /** SIGKILL to the server and all its processes. */
    public void kill() {
        ProcessHandle process = mariaDb == null ? postgres.getProcess().toHandle() : mariaDb.process();
        List<ProcessHandle> all =
                Stream.concat(process.descendants(), Stream.of(process)).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> Load.await(() -> !each.isAlive(), "killed"));
    }

    /** What ends a connection. */
    public static String end(long connection) {
        return TestServer.IS_MARIADB
                ? "kill connection " + connection
                : "select pg_terminate_backend(%d)".formatted(connection);
    }

    @Override
    public void close() {
        try {
            if (mariaDb != null) {
                mariaDb.close();
            } else {
                postgres.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
