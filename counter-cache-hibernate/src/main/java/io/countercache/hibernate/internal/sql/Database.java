package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.orm.Slots;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.hibernate.LockMode;
import org.hibernate.LockOptions;
import org.hibernate.dialect.Dialect;
import org.jspecify.annotations.Nullable;

/**
 * A kind of database: which statements it has beside those that all databases have, and what their texts are. {@link Databases}
 * finds it. All questions about the kind of database are asked of this object, and none of the class of a {@link Dialect}. The
 * default answers hold for every database.
 */
public interface Database {

    /** What Hibernate knows about it. */
    Dialect dialect();

    /** What messages call it. */
    default String name() {
        return dialect().getClass().getSimpleName();
    }

    /**
     * The end of a SELECT that locks the rows of the one table that it reads. FOR NO KEY UPDATE on PostgreSQL: FOR UPDATE would
     * wait for every transaction that has inserted a child, and deadlock with it.
     */
    default String forUpdate() {
        return dialect().getForUpdateString(LockMode.PESSIMISTIC_WRITE);
    }

    /** A table in the FROM of such a SELECT. SQL Server and Sybase lock by a hint here, and have no {@link #forUpdate}. */
    @SuppressWarnings("removal") // LockOptions will move, and there is no other way yet to ask for the hint
    default String locked(String table) {
        return dialect().appendLockHint(new LockOptions(LockMode.PESSIMISTIC_WRITE), table);
    }

    /** Whether queries that Hibernate writes may lock rows: they do it as Hibernate's dialect says. */
    default boolean canLockByQuery() {
        return true;
    }

    /** Whether a SELECT, also one that Hibernate writes, can both lock rows and say in which order. */
    default boolean canLockOrdered() {
        return true;
    }

    /** Whether there is any way to lock rows. */
    default boolean canLock() {
        return !forUpdate().isBlank() || !locked("t").equals("t");
    }

    /** The same where it depends on how the database has been started. */
    default boolean canLock(Connection connection) throws SQLException {
        return canLock();
    }

    /**
     * Whether a statement or a JDBC batch comes to its rows in the order that it says. A proxy sends one to several servers at once,
     * and none of these servers notices a deadlock with another one. Nor does a database without {@link #canLockOrdered}.
     */
    default boolean keepsOrder() {
        return true;
    }

    /** Whether a query finds all rows that it joins. A proxy that spreads tables over several servers joins on each by itself. */
    default boolean canJoin() {
        return true;
    }

    /**
     * Whether a query answers with rows as they were when the transaction began, also with those that it has locked as they are
     * now, and nobody is told. Other databases refuse the lock then. {@link OwnQueries} are answered by {@link #lockingReads} then,
     * where there are any.
     *
     * @param isolation the isolation level of the transaction, as JDBC numbers it
     */
    default boolean readsOldRows(int isolation) {
        return false;
    }

    /**
     * Statements with which a transaction begins in which no query answers with old rows, whatever the level of its connection is; none
     * if there are none. They fail where it has begun already.
     */
    default List<String> beginReadingNewRows() {
        return List.of();
    }

    /** Whether there are {@link #lockingReads}. */
    default boolean canLockReads() {
        return false;
    }

    /** The query, with each of its SELECTs reading rows as they are now, and locking them, at every isolation level. */
    default String lockingReads(String query) {
        throw new UnsupportedOperationException(query);
    }

    /**
     * Whether an INSERT of a row that refers to another one locks that row against UPDATEs until the transaction ends. Then two
     * transactions that have inserted children of one parent would wait for each other, if both are to update it at their commit.
     */
    default boolean locksReferredRows() {
        return false;
    }

    /**
     * Whether {@link #forUpdate} waits for transactions that have inserted rows that refer to the row, though an UPDATE of the row does
     * not.
     */
    default boolean locksAgainstReferrers() {
        return false;
    }

    /** The end of a SELECT that locks rows only as such an INSERT does: any number of transactions can have this lock. */
    default String forReference() {
        return forUpdate();
    }

    /** Whether a row that a foreign key refers to is there at the commit, also if another transaction has deleted it meanwhile. */
    default boolean keepsReferredRows() {
        return true;
    }

    /** Whether a name of a table in small letters and one in capitals are two tables, also without quotes. */
    default boolean hasCaseSensitiveTables() {
        return false;
    }

    /** Where the database tells what its schema is. */
    enum Catalog {
        PG_CATALOG,
        INFORMATION_SCHEMA,
        /** That of MySQL and MariaDB, which has other columns. */
        MYSQL_INFORMATION_SCHEMA,
        JDBC
    }

    /** The place that tells most with the fewest queries. */
    default Catalog catalog() {
        return Catalog.JDBC;
    }

