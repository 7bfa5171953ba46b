package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.orm.Slots;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The statements about slots. */
public final class SlotSql {

    private SlotSql() {}

    /**
     * Inserts a slot of a row, if the row is there. Its parameters are the amount and the id.
     *
     * @param connection an expression for a number of the connection: connections then meet in one slot as rarely as possible
     * @param lock what locks the row against a DELETE, where the INSERT does not lock it by itself
     */
    static String insert(Slots slots, String connection, String lock) {
        List<String> ids = slots.ids().stream().map(id -> "cc_p." + id).toList();
        return "%s select ?, %s, %s, %s from %s cc_p where %s%s"
                .formatted(
                        into(slots),
                        String.join(", ", ids),
                        slots.literal(),
                        slot(slots, connection),
                        slots.rows(),
                        row(ids),
                        lock);
    }

    /** The same of a row that is there for sure. */
    static String insertReferred(Slots slots, String connection) {
        return "%s values (?, %s, %s, %s)"
                .formatted(
                        into(slots),
                        String.join(", ", Collections.nCopies(slots.keys().size(), "?")),
                        slots.literal(),
                        slot(slots, connection));
    }

    private static String into(Slots slots) {
        return "insert into %s (%s, %s)".formatted(slots.table(), Slots.AMOUNT, String.join(", ", slots.primaryKey()));
    }

    private static String slot(Slots slots, String connection) {
        return slots.number() == Slots.BALANCE
                ? String.valueOf(Slots.BALANCE)
                : "mod(%s, %d)".formatted(connection, slots.number());
    }

    private static String row(List<String> columns) {
        return columns.stream().map(column -> column + " = ?").collect(Collectors.joining(" and "));
    }

    /** How often the ids are parameters of {@link #squash}. */
    public static final int PARTS = 4;

    /**
     * Locks rows, then their slots, deletes these, and adds their sums to the rows. Each part changes the row that it has locked as it is
     * then, also if that has changed since the statement began. Each part has the ids, so that the planner knows that an index will do.
     */
    static String squash(Slots slots, int rows, @Nullable String skipLocked) {
        List<String> ids = slots.ids();
        List<String> keys = slots.keys().stream().map(each -> "cc_s." + each).toList();
        String key = String.join(", ", slots.keys());
        return """
                with cc_row as (select %1$s from %2$s where %3$s%4$s), \
                cc_found as (select cc_s.* from %5$s cc_s join cc_row on %6$s \
                where %7$s and cc_s.%8$s = %9$s for update of cc_s skip locked), \
                cc_gone as (delete from %5$s cc_s using cc_found where %10$s and %7$s returning %11$s, cc_s.%12$s), \
                cc_sum as (select %13$s, sum(%12$s) as %12$s from cc_gone group by %13$s) \
                update %2$s cc_p set %14$s = coalesce(cc_p.%14$s, 0) + cc_sum.%12$s from cc_sum where %15$s and %16$s""".formatted(
                        String.join(", ", ids),
                        slots.rows(),
                        anyOf(ids, rows),
                        skipLocked,
                        slots.table(),
                        same("cc_row", ids, "cc_s", slots.keys()),
                        anyOf(keys, rows),
                        Slots.COUNTER,
                        slots.literal(),
                        same("cc_found", slots.primaryKey(), "cc_s", slots.primaryKey()),
                        String.join(", ", keys),
                        Slots.AMOUNT,
                        key,
                        slots.column(),
                        same("cc_p", ids, "cc_sum", slots.keys()),
                        anyOf(ids.stream().map(each -> "cc_p." + each).toList(), rows));
    }

    private static String anyOf(List<String> columns, int rows) {
        return columns.size() == 1
                ? columns.get(0) + " in (" + String.join(", ", Collections.nCopies(rows, "?")) + ")"
                : "(" + String.join(" or ", Collections.nCopies(rows, "(" + row(columns) + ")")) + ")";
    }

    private static String same(String one, List<String> columns, String other, List<String> others) {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> "%s.%s = %s.%s".formatted(one, columns.get(i), other, others.get(i)))
                .collect(Collectors.joining(" and "));
    }

    /**
     * Reads and may lock the slots of rows: returns the number of each, its amount, and the id of its row. Its parameters are the ids.
     *
     * @param from the table, for several rows
     * @param lock the end of a SELECT that locks
     */
    public static String select(Slots slots, String from, int rows, String lock) {
        String key = String.join(", ", slots.keys());
        // of one row by its key alone: MySQL and MariaDB then lock no slot of the next row
        boolean isOne = rows == 1;
        return "select %s, %s, %s from %s where %s and %s = %s order by %s%1$s%s"
                .formatted(
                        Slots.SLOT,
                        Slots.AMOUNT,
                        key,
                        isOne ? slots.table() : from,
                        isOne ? row(slots.keys()) : anyOf(slots.keys(), rows),
                        Slots.COUNTER,
                        slots.literal(),
                        isOne ? "" : key + ", ",
                        lock);
    }

    /** Deletes a slot. Its parameters are the id and the number. */
    public static String delete(Slots slots) {
        return "delete from %s where %s and %s = %s and %s = ?"
                .formatted(slots.table(), row(slots.keys()), Slots.COUNTER, slots.literal(), Slots.SLOT);
    }

    /** Finds rows with slots, by the one column of their id. Its parameter is the id after which they begin, if there is one. */
    public static String filled(Slots slots, boolean isAfter, int most) {
        String key = slots.keys().get(0);
        return "select distinct " + key + " from " + slots.table() + " where " + Slots.COUNTER + " = " + slots.literal()
                + (isAfter ? " and " + key + " > ?" : "") + " order by " + key + " limit " + most;
    }
}
