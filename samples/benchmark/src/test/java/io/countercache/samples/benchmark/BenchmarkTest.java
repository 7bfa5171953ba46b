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
        assertThat(all).hasSize(114);
        assertThat(all)
                .filteredOn(each -> each.cell().tables().variant() == Variant.LIBRARY)
                .hasSize(16)
                .allSatisfy(each -> {
                    assertThat(each.median()).isPositive();
                    assertThat(each.failed()).isZero();
                });
        assertThat(all)
                .filteredOn(each -> each.cell().workload() == Workload.SORT)
                .extracting(Measured::ratio)
                .startsWith(1.0)
                .doesNotHaveDuplicates();
        assertThat(Files.readAllLines(directory.resolve("results.csv"))).hasSize(1 + 114);
        assertThat(directory.resolve("results.md"))
                .content()
                .contains("| this library | 0 |", "## One comment, on one post, 32 threads")
                .doesNotContain("this library **(wrong)**");
        for (String chart : List.of("writes.svg", "hot.svg", "reads.svg")) {
            assertThat(directory.resolve(chart)).content().contains("<svg");
        }
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
