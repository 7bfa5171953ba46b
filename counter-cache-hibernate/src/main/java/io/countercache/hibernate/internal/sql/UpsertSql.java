package io.countercache.hibernate.internal.sql;

import java.util.List;

/**
 * An upsert as one kind of database has it.
 *
 * @param parameters what is bound, in this order
 * @param returns whether it returns the columns of the row as it is now; else, how many rows it has changed
 */
public record UpsertSql(String text, List<Part> parameters, boolean returns) {

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
