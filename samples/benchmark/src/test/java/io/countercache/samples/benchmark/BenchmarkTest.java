package io.countercache.samples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Both programs, in the shortest form: that they run, and that nothing drifts or fails where the library counts. */
class BenchmarkTest {

    @TempDir
    Path directory;

    @Test
    void everyWorkloadRunsWithEveryVariant() throws Exception {
        List<Measured> all =
                Outside.run(Options.parse("--short", "--millis=10", "--directory=" + directory.toAbsolutePath()));
        assertThat(all).hasSize(189);
        assertThat(all)
                .filteredOn(each -> each.cell().tables().variant().isLibrary())
                .hasSize(25 + 19 + 42)
                .allSatisfy(each -> {
                    assertThat(each.median()).isPositive();
                    assertThat(each.failed()).isZero();
                });
        assertThat(all)
                .filteredOn(each -> each.cell().network() == 500)
                .hasSize(68)
                .allSatisfy(
                        each -> assertThat(each.cell().workload()).isIn(Workload.SPREAD, Workload.HOT, Workload.PAGE));
        assertThat(Files.readAllLines(directory.resolve("results.csv")))
                .hasSize(1 + 189)
                .anySatisfy(line -> assertThat(line).startsWith("HOT,32,500,LIBRARY,"));
        assertThat(directory.resolve("results.md"))
                .content()
                .contains(
                        "| this library | 0 |",
                        "| this library, slots = 16 | 0 |",
                        "| this library, slots = 16, squashed | 0 |",
                        "## One comment, all on the same post, database 0.5 ms away, 32 threads")
                .doesNotContain(
                        "this library **(wrong)**",
                        "slots = 1 **(wrong)**",
                        "slots = 16 **(wrong)**",
                        "filled **(wrong)**",
                        "squashed **(wrong)**");
        for (String chart : List.of("writes.svg", "hot.svg", "reads.svg")) {
            assertThat(directory.resolve(chart)).content().contains("<svg");
        }
    }

    @Test
    void aNetworkHoldsAMessageBackOnItsWayThereAndOnItsWayBack() throws Exception {
        try (Server server = new Server(Options.parse("--short"))) {
            assertThat(Server.roundTripMicros(server.database(1_000))).isBetween(900L, 10_000L);
            assertThat(Server.roundTripMicros(server.database())).isLessThan(900L);
        }
    }

    @Test
    void onlyWhatIsAskedForIsMeasuredAndComparedWithTheFirstWayOfIt() throws Exception {
        List<Measured> part = Outside.run(Options.parse(
                "--short",
                "--millis=10",
                "--only=SPREAD,SORT",
                "--variants=LIBRARY,FORMULA",
                "--threads=8",
                "--network=0",
                "--directory=" + directory.toAbsolutePath()));
        assertThat(part)
                .extracting(
                        each -> each.cell().group(),
                        each -> each.cell().tables().variant())
                .containsExactly(
                        tuple("one comment on one of 100,000 posts, 8 threads", Variant.LIBRARY),
                        tuple("the 20 posts with the most comments, 8 threads", Variant.LIBRARY),
                        tuple("the 20 posts with the most comments, 8 threads", Variant.FORMULA));
        assertThat(part).extracting(Measured::comparedWith).containsOnly(Variant.LIBRARY);
        assertThat(part)
                .extracting(Measured::ratio)
                .startsWith(1.0, 1.0)
                .element(2)
                .isNotEqualTo(1.0);
        assertThat(directory.resolve("results.md")).content().contains("| | per second | of this library |");
    }

    @Test
    void aSmallPartHasTwoDigits() {
        assertThat(Report.format(251 / 23925.0)).isEqualTo("0.010");
        assertThat(Report.format(0.84)).isEqualTo("0.84");
    }

    @Test
    void everyBenchmarkOfTheJvmRuns() throws Exception {
        var results = new Runner(new OptionsBuilder()
                        .include("io.countercache.samples.benchmark.*")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(50))
                        .shouldFailOnError(true)
                        .build())
                .run();
        assertThat(results).hasSize(13);
    }
}
