package io.countercache.hibernate.internal.collection;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.sql.Statements;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.jdbc.Expectation;
import org.hibernate.mapping.Collection;
import org.jspecify.annotations.Nullable;

/**
 * How many rows the DELETEs of a collection have deleted. Only the statements know: another transaction may have inserted or
 * deleted rows since the collection was loaded.
 *
 * <p>An {@link Expectation} is what Hibernate asks, after a statement, whether the row count is the expected one. It is the one
 * place where Hibernate hands out the row counts of a collection's statements. Its instances belong to the mapping and know no
 * session, therefore a count under way is found by the thread.
 *
 * <p>Hibernate asks the Expectation only about statements that it sends in a JDBC batch. While rows are counted, the session
 * therefore has a batch size.
 */
final class DeleteRowCounts implements Expectation {

    /** Of the DELETEs of one row each. */
    static final DeleteRowCounts OF_EACH = new DeleteRowCounts();

    /** Of the DELETEs of all rows of an owner. */
    static final DeleteRowCounts OF_ALL = new DeleteRowCounts();

    /**
     * The batch size of a session that has none. Any number from 2 on makes Hibernate send batches. 50 is the upper end of what
     * Hibernate's documentation recommends; a batch is sent after each collection anyway, so a larger number could help only a
     * change of more than 50 rows of one collection.
     */
    private static final int BATCH_SIZE = 50;

    private static final ThreadLocal<@Nullable Map<DeleteRowCounts, List<Integer>>> COUNTED = new ThreadLocal<>();

    private DeleteRowCounts() {}

    /** Makes Hibernate report the DELETEs of a collection. Called by {@link CollectionMapping}. */
    static void count(Collection collection) {
        collection.setDeleteExpectation(() -> OF_EACH);
        collection.setDeleteAllExpectation(() -> OF_ALL);
    }

    /** Starts to count the DELETEs that this session sends, until the count is ended. */
    static Counting start(SharedSessionContractImplementor session) {
        SharedSessionContractImplementor batching = Statements.owner(session);
        Integer batchSize = batching.getJdbcBatchSize();
        if (batchSize == null || batchSize < 2) {
            batching.setJdbcBatchSize(BATCH_SIZE);
        }
        Counting counting =
                new Counting(COUNTED.get(), batchSize, Map.of(OF_EACH, new ArrayList<>(), OF_ALL, new ArrayList<>()));
        COUNTED.set(counting.rows());
        return counting;
    }

    /**
     * A count that is under way.
     *
     * @param outer the count of another session that this thread has interrupted
     * @param batchSize the batch size that the session had before
     * @param rows the row count of each DELETE, by the kind of the DELETE
     */
    record Counting(
            @Nullable Map<DeleteRowCounts, List<Integer>> outer,
            @Nullable Integer batchSize,
            Map<DeleteRowCounts, List<Integer>> rows) {

        void end(SharedSessionContractImplementor session) {
            COUNTED.set(outer);
            Statements.owner(session).setJdbcBatchSize(batchSize);
        }

        /** The row counts of the DELETEs of one row each, in their order. */
        List<Integer> ofEach() {
            return rows.getOrDefault(OF_EACH, List.of());
        }

        /** How many rows the DELETEs of all rows of an owner have deleted. */
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
            return; // the DELETE of a session that counts nothing
        }
        if (rowCount < 0) {
            throw new CounterCacheException(
                    "the JDBC driver does not return how many rows '%s' has changed, and a counter depends on it: configure the driver to return row counts for batches"
                            .formatted(sql));
        }
        rows.add(rowCount);
    }
}
