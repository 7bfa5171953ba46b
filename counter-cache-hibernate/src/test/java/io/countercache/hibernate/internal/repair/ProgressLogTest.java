package io.countercache.hibernate.internal.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Drift;
import io.countercache.RepairFailure;
import io.countercache.hibernate.support.LogMessages;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the log says of a repair, and when. */
@Tag("postgresql") // once is enough: it asks no database
class ProgressLogTest {

    private Duration now = Duration.ZERO;
    private final RepairTally tally = new RepairTally(() -> now.toNanos());
    private final AtomicInteger counted = new AtomicInteger();

    private List<String> logged(Consumer<ProgressLog> repair) {
        try (LogMessages log = new LogMessages(ProgressLog.class.getName())) {
            repair.accept(new ProgressLog("Post", true));
            return log.texts();
        }
    }

    /** A chunk that ends at this time. */
    private void chunk(ProgressLog log, Duration at, long rows, int wrong, long rest) {
        now = at;
        tally.add(
                rows,
                LongStream.range(0, wrong)
                        .mapToObj(id -> new Drift("Post", id, "commentsCount", 1, 0L))
                        .toList());
        log.isDone(tally, 1L, () -> {
            counted.incrementAndGet();
            return rest;
        });
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000));
    }

    @Test
    void everyFiveSecondsALineSaysHowFarItIsAndHowLongItStillTakes() {
        assertThat(logged(log -> {
                    chunk(log, seconds(4.9), 40_000, 12, 960_000);
                    chunk(log, seconds(5), 10_000, 3, 950_000);
                    chunk(log, seconds(9.9), 45_000, 0, 905_000);
                    chunk(log, seconds(12), 25_000, 22, 880_000);
                    chunk(log, seconds(17), 60_000, 0, 820_000);
                    chunk(log, seconds(99), 820_000, 0, 0);
                    log.ends(tally, true);
                }))
                .containsExactly(
                        "Post: 50,000 of 1,000,000 rows, 15 wrong, 5 s, about 95 s left",
                        "Post: 120,000 of 1,000,000 rows, 37 wrong, 12 s, about 88 s left",
                        "Post: 180,000 of 1,000,000 rows, 37 wrong, 17 s, about 77 s left",
                        "Post: 1,000,000 rows, 37 wrong, 99 s",
                        "Post repaired: 1,000,000 rows, 37 wrong, 99 s");
        assertThat(counted).as("counts of all rows").hasValue(1);
    }

    @Test
    void aShortOneWithNothingWrongSaysAndCountsNothing() {
        assertThat(logged(log -> {
                    chunk(log, seconds(4), 1_000, 0, 0);
                    log.ends(tally, false);
                }))
                .isEmpty();
        assertThat(counted).hasValue(0);
    }

    @Test
    void aShortOneWithSomethingWrongSaysSoAtItsEnd() {
        assertThat(logged(log -> {
                    chunk(log, seconds(0.42), 1_000, 2, 0);
                    log.ends(tally, false);
                }))
                .containsExactly("Post verified: 1,000 rows, 2 wrong, 0.4 s");
    }

    @Test
    void whatCouldNotBeDoneIsInTheLastLine() {
        assertThat(logged(log -> {
                    chunk(log, seconds(1), 999, 0, 0);
                    tally.add(new RepairFailure("Post", 6L, 7L, new IllegalStateException("locked")), false);
                    log.ends(tally, true);
                }))
                .containsExactly("Post repaired: 999 rows, 0 wrong, 1.0 s, 1 row or chunk could not be done,"
                        + " the first after id 6: java.lang.IllegalStateException: locked");
    }

    @Test
    void aCountThatFailsAndRowsThatAreAddedLeaveTheTotalOut() {
        assertThat(logged(log -> {
                    now = seconds(6);
                    tally.add(10, List.of());
                    log.isDone(tally, 1L, () -> {
                        throw new IllegalStateException("no connection");
                    });
                }))
                .containsExactly("Post: 10 rows, 0 wrong, 6 s");
    }

    @Test
    void timesAreInTheUnitThatAPersonWouldChoose() {
        assertThat(List.of(0, 994, 9_600, 119_400, 119_600, 7_100_000, 7_200_000).stream()
                        .map(millis -> ProgressLog.duration(Duration.ofMillis(millis))))
                .containsExactly("0.0 s", "1.0 s", "10 s", "119 s", "2 min", "118 min", "2 h");
    }
}
