package io.countercache.samples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(all).hasSize(124);
        assertThat(all)
                .filteredOn(each -> each.cell().tables().variant().isLibrary())
                .hasSize(20 + 17)
                .allSatisfy(each -> {
                    assertThat(each.median()).isPositive();
                    assertThat(each.failed()).isZero();
                });
        assertThat(all)
                .filteredOn(each -> each.cell().network() == 500)
                .hasSize(28)
                .allSatisfy(each -> assertThat(each.cell().workload()).isIn(Workload.SPREAD, Workload.HOT));
        assertThat(Files.readAllLines(directory.resolve("results.csv")))
                .hasSize(1 + 124)
                .anySatisfy(line -> assertThat(line).startsWith("HOT,32,500,LIBRARY,"));
        assertThat(directory.resolve("results.md"))
                .content()
                .contains(
                        "| this library | 0 |",
                        "## One comment, all on the same post, database 0.5 ms away, 32 threads")
                .doesNotContain("this library **(wrong)**");
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
    void sortingByAFormulaIsComparedWithSortingByACounter() throws Exception {
        List<Measured> sorted = Outside.run(
                Options.parse("--short", "--millis=10", "--only=SORT", "--directory=" + directory.toAbsolutePath()));
        assertThat(sorted).extracting(Measured::comparedWith).containsOnly(Variant.LIBRARY);
        assertThat(sorted).extracting(Measured::ratio).startsWith(1.0).doesNotHaveDuplicates();
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
