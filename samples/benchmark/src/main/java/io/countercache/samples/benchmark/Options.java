package io.countercache.samples.benchmark;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the benchmark runs. */
final class Options {

    private Database database = Database.POSTGRESQL;
    private @Nullable String url;
    private int rounds = 5;
    private int millis = 1_200;
    private int posts = 100_000;
    private int readPosts = 200;
    private boolean isDurable = true;
    private List<Workload> only = List.of(Workload.values());
    private @Nullable List<Variant> variants;
    private @Nullable List<Integer> threads;
    private List<Integer> networks = List.of(0, 500);
    private @Nullable Path directory;

    private Options() {}

    static Options parse(String... args) {
        Options options = new Options();
        for (String arg : args) {
            options.set(arg.replaceFirst("=.*", ""), arg.substring(arg.indexOf('=') + 1));
        }
        options.check();
        return options;
    }

    private void check() {
        if (variants != null) {
            for (Variant each : variants) {
                if (!database.measures(each)) {
                    throw new IllegalArgumentException("--variants: %s is not measured with --database=%s: leave it out"
                            .formatted(each, database.name().toLowerCase(Locale.ROOT)));
                }
            }
        }
    }

    private void set(String name, String value) {
        switch (name) {
            case "--short" -> {
                rounds = 1;
                millis = 50;
                posts = 2_000;
                readPosts = 30;
                isDurable = false;
            }
            case "--database" -> database = Database.valueOf(value.toUpperCase(Locale.ROOT));
            case "--url" -> url = value;
            case "--rounds" -> rounds = Integer.parseInt(value);
            case "--millis" -> millis = Integer.parseInt(value);
            case "--only" ->
                only = Arrays.stream(value.split(",", -1))
                        .map(Workload::valueOf)
                        .toList();
            case "--variants" ->
                variants = Arrays.stream(value.split(",", -1))
                        .map(Variant::valueOf)
                        .toList();
            case "--threads" -> threads = numbers(value);
            case "--network" -> networks = numbers(value);
            case "--directory" -> directory = Path.of(value);
            default ->
                throw new IllegalArgumentException(
                        name
                                + " is not known: use --short, or --database=.., --url=.., --rounds=.., --millis=.., --only=.., --variants=.., --threads=.., --network=.., --directory=..");
        }
    }

    private static List<Integer> numbers(String value) {
        return Arrays.stream(value.split(",", -1)).map(Integer::valueOf).toList();
    }

    /** What it is that is measured. */
    Database database() {
        return database;
    }

    /** Where the database is, with user and password; null to start one. */
    @Nullable
    String url() {
        return url;
    }

    /** How often each cell is measured. */
    int rounds() {
        return rounds;
    }

    /** For how long each time. */
    int millis() {
        return millis;
    }

    /** How many posts there are to write to. */
    int posts() {
        return posts;
    }

    /** How many there are to read, with 1,000 comments each. */
    int readPosts() {
        return readPosts;
    }

    /** Whether a commit waits for the disk. */
    boolean isDurable() {
        return isDurable;
    }

    /** The workloads that are run. */
    List<Workload> workloads() {
        return only;
    }

    /** Whether it is one of the ways to count that are compared. */
    boolean compares(Variant variant) {
        return variants == null ? database.measures(variant) && variant != Variant.REDIS : variants.contains(variant);
    }

    /** Whether anything is measured on so many threads. */
    boolean runsOn(int number) {
        return threads == null || threads.contains(number);
    }

    /** Through which networks: microseconds there and back, 0 for none. */
    List<Integer> networks() {
        return networks;
    }

    /** Where the results are written. */
    Path directory() {
        return directory == null ? database.directory : directory;
    }
}
