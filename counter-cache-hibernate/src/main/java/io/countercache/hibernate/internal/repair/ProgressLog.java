package io.countercache.hibernate.internal.repair;

import io.countercache.RepairFailure;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Tells in the log how far a repair of a table has come: a line every few seconds, and one at the end if there was such a line
 * or something was wrong. All rows are counted when the first line is due, so that a short repair does not pay for that.
 */
public final class ProgressLog implements Progress {

    private static final Logger LOG = Logger.getLogger(ProgressLog.class);

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final String entity;
    private final boolean hasLastLine;
    private Duration last = Duration.ZERO;
    private long total = -1;

    /**
     * The log of one table.
     *
     * @param hasLastLine whether its end is logged here
     */
    public ProgressLog(String entity, boolean hasLastLine) {
        this.entity = entity;
        this.hasLastLine = hasLastLine;
    }

    @Override
    public void isDone(RepairTally tally, Object lastId, LongSupplier rest) {
        Duration elapsed = tally.elapsed();
        if (elapsed.minus(last).compareTo(EVERY) < 0 || !LOG.isInfoEnabled()) {
            return;
        }
        last = elapsed;
        if (total < 0) {
            total = tally.examined() + count(rest);
        }
        LOG.info(line(tally, elapsed));
    }

    /** Zero where that fails: what is left is not worth the end of a repair. */
    private long count(LongSupplier rest) {
        try {
            return rest.getAsLong();
        } catch (RuntimeException e) {
            LOG.debug("The rows were not counted", e);
            return 0;
        }
    }

    private String line(RepairTally tally, Duration elapsed) {
        long examined = tally.examined();
        boolean isCounted = examined < total; // else rows have been added meanwhile
        String line = "%s: %s%s, %s wrong, %s"
                .formatted(
                        entity,
                        isCounted ? number(examined) + " of " : "",
                        rows(isCounted ? total : examined),
                        number(tally.drifted()),
                        duration(elapsed));
        return isCounted && examined > 0
                ? line
                        + ", about %s left"
                                .formatted(duration(
                                        elapsed.multipliedBy(total - examined).dividedBy(examined)))
                : line;
    }

    @Override
    public void ends(RepairTally tally, boolean repaired) {
        boolean isWorthALine =
                !last.isZero() || tally.drifted() > 0 || !tally.failures().isEmpty();
        if (hasLastLine && isWorthALine) {
            LOG.info(summary(entity, tally, repaired));
        }
    }

    /** All of a table in one line. */
    static String summary(String entity, RepairTally tally, boolean repaired) {
        return "%s %s: %s, %s wrong, %s%s"
                .formatted(
                        entity,
                        repaired ? "repaired" : "verified",
                        rows(tally.examined()),
                        number(tally.drifted()),
                        duration(tally.elapsed()),
                        failed(tally.failures()));
    }

    private static String failed(List<RepairFailure> failures) {
        return failures.isEmpty()
                ? ""
                : ", %s could not be done, the first after id %s: %s"
                        .formatted(
                                failures.size() == 1 ? "1 row or chunk" : number(failures.size()) + " rows or chunks",
                                failures.get(0).after(),
                                reason(failures.get(0).cause()));
    }

    /** What the database has said, without what Hibernate says of it. */
    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? failure.toString() : reason(cause);
    }

    private static String rows(long number) {
        return number == 1 ? "1 row" : number(number) + " rows";
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** In the unit that a person would choose. */
    static String duration(Duration duration) {
        long seconds = duration.plusMillis(500).toSeconds();
        if (seconds < 2) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        if (seconds < 120) {
            return seconds + " s";
        }
        long minutes = (seconds + 30) / 60;
        return minutes < 120 ? minutes + " min" : (minutes + 30) / 60 + " h";
    }
}
