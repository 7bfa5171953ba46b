package io.countercache.samples.benchmark;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A server of the MariaDB that is installed on this machine, with data of its own. */
final class MariaDb implements Closeable {

    static final String HOW_TO_INSTALL =
            "MariaDB is not installed: apt-get install mariadb-server, or brew install mariadb";

    private static final String SERVER = "mariadbd";
    private static final String INSTALLER = "mariadb-install-db";

    private final Path directory = Files.createTempDirectory("benchmark-mariadb");
    private final int port = InstalledServer.freePort();
    private final InstalledServer server;

    /** @param isDurable whether a commit waits for the disk */
    MariaDb(boolean isDurable) throws IOException {
        install();
        server = new InstalledServer(
                command(
                        SERVER,
                        "--socket=" + directory.resolve("socket"),
                        "--port=" + port,
                        "--bind-address=127.0.0.1",
                        "--max-connections=300",
                        "--innodb-buffer-pool-size=512M",
                        "--innodb-log-file-size=" + (isDurable ? "2G" : "96M"),
                        "--innodb-flush-log-at-trx-commit=" + (isDurable ? 1 : 0),
                        "--innodb-flush-method=" + (isDurable ? "O_DIRECT" : "nosync")),
                port,
                directory);
    }

    static boolean isInstalled() {
        return InstalledServer.isInstalled(SERVER) && InstalledServer.isInstalled(INSTALLER);
    }

    private List<String> command(String program, String... options) {
        List<String> command = new ArrayList<>();
        command.add(InstalledServer.program(program, HOW_TO_INSTALL));
        command.addAll(List.of("--no-defaults", "--datadir=" + directory));
        command.addAll(List.of(options));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        return command;
    }

    private void install() throws IOException {
        List<String> command = command(INSTALLER, "--auth-root-authentication-method=normal", "--skip-test-db");
        // the library's tests install it, too, and of two installations at the same time one may fail
        Path turn = Path.of(System.getProperty("java.io.tmpdir"), "counter-cache-mariadb-install");
        try (FileChannel file = FileChannel.open(turn, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.lock(); // until the file is closed
            int result = InstalledServer.start(command).waitFor();
            if (result != 0) {
                throw new IOException("%s ends with %d".formatted(String.join(" ", command), result));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    String url() {
        return "jdbc:mariadb://127.0.0.1:%d/benchmark?user=root&createDatabaseIfNotExist=true".formatted(port);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
