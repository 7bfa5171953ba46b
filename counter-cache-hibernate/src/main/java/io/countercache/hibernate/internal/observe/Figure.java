package io.countercache.hibernate.internal.observe;

/**
 * What is added up in one session factory, all from 0.
 *
 * <p>A <b>statement</b> is one call of the JDBC driver that moves counters, and so at most one answer to wait for: a JDBC batch is
 * one, and so is a message with the COMMIT in it. An <b>update</b> is what the database executes of it: each entry of a batch
 * is one, and an UPDATE of many rows by arrays is one, too. A <b>row</b> is one that was there and was changed. What has failed
 * is a statement with its updates, and has no rows.
 */
public enum Figure {
    /** Statements of derived counters: with commits, and where something is recounted. */
    DERIVED_STATEMENTS,
    DERIVED_UPDATES,
    DERIVED_ROWS,
    /** The nanoseconds of these statements, with what they have waited for locks, and with the COMMIT in them. */
    DERIVED_NANOS,
    /** Statements of counters that are changed by hand. */
    EXPLICIT_STATEMENTS,
    EXPLICIT_UPDATES,
    EXPLICIT_ROWS,
    EXPLICIT_NANOS,
    /** Commits that needed no message of their own, because the COMMIT has gone along with a statement. */
    SAVED_ROUND_TRIPS,
    /** SELECTs for what the database holds of children that a session is about to change, or has changed. */
    IMAGE_QUERIES,
    /** The rows that were found by these before they were changed: locked, unless locking is switched off. */
    IMAGE_ROWS,
    /** Rows that were locked because a bulk DELETE or UPDATE was about to change them. */
    BULK_ROWS,
    /** Statements that were refused because they cannot be counted. */
    REFUSED,
    /** Native statements that have changed rows which counters count. */
    UNCOUNTED_NATIVE,
    /** Bulk statements that were not counted because the application has said so. */
    UNCOUNTED_IGNORED,
    /** How often counters of some rows, or of a chunk of a table, were compared with their children. */
    RECOUNTS,
    /** Rows that had a wrong counter, which a recount has corrected. */
    REPAIRED_ROWS
}