    /** The same for rows that will be deleted: until they are, no new row can refer to them. */
    default String forDelete() {
        return forUpdate();
    }

    /** Whether a statement and the COMMIT can be sent as one message, if the driver can do it as well: {@link CommitMessage}. */
    default boolean canCommitAlong() {
        return false;
    }

    /**
     * A query that takes a lock named by two numbers until the transaction ends, and tells at once whether it has it; null if there
     * is none.
     */
    default @Nullable String tryLock() {
        return null;
    }

    /** Whether UPDATE .. RETURNING returns the values that the UPDATE has written. */
    default boolean canReturnUpdated() {
        return false;
    }

    /**
     * Whether a bulk DELETE of one table can be queried for the rows that it has deleted, and a bulk UPDATE for the rows as
     * they were and as they are now, in the one statement that also changes them.
     */
    default boolean canQueryBulk() {
        return false;
    }

    /** Whether there is {@link #queryInserted}. */
    default boolean canQueryInserted() {
        return false;
    }

    /** Whether there is {@link #queryDeleted}. */
    default boolean canQueryDeleted() {
        return false;
    }

    /**
     * An INSERT and a query about the rows that it inserts, in one statement.
     *
     * @param columns the columns of the rows that the query reads
     * @param query the text of the query, given the name that stands for the table in it
     */
    default String queryInserted(String insert, Collection<String> columns, UnaryOperator<String> query) {
        throw new UnsupportedOperationException("rows inserted by " + insert);
    }

    /** A DELETE and a query about the rows that it deletes, in one statement; as {@link #queryInserted}. */
    default String queryDeleted(String delete, Collection<String> columns, UnaryOperator<String> query) {
        throw new UnsupportedOperationException("rows deleted by " + delete);
    }

    /** Whether one UPDATE can add to the counters of many rows, each by another amount: {@link ArrayUpdate}. */
    default boolean canUpdateFromArrays() {
        return false;
    }

    /** Whether an INSERT can leave a row alone, or change it, where its key is taken. */
    default boolean canUpsert() {
        return false;
    }

    /** Whether an upsert may fail because another transaction inserts the same key, and has to be sent again then. */
    default boolean mayUpsertRace() {
        return false;
    }

    /**
     * Whether {@link #upsert} is two statements: one that inserts the row with a counter of 0, or locks the one that has its key,
     * and one that adds. They are where an INSERT cannot name the key that it is about, or cannot tell that it has changed nothing.
     */
    default boolean upsertsFromZero() {
        return false;
    }

    /** What inserts a row or adds to the counter of the row that has its key. */
    default UpsertSql upsert(Upserted row) {
        throw new UnsupportedOperationException("upsert into " + row.table());
    }

    /** Whether there is {@link #addToSlot}; elsewhere the column itself is added to. */
    default boolean canAddToSlots() {
        return false;
    }

    /** What adds to a slot of a row, which it inserts if need be: its parameters are the amount and the id of the row. */
    default String addToSlot(Slots slots) {
        throw new UnsupportedOperationException("slots of " + slots.rows());
    }

    /** The same for a row that is there until the transaction ends, for a row that it has written refers to it by a foreign key. */
    default String addToReferredSlot(Slots slots) {
        return addToSlot(slots);
    }

    /**
     * What a sum of whole numbers is cast to, so as to be of the type of an attribute; empty where it need not be, or the attribute is
     * of another type.
     */
    default String wholeNumber(Class<?> type) {
        return "";
    }

    /**
     * Reads the variable, after its name, that is ON if a transaction may not change rows that have changed since it began, also where
     * it reads old ones; null where there is none.
     */
    default @Nullable String showRefusalOfChanges() {
        return null;
    }

    /** A table in a query that locks what its primary key finds: where queries lock what they read, and the planner may read all of it. */
    default String byPrimaryKey(String table) {
        return table;
    }

    /** The end of a SELECT that locks rows, and leaves out those that others have locked; null if there is none. */
    default @Nullable String skipLocked() {
        return null;
    }

    /**
     * The one statement that squashes what nobody has locked of so many rows, at READ COMMITTED. Its parameters are their ids. Null where
     * it takes several.
     */
    default @Nullable String squash(Slots slots, int rows) {
        return null;
    }

    /**
     * How it compares texts otherwise than character by character, in words; null if it does not, or does so in some columns only,
     * which the check of the live schema finds.
     */
    default @Nullable String comparesTexts() {
        return null;
    }

    /** Whether LIKE takes a character beyond the Basic Multilingual Plane for two: '_' matches one UTF-16 unit. */
    default boolean likeMatchesUtf16() {
        return false;
    }

    /** Whether a time loses the digits of its second that a column has no place for. Others round it. */
    default boolean cutsSeconds() {
        return false;
    }
}
