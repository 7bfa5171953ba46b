package io.countercache.hibernate.internal.support;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Parts of what is too much for one statement or one JDBC batch. */
public final class Chunks {

    /**
     * How many ids or rows go into one statement or one JDBC batch. Not a measured optimum, but a number between two bounds.
     *
     * <p>Above it are limits of databases: Oracle accepts 1,000 values in an IN list, SQL Server 2,100 parameters in a
     * statement and PostgreSQL 65,535. A query of this library has at most two such lists, of ids that may have several
     * columns. A chunk is also what the JDBC driver and this library hold in memory at once.
     *
     * <p>Below it are round trips: 1,000 rows in statements of their own take more than twice as long as in JDBC batches, even
     * without a network in between. With 500 in each, a round trip costs little beside the work on the rows, so that a larger
     * chunk has little to gain. All chunks but the last have the same SQL text, which the driver can prepare once.
     */
    public static final int SIZE = 500;

    private Chunks() {}

    /** Parts of {@link #SIZE}, in their order; none of nothing. */
    public static <T> List<List<T>> of(Collection<? extends T> values) {
        return of(values, SIZE);
    }

    /** Parts of another size, in their order; none of nothing. */
    public static <T> List<List<T>> of(Collection<? extends T> values, int size) {
        List<T> all = List.copyOf(values);
        List<List<T>> chunks = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            chunks.add(all.subList(from, Math.min(from + size, all.size())));
        }
        return chunks;
    }
}
