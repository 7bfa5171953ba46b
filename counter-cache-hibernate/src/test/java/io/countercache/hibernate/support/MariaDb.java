package io.countercache.hibernate.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.platform.commons.util.ExceptionUtils;

/**
 * A MariaDB server: Debian's or another one that is installed. With {@code -Dmariadb.options}, separated by spaces, it gets options of
 * yours as well.
 */
final class MariaDb implements AutoCloseable {

    static final String HOW_TO_INSTALL =
            "MariaDB is not installed: apt-get install mariadb-server, brew install mariadb";

    private final ServerProgram server;
    private final int port;

    /** Starts one that finds its data in a directory, or puts them there. */
    MariaDb(Path directory, int port) throws IOException, InterruptedException {
        Programs programs = programs().orElseThrow(() -> new IllegalStateException(HOW_TO_INSTALL));
        if (!Files.exists(directory.resolve("mysql"))) {
            install(programs.installer(), directory);
        }
        this.port = port;
        List<String> command = new ArrayList<>(List.of(
                programs.server().toString(),
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
        Stream.of(System.getProperty("mariadb.options", "").split(" "))
                .filter(option -> !option.isEmpty())
                .forEach(command::add);
        if (ServerProgram.isRoot()) {
            command.add("--user=root");
        }
        server = new ServerProgram(command, port);
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
        // the tests of a build run in several JVMs, and of two installations at the same time one may fail
        Path turn = Path.of(System.getProperty("java.io.tmpdir"), "counter-cache-mariadb-install");
        try (FileChannel file = FileChannel.open(turn, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.lock(); // until the file is closed
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(
                        "%s ends with %d: %s".formatted(String.join(" ", command), process.exitValue(), output));
            }
        }
    }

    /** The one of this JVM, with which it ends. */
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

    int port() {
        return port;
    }

    ProcessHandle process() {
        return server.process();
    }

    @Override
    public void close() {
        server.close();
    }

    private void stop(Path directory) {
        close();
        try (var files = Files.walk(directory)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Started {

        static final MariaDb SERVER = start();

        private static MariaDb start() {
            try {
                Path directory = Files.createTempDirectory("mariadb");
                MariaDb server = new MariaDb(directory, ServerProgram.freePort());
                Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(directory)));
                return server;
            } catch (IOException | InterruptedException e) {
                throw ExceptionUtils.throwAsUncheckedException(e);
            }
        }
    }
}
