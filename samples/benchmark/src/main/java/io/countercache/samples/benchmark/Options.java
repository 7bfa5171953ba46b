package io.countercache.samples.benchmark;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the benchmark runs. */
final class Options {

    private @Nullable String url;
    private int rounds = 5;
    private int millis = 1_200;
    private int posts = 100_000;
    private int readPosts = 200;
    private List<Workload> only = List.of(Workload.values());
    private List<Integer> networks = List.of(0, 500);
    private Path directory = Path.of("docs/benchmark");

    private Options() {}

    static Options parse(String... args) {
        Options options = new Options();
        for (String arg : args) {
            options.set(arg.replaceFirst("=.*", ""), arg.substring(arg.indexOf('=') + 1));
        }
        return options;
    }

    private void set(String name, String value) {
        switch (name) {
            case "--short" -> {
                rounds = 1;
                millis = 50;
                posts = 2_000;
                readPosts = 30;
            }
            case "--url" -> url = value;
            case "--rounds" -> rounds = Integer.parseInt(value);
            case "--millis" -> millis = Integer.parseInt(value);
            case "--only" ->
                only = Arrays.stream(value.split(",", -1))
                        .map(Workload::valueOf)
                        .toList();
            case "--network" ->
                networks = Arrays.stream(value.split(",", -1))
                        .map(Integer::valueOf)
                        .toList();
            case "--directory" -> directory = Path.of(value);
            default ->
                throw new IllegalArgumentException(
                        name
                                + " is not known: use --short, or --url=.., --rounds=.., --millis=.., --only=.., --network=.., --directory=..");
        }
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

    /** The workloads that are run. */
    List<Workload> workloads() {
        return only;
    }

    /** Through which networks: microseconds there and back, 0 for none. */
    List<Integer> networks() {
        return networks;
    }

    /** Where the results are written. */
    Path directory() {
        return directory;
    }
}
