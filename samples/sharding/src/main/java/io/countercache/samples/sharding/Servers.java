package io.countercache.samples.sharding;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.shardingsphere.driver.api.yaml.YamlShardingSphereDataSourceFactory;

/** PostgreSQL servers with the same tables, and ShardingSphere before them. */
final class Servers implements AutoCloseable {

    private static final List<String> TABLES = List.of(
            "create table post (id bigint primary key, comments_count int not null)",
            "create table comment (id bigint primary key, version int not null, post_id bigint not null)",
            "create index on comment (post_id)");

    private static final String SERVER = """
              server_%1$d:
                dataSourceClassName: com.zaxxer.hikari.HikariDataSource
                driverClassName: org.postgresql.Driver
                jdbcUrl: jdbc:postgresql://localhost:%2$d/postgres
                username: postgres
                password: postgres
                maximumPoolSize: 20
            """;

    /** Both tables by their ids. A chunk of a repair is a range of ids, which is to be found on all servers. */
    private static final String RULES = """
            rules:
              - !SHARDING
                tables:
                  post:
                    actualDataNodes: server_${0..%2$d}.post
                  comment:
                    actualDataNodes: server_${0..%2$d}.comment
                defaultDatabaseStrategy:
                  standard:
                    shardingColumn: id
                    shardingAlgorithmName: by_id
                shardingAlgorithms:
                  by_id:
                    type: INLINE
                    props:
                      algorithm-expression: server_${id %% %1$d}
                      allow-range-query-with-inline-sharding: true
            """;

    private final List<Path> directories = new ArrayList<>();
    private final List<EmbeddedPostgres> servers = new ArrayList<>();

    Servers(int number) throws IOException, SQLException {
        for (int i = 0; i < number; i++) {
            directories.add(Files.createTempDirectory("server" + i));
            servers.add(start(i, 0));
            for (String table : TABLES) {
                execute(i, table);
            }
        }
    }

    /** @param port 0 for any that is free */
    private EmbeddedPostgres start(int server, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(directories.get(server))
                .setCleanDataDirectory(false)
                .setPort(port)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("lock_timeout", "60s") // no server notices a deadlock with another one
                .setPGStartupWait(Duration.ofMinutes(2))
                .start();
    }

    int number() {
        return servers.size();
    }

    /** All of them as one database. */
    DataSource sharded() throws IOException, SQLException {
        String dataSources = IntStream.range(0, number())
                .mapToObj(i -> SERVER.formatted(i, servers.get(i).getPort()))
                .collect(Collectors.joining());
        String yaml = "dataSources:\n" + dataSources + RULES.formatted(number(), number() - 1);
        return YamlShardingSphereDataSourceFactory.createDataSource(yaml.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends the processes of a server, as a crash would, whatever they are doing. */
    void kill(int server) throws IOException {
        String process = Files.readAllLines(directories.get(server).resolve("postmaster.pid"))
                .get(0);
        ProcessHandle.of(Long.parseLong(process.strip())).ifPresent(running -> {
            running.destroyForcibly();
            running.onExit().join();
        });
    }

    /** Starts it again, with what it has committed. */
    void restart(int server) throws IOException {
        EmbeddedPostgres killed = servers.get(server);
        killed.close();
        servers.set(server, start(server, killed.getPort()));
    }

    void execute(int server, String sql) throws SQLException {
        try (var connection = servers.get(server).getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Rows of numbers, asked of one server. */
    List<List<Long>> rows(int server, String sql) throws SQLException {
        List<List<Long>> found = new ArrayList<>();
        try (var connection = servers.get(server).getPostgresDatabase().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<Long> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(rows.getLong(column));
                }
                found.add(row);
            }
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        for (EmbeddedPostgres server : servers) {
            server.close();
        }
        for (Path directory : directories) {
            try (var files = Files.walk(directory)) {
                files.sorted((one, other) -> other.compareTo(one))
                        .forEach(file -> file.toFile().delete());
            }
        }
    }
}
