package io.countercache.hibernate.modelcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.hibernate.modelcheck.Run.Tally;
import io.countercache.hibernate.support.Soak;
import io.countercache.hibernate.support.TestServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random programs against a plain model, under several settings: after every step that can be checked, and after every
 * commit, everything is as the model says. {@code -Dmodel.minutes=60} goes on for about an hour; {@code -Dmodel.seed=5}
 * runs the programs of that seed only.
 */
@Tag("soak")
class ModelCheckerTest {

    private static final Long SEED = Long.getLong("model.seed");
    private static final Integer MINUTES = Integer.getInteger("model.minutes");

    /** How many operations all tests together make. */
    private static final int OPERATIONS = Soak.of(110_000);

    /** Whether that is enough for each kind of operation to come up. */
    private static final boolean IS_LONG = SEED == null && OPERATIONS >= 10_000;

    /** How much of that, in percent, each of the tests of collections makes. */
    private static final int COLLECTIONS = MINUTES == null ? 2 : 5;

    private static final List<String> WRITES = List.of("with_commit", "flush", "before_commit");

    /** How many combinations of settings there are. */
    private static final int SETTINGS = 2 * WRITES.size();

    static final Duration SHRINKING = Duration.ofSeconds(60);

    private final Tally tally = new Tally();
    private final long start = System.nanoTime();

    @AfterEach
    void report() {
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%.1f s, %.0f operations/s, %s%n", seconds, tally.operations / seconds, tally);
    }

    @Test
    void oneSessionCountsWhatTheModelCounts() {
        check(1, false, 50);
        if (IS_LONG) {
            assertThat(tally.steps.keySet()).as("what a session can do").isEqualTo(Program.actions(1));
        }
    }

    @Test
    @Tag("databases")
    void interleavedSessionsCountWhatTheModelCounts() {
        check(3, false, 40);
        if (IS_LONG) {
            assertThat(tally.steps.keySet()).as("what all sessions can do").isEqualTo(Program.actions(3));
        }
    }

    @Test
    @Tag("databases")
    void sessionsOnThreadsCountWhatIsThere() {
        check(3, true, 10);
    }

    @Test
    void oneSessionCountsCollections() {
        checkCollections(1, false, COLLECTIONS);
    }

    @Test
    void interleavedSessionsCountCollections() {
        checkCollections(3, false, COLLECTIONS);
    }

    @Test
    void sessionsOnThreadsCountCollections() {
        assumeFalse(TestServer.IS_H2, "H2 lets a row refer to one that another transaction is deleting");
        checkCollections(3, true, COLLECTIONS);
    }

    private void check(int sessions, boolean threads, int percent) {
        int length = sessions == 1 ? 40 : 160;
        check(percent, (write, batchSize, isolation) -> {
            Database database = new Database(write, batchSize, threads ? "100" : "2", isolation);
            return new Checked() {
                @Override
                public void run(long seed) {
                    ModelCheckerTest.this.run(database, Program.random(seed, sessions, length), threads);
                }

                @Override
                public void close() {
                    database.close();
                }
            };
        });
    }

    private void checkCollections(int sessions, boolean threads, int percent) {
        int length = sessions == 1 ? 40 : 120;
        check(percent, (write, batchSize, isolation) -> {
            ModelCollections collections =
                    new ModelCollections(write, batchSize, threads ? "100" : "2", sessions, threads);
            return new Checked() {
                @Override
                public void run(long seed) {
                    collections.run(seed, length, tally);
                }

                @Override
                public void close() {
                    collections.close();
                }
            };
        });
    }

    /** What runs the program of a seed under some settings. */
    private interface Checked extends AutoCloseable {
        void run(long seed);

        @Override
        void close();
    }

    private interface Opening {
        Checked open(String write, Integer batchSize, Optional<String> isolation);
    }

    /** Runs programs under each combination of settings; a seed belongs to one of them. */
    private void check(int percent, Opening opening) {
        // a build does the same every time; a run of minutes looks for something new
        long first =
                SEED != null ? SEED : MINUTES == null ? 0 : System.nanoTime() / SETTINGS % 1_000_000_000 * SETTINGS;
        for (int setting = 0; setting < SETTINGS; setting++) {
            if (SEED != null && Math.floorMod(SEED, SETTINGS) != setting) {
                continue;
            }
            String write = WRITES.get(setting % WRITES.size());
            Integer batchSize = setting < WRITES.size() ? null : 20;
            try (Checked checked = opening.open(write, batchSize, isolation(setting))) {
                long seed = SEED != null ? SEED : first + setting;
                do {
                    checked.run(seed);
                    seed += SETTINGS;
                } while (SEED == null && !isEnough(percent * (setting + 1.0) / SETTINGS / 100));
            }
        }
    }

    /** Where the default isolation reads old rows, what interleaved sessions see can be foreseen at another one only. */
    private static Optional<String> isolation(int setting) {
        return Server.READS_OLD_ROWS && setting % 2 == 1 ? Optional.of("TRANSACTION_READ_COMMITTED") : Optional.empty();
    }

    /** Whether this part of all that should be done is done. */
    private boolean isEnough(double part) {
        return MINUTES == null
                ? tally.operations >= OPERATIONS * part
                : System.nanoTime() - start >= Duration.ofMinutes(MINUTES).toNanos() * part;
    }

    private void run(Database database, Program program, boolean threads) {
        Throwable failure = Run.failureOf(database, program, threads, tally);
        if (failure == null) {
            return;
        }
        System.out.println("seed " + program.seed() + " before it is shrunk: " + failure);
        long deadline = System.nanoTime() + SHRINKING.toNanos();
        Throwable[] last = {failure};
        // what threads do is not the same every time
        int attempts = threads ? 10 : 1;
        Program shrunk = program.shrunk(shorter -> {
            for (int i = 0; i < attempts && System.nanoTime() < deadline; i++) {
                Throwable again = Run.failureOf(database, shorter, threads, new Tally());
                if (again != null) {
                    last[0] = again;
                    return true;
                }
            }
            return false;
        });
        throw new AssertionError(
                "seed %d on %s: %s%n%s%s%nReplay with -Dmodel.seed=%d"
                        .formatted(
                                program.seed(),
                                database,
                                last[0].getMessage(),
                                shrunk,
                                threads ? "  .. each session on a thread of its own" : "",
                                program.seed()),
                last[0]);
    }
}
