package io.countercache.samples.benchmark;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the benchmark runs.
 *
 * @param url where its database is, with user and password; null to start one
 * @param rounds how often each cell is measured
 * @param millis for how long each time
 * @param posts how many posts there are to write to
 * @param readPosts how many there are to read, with 1,000 comments each
 * @param only the workloads that are run; empty for all
 * @param directory where the results are written
 */
record Options(
        @Nullable String url, int rounds, int millis, int posts, int readPosts, List<Workload> only, Path directory) {

    static Options parse(String... args) {
        Options options = new Options(null, 5, 1_200, 100_000, 200, List.of(), Path.of("docs/benchmark"));
        for (String arg : args) {
            String value = arg.substring(arg.indexOf('=') + 1);
            options = switch (arg.replaceFirst("=.*", "")) {
                case "--short" -> new Options(options.url, 1, 50, 2_000, 30, options.only, options.directory);
                case "--url" ->
                    new Options(
                            value,
                            options.rounds,
                            options.millis,
                            options.posts,
                            options.readPosts,
                            options.only,
                            options.directory);
                case "--rounds" ->
                    new Options(
                            options.url,
                            Integer.parseInt(value),
                            options.millis,
                            options.posts,
                            options.readPosts,
                            options.only,
                            options.directory);
                case "--millis" ->
                    new Options(
                            options.url,
                            options.rounds,
                            Integer.parseInt(value),
                            options.posts,
                            options.readPosts,
                            options.only,
                            options.directory);
                case "--only" ->
                    new Options(
                            options.url,
                            options.rounds,
                            options.millis,
                            options.posts,
                            options.readPosts,
                            Arrays.stream(value.split(",", -1))
                                    .map(Workload::valueOf)
                                    .toList(),
                            options.directory);
                case "--directory" ->
                    new Options(
                            options.url,
                            options.rounds,
                            options.millis,
                            options.posts,
                            options.readPosts,
                            options.only,
                            Path.of(value));
                default ->
                    throw new IllegalArgumentException(
                            arg + " is not known: --short, --url=, --rounds=, --millis=, --only=, --directory=");
            };
        }
        return options;
    }

    boolean includes(Workload workload) {
        return only.isEmpty() || only.contains(workload);
    }
}
