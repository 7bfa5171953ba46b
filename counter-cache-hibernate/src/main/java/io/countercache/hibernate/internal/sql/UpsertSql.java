package io.countercache.hibernate.internal.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An upsert as one kind of database has it.
 *
 * @param insert a statement to be sent before: it inserts the row with a counter of 0 unless a key of it is taken, and has the
 *     parameters of {@link Part#ROW}; null where the one statement inserts as well
 * @param text the statement that changes the counter
 * @param parameters what is bound in that, in this order
 * @param returns whether that returns the columns of the row as it is now; else, how many rows it has changed
 */
public record UpsertSql(@Nullable String insert, String text, List<Part> parameters, boolean returns) {

    /** One statement that does all of it. */
    UpsertSql(String text, List<Part> parameters, boolean returns) {
        this(null, text, parameters, returns);
    }

    /** Some parameters of an upsert. */
    public enum Part {
        /** The values of the inserted row that are parameters. */
        ROW,
        /** The values of the key. */
        KEY,
        /** The amount that is added. */
        AMOUNT,
        /** Now, for each touched attribute. */
        TOUCHED
    }
}
