package io.countercache.hibernate.support;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;

/** A PgBouncer in transaction mode before the server of the tests: each transaction may get another of its few connections. */
public final class PgBouncer implements AutoCloseable {

    public static final String HOW_TO_INSTALL =
            "PgBouncer is not installed: apt-get install pgbouncer, brew install pgbouncer";

    private final Path file;
    private final ServerProgram process;
    private final String url;

    /**
     * To the schema of these connections.
     *
     * @param program where it is installed
     */
    public PgBouncer(Path program, HikariDataSource connections, int servers) throws IOException {
        int port = ServerProgram.freePort();
        file = Files.createTempFile("pgbouncer", ".ini");
        Files.writeString(file, configuration(connections, port, servers));
        List<String> command = new ArrayList<>(List.of(program.toString(), file.toString()));
        if (ServerProgram.isRoot()) {
            command.addAll(1, List.of("-u", "nobody")); // as root it does not run
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        // statements that live longer than a transaction are more than its older versions know of
        url = "jdbc:postgresql://localhost:%d/tests?user=tests&prepareThreshold=0&sslmode=disable&gssEncMode=disable"
                .formatted(port);
        process = new ServerProgram(command, port);
    }

    /** Where it is installed, if it is. */
    public static Optional<Path> program() {
        return ServerProgram.find("pgbouncer");
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

    public String url() {
        return url;
    }

    @Override
    public void close() throws IOException {
        process.close();
        Files.delete(file);
    }
}
