package io.countercache.samples.benchmark;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.write.CounterDeltas;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The deltas of a transaction: added, summed, and drained in lock order. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DeltasBenchmark {

    private static final Comparator<ParentRow> LOCK_ORDER =
            Comparator.comparing(ParentRow::table).thenComparing(row -> (Long) row.id());

    private static final CounterDefinition COUNTER = new CounterDefinition(
            "Post", "post", "commentsCount", "Comment", "post", Counts.CHILDREN, List.of(), "", "", List.of(), null);

    /** How many rows have to move. */
    @Param({"1", "10", "1000"})
    public int rows;

    private long[] ids;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // set up before each run
    public DeltasBenchmark() {}

    /** Ids in no order. */
    @Setup
    public void ids() {
        ids = new Random(1).longs(rows, 0, 1_000_000).toArray();
    }

    /** All of it. */
    @Benchmark
    public List<RowDeltas> addAndDrain() {
        CounterDeltas deltas = new CounterDeltas();
        for (long id : ids) {
            deltas.add(COUNTER, new ParentRow("post", id), BigDecimal.ONE);
        }
        return deltas.drain(LOCK_ORDER);
    }
}
