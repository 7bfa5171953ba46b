package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.orm.Slots;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        String slot = slots.number() == Slots.BALANCE
                ? String.valueOf(Slots.BALANCE)
                : "mod(%s, %d)".formatted(connection, slots.number());
        String selected = Stream.concat(
                        Stream.of("?"),
                        Stream.concat(slots.ids().stream().map(id -> "cc_p." + id), Stream.of(slots.literal(), slot)))
                .collect(Collectors.joining(", "));
        List<String> columns = new ArrayList<>(List.of(Slots.AMOUNT));
        columns.addAll(slots.primaryKey());
        return "insert into %s (%s) select %s from %s cc_p where %s%s"
                .formatted(
                        slots.table(),
                        String.join(", ", columns),
                        selected,
                        slots.rows(),
                        row(slots.ids().stream().map(id -> "cc_p." + id).toList()),
                        lock);
    }

    private static String row(List<String> columns) {
        return columns.stream().map(column -> column + " = ?").collect(Collectors.joining(" and "));
    }

    /** Reads and may lock the slots of a row: returns the number of each and its amount. Its parameter is the id. */
    public static String select(Slots slots, String lock) {
        return "select %s, %s from %s where %s and %s = %s order by %1$s%s"
                .formatted(
                        Slots.SLOT,
                        Slots.AMOUNT,
                        slots.table(),
                        row(slots.keys()),
                        Slots.COUNTER,
                        slots.literal(),
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
        return "select distinct %1$s from %2$s where %3$s = %4$s%5$s order by %1$s limit %6$d"
                .formatted(
                        key,
                        slots.table(),
                        Slots.COUNTER,
                        slots.literal(),
                        isAfter ? " and " + key + " > ?" : "",
                        most);
    }
}
