package io.countercache.samples.benchmark;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a counter costs an application: transactions per second with each {@link Variant}, of each {@link Workload}, some also
 * through a {@link Network}, in rounds in which all take turns.
 */
public final class Outside {

    private final Options options;
    private final Map<Variant, Tables> written = new EnumMap<>(Variant.class);
    private final Map<Variant, Tables> read = new EnumMap<>(Variant.class);

    private Outside(Options options) {
        this.options = options;
    }

    /**
     * Runs the benchmark.
     *
     * @param args {@code --short} for half a minute of everything; {@code --database=mariadb}; {@code --url=..} for another
     *     server; {@code --rounds=..},
     *     {@code --millis=..}, {@code --only=SPREAD,HOT}, {@code --variants=NONE,LIBRARY}, {@code --threads=8,32}, {@code
     *     --network=0,500}, {@code --directory=..}
     */
    public static void main(String[] args) throws Exception {
        run(Options.parse(args));
    }

    /** Runs it, and answers with what it has measured. */
    static List<Measured> run(Options options) throws Exception {
        try (Server server = new Server(options)) {
            return new Outside(options).measure(server);
        }
    }

    private List<Measured> measure(Server server)
            throws SQLException, IOException, InterruptedException, ExecutionException {
        try {
            List<List<Measured>> groups = groups(server);
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
            Stream.of(written, read)
                    .flatMap(each -> each.values().stream())
                    .forEach(tables -> drifted.merge(tables.variant(), tables.drifted(), Long::sum));
            new Report(all, drifted, server.description(), options.database().leftOut).write(options.directory());
            return all;
        } finally {
            written.values().forEach(Tables::close);
            read.values().forEach(Tables::close);
        }
    }

    /** What is compared with each other: one workload, on as many threads, through the same network. */
    private List<List<Measured>> groups(Server server) throws SQLException {
        List<List<Measured>> groups = new ArrayList<>();
        for (Workload workload : options.workloads()) {
            for (int network : options.networks()) {
                for (int threads : workload.threads(network)) {
                    if (options.runsOn(threads)) {
                        groups.add(group(workload, threads, network, server));
                    }
                }
            }
        }
        return groups;
    }

    private List<Measured> group(Workload workload, int threads, int network, Server server) throws SQLException {
        List<Measured> group = new ArrayList<>();
        for (Variant variant : workload.variants) {
            if (options.compares(variant)) {
                Measured base = group.isEmpty() ? null : group.get(0);
                group.add(new Measured(new Cell(workload, threads, network, tables(workload, variant, server)), base));
            }
        }
        return group;
    }

    private Tables tables(Workload workload, Variant variant, Server server) throws SQLException {
        Map<Variant, Tables> all = workload.reads() ? read : written;
        Tables known = all.get(variant);
        if (known == null) {
            known = workload.reads()
                    ? Tables.toRead(variant, server, options.readPosts())
                    : Tables.toWrite(variant, server, options.posts());
            all.put(variant, known);
        }
        return known;
    }
}
