package io.countercache.samples.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The server on which all is measured, with a pool of connections for each {@link Network} before it. */
final class Server implements AutoCloseable {

    static final int CONNECTIONS = 40;
    private static final int ROUND_TRIPS = 500;

    private final Database kind;
    private final Database.@Nullable Running started;
    private final String url;
    private final Map<Integer, HikariDataSource> pools = new TreeMap<>();
    private @Nullable Redis redis;

    Server(Options options) throws IOException {
        kind = options.database();
        String given = options.url();
        if (given == null) {
            started = kind.start(options);
            url = started.url();
        } else {
            started = null;
            url = given;
        }
    }

    Database kind() {
        return kind;
    }

    /** Without a network. */
    DataSource database() {
        return database(0);
    }

    /** Through a network of so many microseconds there and back. */
    DataSource database(int network) {
        return pools.computeIfAbsent(network, this::pool);
    }

    /** Is started when it is asked for. */
    Redis redis() {
        if (redis == null) {
            try {
                redis = new Redis();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return redis;
    }

    private HikariDataSource pool(int network) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(CONNECTIONS);
        if (network > 0) {
            Network.addTo(config, network);
        }
        return new HikariDataSource(config);
    }

    /** Which versions, and how long a message takes there and back, while nothing else runs. */
    String description() throws SQLException {
        StringBuilder text = new StringBuilder(versions());
        for (int network : pools.keySet()) {
            text.append("%s %d us %s"
                    .formatted(
                            network == 0 ? ". `select 1` takes" : ",",
                            roundTripMicros(database(network)),
                            network == 0 ? "there and back" : "through the network of %d us".formatted(network)));
        }
        return text.toString();
    }

    private String versions() throws SQLException {
        try (var connection = database().getConnection()) {
            var server = connection.getMetaData();
            return "%s %s, JDBC driver %s"
                    .formatted(
                            server.getDatabaseProductName(),
                            server.getDatabaseProductVersion(),
                            server.getDriverVersion());
        }
    }

    /** The median. */
    static long roundTripMicros(DataSource database) throws SQLException {
        long[] nanos = new long[ROUND_TRIPS];
        try (var connection = database.getConnection();
                var select = connection.prepareStatement("select 1")) {
            for (int i = 0; i < ROUND_TRIPS; i++) {
                long begun = System.nanoTime();
                select.executeQuery().close();
                nanos[i] = System.nanoTime() - begun;
            }
        }
        Arrays.sort(nanos);
        return TimeUnit.NANOSECONDS.toMicros(nanos[ROUND_TRIPS / 2]);
    }

    @Override
    public void close() throws IOException {
        pools.values().forEach(HikariDataSource::close);
        if (redis != null) {
            redis.close();
        }
        if (started != null) {
            started.server().close();
        }
    }
}
