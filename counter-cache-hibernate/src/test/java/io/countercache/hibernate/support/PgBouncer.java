package io.countercache.hibernate.support;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.postgresql.Driver;

/** A PgBouncer in transaction mode before the server of the tests: each transaction may get another of its few connections. */
public final class PgBouncer implements AutoCloseable {

    public static final String HOW_TO_INSTALL =
            "PgBouncer is not installed: apt-get install pgbouncer, brew install pgbouncer";

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(5);

    private final Path file;
    private final Process process;
    private final String url;

    /**
     * To the schema of these connections.
     *
     * @param program where it is installed
     */
    public PgBouncer(Path program, HikariDataSource connections, int servers) throws IOException {
        int port = freePort();
        file = Files.createTempFile("pgbouncer", ".ini");
        Files.writeString(file, configuration(connections, port, servers));
        List<String> command = new ArrayList<>(List.of(program.toString(), file.toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(1, List.of("-u", "nobody")); // as root it does not run
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        // statements that live longer than a transaction are more than its older versions know of
        url = "jdbc:postgresql://localhost:%d/tests?user=tests&prepareThreshold=0&sslmode=disable&gssEncMode=disable"
                .formatted(port);
        awaitStart(port);
    }

    /** Where it is installed, if it is. */
    public static Optional<Path> program() {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/opt/homebrew/bin"))
                .map(directory -> Path.of(directory, "pgbouncer"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String configuration(HikariDataSource connections, int port, int servers) {
        Properties server = Driver.parseURL(connections.getJdbcUrl(), new Properties());
        return """
                [databases]
                tests = host=%s port=%s dbname=%s user=%s password='%s' connect_query='set search_path to %s'
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = %d
                ignore_startup_parameters = extra_float_digits
                """.formatted(
                        address(server.getProperty("PGHOST")),
                        server.getProperty("PGPORT"),
                        server.getProperty("PGDBNAME"),
                        connections.getUsername(),
                        connections.getPassword(),
                        connections.getSchema(),
                        port,
                        servers);
    }

    private static String address(String host) {
        return host.equals("localhost") ? "127.0.0.1" : host;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private void awaitStart(int port) throws IOException {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException e) {
                if (!process.isAlive() || Instant.now().isAfter(end)) {
                    throw new IOException(
                            "PgBouncer does not start with " + Files.readString(file, StandardCharsets.UTF_8), e);
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }

    public String url() {
        return url;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
        Files.delete(file);
    }
}
