package io.countercache.hibernate.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A database that runs in this JVM: each name is one of its own. */
enum EmbeddedDatabase {
    H2("jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=120000"),
    HSQLDB("jdbc:hsqldb:mem:%s;hsqldb.tx=mvcc;user=sa"),
    /** In a file: in memory connections that share it do not wait for each other. */
    SQLITE("jdbc:sqlite:" + directory() + "/%s.db?foreign_keys=true&busy_timeout=120000&journal_mode=WAL"),
    DERBY("jdbc:derby:memory:%s;create=true");

    private final String url;

    EmbeddedDatabase(String url) {
        this.url = url;
    }

    /** The one of this name in the settings of the build, unless that is a server. */
    static Optional<EmbeddedDatabase> of(String name) {
        return Stream.of(values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    String url(String name) {
        if (this == DERBY) {
            // else a file beside the pom
            System.setProperty("derby.stream.error.file", directory() + "/derby.log");
        }
        return url.formatted(name);
    }

    /** Removes it, when nobody is connected to it any more. */
    void drop(String used) throws SQLException {
        switch (this) {
            case H2 -> execute(used, "drop all objects");
            case HSQLDB -> execute(used, "shutdown");
            case SQLITE -> {
                String file = used.replaceAll("^jdbc:sqlite:|[?].*", "");
                Stream.of("", "-wal", "-shm")
                        .forEach(end -> Path.of(file + end).toFile().delete());
            }
            case DERBY -> dropDerby(used.replace("create=true", "drop=true"));
        }
    }

    /** Derby answers with an error when it has done so. */
    private static void dropDerby(String url) throws SQLException {
        try {
            DriverManager.getConnection(url).close();
        } catch (SQLException e) {
            if (!"08006".equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    /** Until {@link #keysOn}, rows may go to which others refer. */
    String keysOff() {
        return switch (this) {
            case H2 -> "set referential_integrity false";
            case HSQLDB -> "set database referential integrity false";
            case SQLITE -> "pragma foreign_keys = off";
            case DERBY ->
                throw new UnsupportedOperationException(
                        "Derby has no way to do without: each test needs tables of its own");
        };
    }

    String keysOn() {
        return keysOff().replace("false", "true").replace("off", "on");
    }

    private static void execute(String url, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String directory() {
        return Directory.PATH.toString();
    }

    private static final class Directory {

        static final Path PATH = create();

        private static Path create() {
            try {
                Path directory = Files.createTempDirectory("databases");
                directory.toFile().deleteOnExit();
                return directory;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
