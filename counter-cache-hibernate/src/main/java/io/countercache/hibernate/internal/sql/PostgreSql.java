package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.UpsertSql.Part;
import io.countercache.hibernate.internal.support.Numbers;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.hibernate.dialect.Dialect;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL, and databases that Hibernate takes for it: RETURNING, also in a WITH, ON CONFLICT, arrays and two strengths of
 * locks.
 */
record PostgreSql(Dialect dialect) implements Database {

    private static final String CONNECTION = "pg_backend_pid()";

    /** Before version 7 Hibernate says FOR UPDATE here, though not in its own queries. The dialect of Spanner has no other lock. */
    @Override
    public String forUpdate() {
        return isSpanner() ? Database.super.forUpdate() : " for no key update";
    }

    private boolean isSpanner() {
        return dialect.getClass().getSimpleName().startsWith("Spanner");
    }

    @Override
    public String forDelete() {
        return forUpdate().replace("no key update", "update");
    }

    @Override
    public Catalog catalog() {
        return Catalog.PG_CATALOG;
    }

    @Override
    public boolean canReturnUpdated() {
        return true;
    }

    @Override
    public boolean canQueryBulk() {
        return true;
    }

    @Override
    public boolean canQueryInserted() {
        return true;
    }

    @Override
    public boolean canQueryDeleted() {
        return true;
    }

    @Override
    public String queryInserted(String insert, Collection<String> columns, UnaryOperator<String> query) {
        return query(insert, columns, query);
    }

    @Override
    public String queryDeleted(String delete, Collection<String> columns, UnaryOperator<String> query) {
        return query(delete, columns, query);
    }

    private static String query(String statement, Collection<String> columns, UnaryOperator<String> query) {
        return "with counted_rows as (%s returning %s) %s"
                .formatted(statement, String.join(",", columns), query.apply("counted_rows"));
    }

    /** It locks the rows as {@link #forUpdate} does. */
    @Override
    public boolean canUpdateFromArrays() {
        return !isSpanner();
    }

    @Override
    public boolean canCommitAlong() {
        return !isSpanner();
    }

    /** Not a lock of the session, which a pooler would keep with a connection that another application gets. */
    @Override
    public @Nullable String tryLock() {
        return isSpanner() ? null : "select pg_try_advisory_xact_lock(?, ?)";
    }

    @Override
    public boolean canUpsert() {
        return true;
    }

    @Override
    public UpsertSql upsert(Upserted row) {
        String sum = "coalesce(r." + row.counter() + ", 0) + excluded." + row.counter();
        String text = "insert into %s as r (%s) values (%s) on conflict (%s) do update set %s%s returning %s"
                .formatted(
                        row.table(),
                        String.join(", ", row.columns()),
                        String.join(", ", row.values()),
                        row.key().stream()
                                .map(column -> column.column().getSelectionExpression())
                                .collect(Collectors.joining(", ")),
                        row.assignments(sum),
                        row.guarded(" where ", sum),
                        row.returned().stream().map(column -> "r." + column).collect(Collectors.joining(", ")));
        return new UpsertSql(text, List.of(Part.ROW, Part.TOUCHED), true);
    }

    @Override
    public boolean canAddToSlots() {
        return !isSpanner();
    }

    /** The row is locked as a foreign key locks it, so that it cannot be deleted between the two halves. */
    @Override
    public String addToSlot(Slots slots) {
        return SlotSql.insert(slots, CONNECTION, " for key share") + addedTo(slots);
    }

    @Override
    public String addToReferredSlot(Slots slots) {
        return SlotSql.insertReferred(slots, CONNECTION) + addedTo(slots);
    }

    private static String addedTo(Slots slots) {
        return " on conflict (%1$s) do update set %2$s = %3$s.%2$s + excluded.%2$s"
                .formatted(String.join(", ", slots.primaryKey()), Slots.AMOUNT, slots.table());
    }

    @Override
    public @Nullable String skipLocked() {
        return isSpanner() ? null : forUpdate() + " skip locked";
    }

    @Override
    public @Nullable String squash(Slots slots, int rows) {
        return isSpanner() ? null : SlotSql.squash(slots, rows, skipLocked());
    }

    /** It finds functions by the types of what they are given, and a sum is a decimal. */
    @Override
    public String wholeNumber(Class<?> type) {
        if (!Numbers.isWhole(type)) {
            return "";
        }
        boolean isLong = type == long.class || type == Long.class;
        boolean isShort = type == short.class || type == Short.class;
        return isLong ? "bigint" : isShort ? "smallint" : "integer";
    }
}
