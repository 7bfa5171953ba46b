package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Columns.ColumnValue;
import io.countercache.hibernate.internal.sql.UpsertSql.Part;
import io.countercache.hibernate.internal.support.Numbers;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.MariaDBDialect;
import org.jspecify.annotations.Nullable;

/**
 * MySQL and MariaDB, with InnoDB: snapshots that are not checked, locks that an INSERT takes of the rows it refers to, and ON
 * DUPLICATE KEY.
 */
record MySql(Dialect dialect) implements Database {

    private static final String ROWS = "counted_rows";

    private static final String SHARED = " lock in share mode";
    /** What is selected, the alias, the condition, and the rest, which may only group. */
    private static final Pattern GROUPS =
            Pattern.compile("select (.*) from " + ROWS + " (\\w+)( where (.*?))?( group by [^()]*)?");

    /** At SERIALIZABLE each of its queries locks what it reads. */
    @Override
    public boolean readsOldRows(int isolation) {
        return isolation == Connection.TRANSACTION_REPEATABLE_READ;
    }

    /** The level is that of the next transaction only. That begins here, so that no other one gets the level if this one ends before its first query. */
    @Override
    public List<String> beginReadingNewRows() {
        return List.of("set transaction isolation level read committed", "start transaction");
    }

    /** In the words that all versions of both understand. */
    @Override
    public String lockingReads(String query) {
        return LockingReads.of(query, SHARED);
    }

    @Override
    public boolean canLockReads() {
        return true;
    }

    @Override
    public Catalog catalog() {
        return Catalog.MYSQL_INFORMATION_SCHEMA;
    }

    @Override
    public boolean locksReferredRows() {
        return true;
    }

    @Override
    public String forReference() {
        return SHARED;
    }

    /** Not on every system, but on most servers. */
    @Override
    public boolean hasCaseSensitiveTables() {
        return true;
    }

    @Override
    public boolean canUpsert() {
        return true;
    }

    /**
     * ON DUPLICATE KEY is about any unique key of the table. So it changes nothing, and locks: an INSERT that fails would lock, too,
     * but so that two of them could not both go on to the UPDATE. Nor could it change the counter within limits: drivers count
     * rows that were found, whether they were changed or not.
     */
    @Override
    public boolean upsertsFromZero() {
        return true;
    }

    @Override
    public UpsertSql upsert(Upserted row) {
        String key = row.key().get(0).column().getSelectionExpression();
        String insert = "insert into %1$s (%2$s) values (%3$s) on duplicate key update %4$s = %4$s"
                .formatted(row.table(), String.join(", ", row.columns()), String.join(", ", row.values()), key);
        String sum = Columns.orZero(row.counter()) + " + ?";
        String update = "update %s set %s where %s%s"
                .formatted(
                        row.table(),
                        row.assignments(sum),
                        row.key().stream().map(ColumnValue::equal).collect(Collectors.joining(" and ")),
                        row.guarded(" and ", sum));
        List<Part> parameters = new ArrayList<>(List.of(Part.AMOUNT, Part.TOUCHED, Part.KEY));
        if (row.guard() != null) {
            parameters.add(Part.AMOUNT);
        }
        return new UpsertSql(insert, update, parameters, false);
    }

    /** MariaDB and its driver do, unless its sql_mode has TIME_ROUND_FRACTIONAL; MySQL rounds. */
    @Override
    public boolean cutsSeconds() {
        return dialect instanceof MariaDBDialect;
    }

    /** MySQL has no RETURNING. MariaDB has it, but the rows that it returns cannot be joined with others. */
    @Override
    public boolean canQueryInserted() {
        return dialect instanceof MariaDBDialect && dialect.getVersion().isSameOrAfter(10, 5);
    }

    @Override
    public String queryInserted(String insert, Collection<String> columns, UnaryOperator<String> query) {
        return insert + returning(query.apply(ROWS));
    }

    /** RETURNING can neither group nor leave rows out: it returns each row as a group of its own, of no row if it is none of them. */
    private static String returning(String query) {
        Matcher groups = GROUPS.matcher(query);
        if (!groups.matches()) {
            throw new UnsupportedOperationException(query); // of several tables
        }
        String where = groups.group(4);
        String each = groups.group(1)
                .replace("count(*)", where == null ? "1" : "case when " + where + " then 1 else 0 end")
                .replaceAll("\\bsum\\(([^()]*)\\)", where == null ? "$1" : "case when " + where + " then $1 end");
        return " returning " + each.replace(groups.group(2) + ".", "");
    }

    /** TiDB has no shared locks. */
    @Override
    public boolean canAddToSlots() {
        return !dialect.getClass().getSimpleName().startsWith("TiDB");
    }

    /**
     * The row is locked as the foreign key of the slots locks it anyway, but before: so it is missed if it is deleted meanwhile, where
     * the foreign key would refuse the slot.
     */
    @Override
    public String addToSlot(Slots slots) {
        return SlotSql.insert(slots, "connection_id()", SHARED)
                + " on duplicate key update %1$s = %1$s + values(%1$s)".formatted(slots.table() + "." + Slots.AMOUNT);
    }

    @Override
    public @Nullable String showRefusalOfChanges() {
        return dialect instanceof MariaDBDialect ? "show variables like 'innodb_snapshot_isolation'" : null;
    }

    @Override
    public String byPrimaryKey(String table) {
        return table + " force index (primary)";
    }

    @Override
    public @Nullable String skipLocked() {
        boolean isKnown = dialect instanceof MariaDBDialect
                ? dialect.getVersion().isSameOrAfter(10, 6)
                : canAddToSlots() && dialect.getVersion().isSameOrAfter(8);
        return isKnown ? forUpdate() + " skip locked" : null;
    }

    /** A decimal would be printed with the digits of other counters. */
    @Override
    public String wholeNumber(Class<?> type) {
        return Numbers.isWhole(type) ? "signed" : "";
    }
}
