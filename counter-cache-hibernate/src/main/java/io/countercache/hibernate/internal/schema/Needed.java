package io.countercache.hibernate.internal.schema;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a counter needs of the schema, thing by thing. */
final class Needed {

    private Needed() {}

    /** What memory does with the values of a column. */
    enum Use {
        /** Nothing that depends on the type of the column. */
        NONE,
        /** Adds them up. */
        TOTALLED,
        /** Compares them. */
        COMPARED,
        /** Compares texts without the spaces at their end. */
        COMPARED_WITHOUT_PADDING
    }

    /**
     * A column that has to be there.
     *
     * @param place the attribute
     * @param type the Java type that the column gets its values from
     * @param scale the digits after the point that the mapping tells of
     */
    record NeededColumn(
            String table,
            String column,
            String place,
            boolean isCounter,
            Use use,
            Class<?> type,
            @Nullable Integer scale) {}

    /**
     * Columns that find the children of a parent.
     *
     * @param isRestricted whether only some of the rows are looked for
     */
    record NeededIndex(String table, Set<String> columns, String place, boolean isRestricted) {}

    /**
     * Rows that are counted, or that a path leads through.
     *
     * @param association the columns by which they are counted, or that lead on
     * @param leadsOn whether the row that these refer to is not the one with the counter
     * @param named the columns that a condition looks at
     * @param key the columns of the id
     * @param owner of the rows of a collection, the columns that refer to its owner, with which Hibernate deletes them itself;
     *     else none
     */
    record CountedRows(
            String table,
            Set<String> association,
            boolean leadsOn,
            Set<String> named,
            Set<String> key,
            Set<String> owner) {}

    /** A table of slots, and the columns of its foreign key. */
    record NeededSlots(String table, Set<String> key, String place) {}

    /** A column that is totalled, and the one that has the total. */
    record Total(String table, String column, String summedTable, String summedColumn, String place) {}
}
