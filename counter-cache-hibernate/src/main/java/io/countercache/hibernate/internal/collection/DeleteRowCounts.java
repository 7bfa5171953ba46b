package io.countercache.hibernate.internal.collection;

import io.countercache.CounterCacheException;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.jdbc.Expectation;
import org.hibernate.mapping.Collection;
import org.jspecify.annotations.Nullable;

/**
 * How many rows the DELETEs of a collection have hit: what another transaction has added or taken away since the
 * collection was loaded, only the statement itself knows exactly.
 *
 * <p>Hibernate asks nobody when it sends a statement of a collection alone, but does when it sends it in a JDBC batch. So
 * {@link CollectionEvents} has it send batches while it counts.
 */
public final class DeleteRowCounts implements Expectation {

    /** DELETEs of one row each, in their order. */
    static final DeleteRowCounts OF_EACH = new DeleteRowCounts();

    /** DELETEs of all rows that an owner has. */
    public static final DeleteRowCounts OF_ALL = new DeleteRowCounts();

    private static final ThreadLocal<@Nullable Map<DeleteRowCounts, List<Integer>>> COUNTED = new ThreadLocal<>();

    private DeleteRowCounts() {}

    /** Has the DELETEs of a collection counted. To be called before the mapping is built into persisters. */
    public static void count(Collection collection) {
        collection.setDeleteExpectation(() -> OF_EACH);
        collection.setDeleteAllExpectation(() -> OF_ALL);
    }

    /** Counts, until the end. */
    static Counting start() {
        Counting counting = new Counting(COUNTED.get(), Map.of(OF_EACH, new ArrayList<>(), OF_ALL, new ArrayList<>()));
        COUNTED.set(counting.rows());
        return counting;
    }

    /**
     * A count that is under way.
     *
     * @param outer that of another session that this thread has interrupted
     * @param rows the rows that each DELETE has hit, by the kind of the DELETE
     */
    record Counting(@Nullable Map<DeleteRowCounts, List<Integer>> outer, Map<DeleteRowCounts, List<Integer>> rows) {

        void end() {
            COUNTED.set(outer);
        }

        List<Integer> ofEach() {
            return rows.getOrDefault(OF_EACH, List.of());
        }

        int ofAll() {
            return sum(rows.getOrDefault(OF_ALL, List.of()));
        }
    }

    static int sum(List<Integer> rows) {
        return rows.stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public void verifyOutcome(int rowCount, PreparedStatement statement, int batchPosition, String sql) {
        Map<DeleteRowCounts, List<Integer>> counted = COUNTED.get();
        List<Integer> rows = counted == null ? null : counted.get(this);
        if (rows == null) {
            return; // this session does not count
        }
        if (rowCount < 0) {
            throw new CounterCacheException(
                    "the JDBC driver does not say how many rows it has changed by '%s', and a counter depends on it: configure the driver to answer batches with row counts"
                            .formatted(sql));
        }
        rows.add(rowCount);
    }
}
