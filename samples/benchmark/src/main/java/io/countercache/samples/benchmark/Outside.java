package io.countercache.samples.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a counter costs an application: transactions per second with each {@link Variant}, of each {@link Workload}, in rounds
 * in which all take turns.
 */
public final class Outside {

    private static final int CONNECTIONS = 40;

    private final Options options;
    private final Map<Variant, Tables> written = new EnumMap<>(Variant.class);
    private final Map<Variant, Tables> read = new EnumMap<>(Variant.class);

    private Outside(Options options) {
        this.options = options;
    }

    /**
     * Runs the benchmark.
     *
     * @param args {@code --short} for half a minute of everything; {@code --url=..} for another database; {@code --rounds=..},
     *     {@code --millis=..}, {@code --only=SPREAD,HOT}, {@code --directory=..}
     */
    public static void main(String[] args) throws Exception {
        run(Options.parse(args));
    }

    /** Runs it, and answers with what it has measured. */
    static List<Measured> run(Options options) throws Exception {
        try (EmbeddedPostgres postgres = options.url() == null ? start(options) : null;
                HikariDataSource database = pool(options, postgres)) {
            return new Outside(options).measure(database);
        }
    }

    private static EmbeddedPostgres start(Options options) throws IOException {
        return EmbeddedPostgres.builder()
                // in a round that is shorter than its default, a deadlock would take all of the time
                .setServerConfig("deadlock_timeout", Math.min(1_000, options.millis()) + "ms")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("shared_buffers", "512MB")
                .setServerConfig("max_wal_size", "8GB")
                .start();
    }

    private static HikariDataSource pool(Options options, @Nullable EmbeddedPostgres postgres) {
        HikariConfig config = new HikariConfig();
        if (postgres == null) {
            config.setJdbcUrl(options.url());
        } else {
            config.setDataSource(postgres.getPostgresDatabase());
        }
        config.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(config);
    }

    private List<Measured> measure(HikariDataSource database)
            throws SQLException, IOException, InterruptedException, ExecutionException {
        try {
            List<List<Measured>> groups = groups(database);
            for (int round = -1; round < options.rounds(); round++) {
                for (List<Measured> group : groups) {
                    // each goes first as often as the others
                    List<Measured> turns = new ArrayList<>(group);
                    Collections.rotate(turns, round);
                    for (Measured each : turns) {
                        Cell.Result result =
                                each.cell().run(TimeUnit.MILLISECONDS.toNanos(options.millis()), round * 1_000L);
                        if (round >= 0) { // the first is to warm up
                            each.add(result);
                        }
                    }
                }
                System.out.println(round < 0 ? "warm" : "round " + (round + 1) + " of " + options.rounds());
            }
            List<Measured> all = groups.stream().flatMap(List::stream).toList();
            Map<Variant, Long> drifted = new EnumMap<>(Variant.class);
            for (Tables tables : written.values()) {
                drifted.put(tables.variant(), tables.drifted());
            }
            new Report(all, drifted, database).write(options.directory());
            return all;
        } finally {
            written.values().forEach(Tables::close);
            read.values().forEach(Tables::close);
        }
    }

    /** What is compared with each other: one workload, on as many threads. */
    private List<List<Measured>> groups(HikariDataSource database) throws SQLException {
        List<List<Measured>> groups = new ArrayList<>();
        for (Workload workload : options.workloads()) {
            for (int threads : workload.threads) {
                List<Measured> group = new ArrayList<>();
                for (Variant variant : workload.variants) {
                    Measured base = group.isEmpty() ? null : group.get(0);
                    group.add(new Measured(new Cell(workload, threads, tables(workload, variant, database)), base));
                }
                groups.add(group);
            }
        }
        return groups;
    }

    private Tables tables(Workload workload, Variant variant, HikariDataSource database) throws SQLException {
        Map<Variant, Tables> all = workload.reads() ? read : written;
        Tables known = all.get(variant);
        if (known == null) {
            known = workload.reads()
                    ? Tables.toRead(variant, database, options.readPosts())
                    : Tables.toWrite(variant, database, options.posts());
            all.put(variant, known);
        }
        return known;
    }
}
