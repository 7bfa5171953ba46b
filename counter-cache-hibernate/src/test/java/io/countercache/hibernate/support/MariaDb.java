package io.countercache.hibernate.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.platform.commons.util.ExceptionUtils;

/** A MariaDB server of this JVM: Debian's or another one that is installed. It ends with the JVM. */
final class MariaDb {

    static final String HOW_TO_INSTALL =
            "MariaDB is not installed: apt-get install mariadb-server, brew install mariadb";

    private final ServerProgram server;
    private final int port;

    private MariaDb(Path installer, Path program) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("mariadb");
        install(installer, directory);
        port = ServerProgram.freePort();
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--no-defaults",
                "--datadir=" + directory,
                "--socket=" + directory.resolve("socket"),
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--max-connections=500",
                "--innodb-lock-wait-timeout=20",
                "--innodb-flush-log-at-trx-commit=2",
                "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_nopad_bin")); // Java tells upper from lower case, and blanks at the end
        if (ServerProgram.isRoot()) {
            command.add("--user=root");
        }
        server = new ServerProgram(command, port);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(directory)));
    }

    private static void install(Path installer, Path directory) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                installer.toString(),
                "--no-defaults",
                "--datadir=" + directory,
                "--auth-root-authentication-method=normal",
                "--skip-test-db"));
        if (ServerProgram.isRoot()) {
            command.add("--user=root");
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " ends with " + process.exitValue());
        }
    }

    /** The one of this JVM. */
    static MariaDb get() {
        return Started.SERVER;
    }

    static boolean isInstalled() {
        return programs().isPresent();
    }

    private record Programs(Path installer, Path server) {}

    private static Optional<Programs> programs() {
        return ServerProgram.find("mariadb-install-db")
                .flatMap(installer -> ServerProgram.find("mariadbd").map(program -> new Programs(installer, program)));
    }

    /** To a database that is created if it is not there. */
    String url(String database) {
        return "jdbc:mariadb://127.0.0.1:%d/%s?createDatabaseIfNotExist=true".formatted(port, database);
    }

    private void stop(Path directory) {
        server.close();
        try (var files = Files.walk(directory)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Started {

        static final MariaDb SERVER = start();

        private static MariaDb start() {
            Programs programs = programs().orElseThrow(() -> new IllegalStateException(HOW_TO_INSTALL));
            try {
                return new MariaDb(programs.installer(), programs.server());
            } catch (IOException | InterruptedException e) {
                throw ExceptionUtils.throwAsUncheckedException(e);
            }
        }
    }
}
