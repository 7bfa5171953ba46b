package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.schema.LiveSchema.LiveColumn;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveTable;
import io.countercache.hibernate.internal.schema.Needed.NeededColumn;
import io.countercache.hibernate.internal.schema.Needed.NeededIndex;
import io.countercache.hibernate.internal.schema.Needed.Total;
import io.countercache.hibernate.internal.schema.Needed.Use;
import io.countercache.hibernate.internal.support.SqlType;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What of the tables, columns and indexes does not fit. */
record ColumnFindings(SchemaNeeds needs, LiveSchema live) {

    /** All findings, each with where, what and remedy. */
    Set<String> problems() {
        Set<String> problems = new TreeSet<>();
        for (NeededColumn needed : needs.columns()) {
            String problem = problem(needed);
            if (problem != null) {
                problems.add(problem);
            }
        }
        for (String table : needs.tables()) {
            LiveTable found = live.mapped(table);
            if (found != null) {
                found.obstacles.forEach(obstacle -> problems.add("the table %s %s".formatted(table, obstacle)));
            }
        }
        needs.totals().stream()
                .filter(this::isCoarse)
                .forEach(total -> problems.add(
                        "%s: the column %s.%s keeps fewer digits than %s.%s, which it totals: give it as many"
                                .formatted(
                                        total.place(),
                                        total.table(),
                                        total.column(),
                                        total.summedTable(),
                                        total.summedColumn())));
        needs.indexes().stream()
                .filter(this::isMissing)
                .forEach(index -> problems.add(
                        "%s: no index begins with %s of %s, so that a recount of one row reads the whole table: create one"
                                .formatted(index.place(), names(index.columns()), index.table())));
        return problems;
    }

    /** What is worth knowing, and does no harm. */
    Set<String> remarks() {
        Set<String> remarks = new TreeSet<>();
        for (NeededColumn needed : needs.columns()) {
            LiveColumn column = column(needed.table(), needed.column());
            if (needed.isCounter() && column != null && column.isNullable() && !column.hasDefault()) {
                remarks.add(
                        "%s: the column %s.%s may be null and has no default: null counts as 0, but 'not null default 0' tells others, too"
                                .formatted(needed.place(), needed.table(), needed.column()));
            }
        }
        return remarks;
    }

    private @Nullable LiveColumn column(String table, String column) {
        LiveTable found = live.mapped(table);
        return found == null ? null : found.columns.get(column);
    }

    private @Nullable String problem(NeededColumn needed) {
        if (live.mapped(needed.table()) == null) {
            return "%s: there is no table %s: create it as CounterSchema.of(..).script() has it"
                    .formatted(needed.place(), needed.table());
        }
        LiveColumn column = column(needed.table(), needed.column());
        if (column == null) {
            return "%s: the table %s has no column %s: add it%s"
                    .formatted(
                            needed.place(),
                            needed.table(),
                            needed.column(),
                            needed.isCounter() ? ", not null default 0, and repair the counter" : "");
        }
        String difference = difference(needed, column);
        return difference == null
                ? null
                : "%s: the column %s.%s of type %s %s"
                        .formatted(
                                needed.place(),
                                needed.table(),
                                needed.column(),
                                column.type().sql(),
                                difference);
    }

    private static @Nullable String difference(NeededColumn needed, LiveColumn column) {
        if (needed.use() == Use.NONE) {
            return null;
        }
        boolean isCompared = needed.use() != Use.TOTALLED;
        boolean isText = isCompared && needed.type() == String.class;
        if ((isText || (isCompared && needed.type() == Character.class)) && column.collation() != null) {
            return "has the collation %s, which takes different texts for equal, but 'where' compares all characters: give it another one"
                    .formatted(column.collation());
        }
        String difference = column.type().difference(needed.type(), needed.scale(), isCompared);
        if (difference == null) {
            return null;
        }
        if (isText && column.type().kind() == SqlType.Kind.PADDED) {
            boolean isFull = column.type().size() == 1;
            return isFull || needed.use() == Use.COMPARED_WITHOUT_PADDING
                    ? null
                    : difference
                            + ", but 'where' compares them: declare it with @JdbcTypeCode(SqlTypes.CHAR), or make it a varchar";
        }
        return difference
                + (isCompared
                        ? ", but 'where' compares its values in memory: make it what the mapping says"
                        : ", but totals are added up in memory: make it what the mapping says");
    }

    private boolean isCoarse(Total total) {
        LiveColumn counter = column(total.table(), total.column());
        LiveColumn summed = column(total.summedTable(), total.summedColumn());
        return counter != null && summed != null && counter.type().isCoarserThan(summed.type());
    }

    private boolean isMissing(NeededIndex index) {
        LiveTable table = live.mapped(index.table());
        return table != null
                && table.columns.keySet().containsAll(index.columns())
                && !table.isView
                && Collections.disjoint(table.indexed, index.columns())
                && !(index.isRestricted() && !Collections.disjoint(table.partlyIndexed, index.columns()));
    }

    static String names(Set<String> columns) {
        return String.join(", ", new TreeSet<>(columns));
    }
}
