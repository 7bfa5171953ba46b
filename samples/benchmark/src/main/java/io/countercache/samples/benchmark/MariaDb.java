package io.countercache.samples.benchmark;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A server of the MariaDB that is installed on this machine, with data of its own. */
final class MariaDb implements Closeable {

    static final String HOW_TO_INSTALL =
            "MariaDB is not installed: apt-get install mariadb-server, or brew install mariadb";

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(5);

    private final Path directory;
    private final int port;
    private final Process process;

    /** @param isDurable whether a commit waits for the disk */
    MariaDb(boolean isDurable) throws IOException {
        directory = Files.createTempDirectory("benchmark-mariadb");
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        install();
        process = start(command(
                "mariadbd",
                "--socket=" + directory.resolve("socket"),
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--max-connections=300",
                "--innodb-buffer-pool-size=512M",
                "--innodb-log-file-size=" + (isDurable ? "2G" : "96M"),
                "--innodb-flush-log-at-trx-commit=" + (isDurable ? 1 : 0),
                "--innodb-flush-method=" + (isDurable ? "O_DIRECT" : "nosync")));
        awaitStart();
    }

    static boolean isInstalled() {
        return find("mariadbd").isPresent() && find("mariadb-install-db").isPresent();
    }

    private static Optional<Path> find(String program) {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(":", -1)),
                        Stream.of("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"))
                .map(each -> Path.of(each, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private List<String> command(String program, String... options) {
        List<String> command = new ArrayList<>();
        command.add(find(program)
                .orElseThrow(() -> new IllegalStateException(HOW_TO_INSTALL))
                .toString());
        command.addAll(List.of("--no-defaults", "--datadir=" + directory));
        command.addAll(List.of(options));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        return command;
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void install() throws IOException {
        List<String> command =
                command("mariadb-install-db", "--auth-root-authentication-method=normal", "--skip-test-db");
        // the library's tests install it, too, and of two installations at the same time one may fail
        Path turn = Path.of(System.getProperty("java.io.tmpdir"), "counter-cache-mariadb-install");
        try (FileChannel file = FileChannel.open(turn, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.lock(); // until the file is closed
            int result = start(command).waitFor();
            if (result != 0) {
                throw new IOException("%s ends with %d".formatted(String.join(" ", command), result));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private void awaitStart() throws IOException {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException e) {
                if (!process.isAlive() || Instant.now().isAfter(end)) {
                    close();
                    throw new IOException("MariaDB does not start in " + directory, e);
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }

    String url() {
        return "jdbc:mariadb://127.0.0.1:%d/benchmark?user=root&createDatabaseIfNotExist=true".formatted(port);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
        try (var files = Files.walk(directory)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        }
    }
}
