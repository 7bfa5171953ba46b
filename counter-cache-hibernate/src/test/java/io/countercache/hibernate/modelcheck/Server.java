package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.support.TestServer;
import java.util.ArrayList;
import java.util.List;

/** In what the databases differ that the programs run on. */
final class Server {

    static final String NAME = TestServer.IS_MARIADB ? "MariaDB" : TestServer.IS_H2 ? "H2" : "PostgreSQL";

    /** Whether a transaction does not see what others have committed since it began, at the default isolation. */
    static final boolean READS_OLD_ROWS = TestServer.IS_MARIADB;

    /** Whether a foreign key is looked at with each row, and not when the statement is through. */
    static final boolean LOOKS_AT_EACH_ROW = TestServer.IS_MARIADB || TestServer.IS_H2;

    /** Hibernate's UPDATE with a join names an ambiguous column, or a table that is not in it. */
    static final boolean CAN_JOIN_IN_UPDATES = !TestServer.IS_MARIADB;

    /** Elsewhere the columns are written. */

    /** The end of a SELECT that locks parents. */
    static final String LOCK = LOOKS_AT_EACH_ROW ? " for update" : " for no key update";

    private Server() {}

    /** @param millis how long a statement waits for a lock; MariaDB counts in seconds */
    static String waitAtMost(String millis) {
        if (TestServer.IS_MARIADB) {
            return "set innodb_lock_wait_timeout = " + (Integer.parseInt(millis) + 900) / 1000;
        }
        return "set lock_timeout " + (TestServer.IS_H2 ? millis : "= " + millis);
    }

    /** What empties tables, children first. */
    static List<String> empty(List<String> tables, boolean thoroughly) {
        if (thoroughly && !LOOKS_AT_EACH_ROW) {
            return List.of("truncate " + String.join(", ", tables));
        }
        List<String> statements = new ArrayList<>();
        tables.forEach(table -> statements.add("delete from " + table));
        if (TestServer.IS_MARIADB) { // a row may refer to one of its own table
            statements.add(0, "set foreign_key_checks = 0");
            statements.add("set foreign_key_checks = 1");
        }
        return statements;
    }

    /** Statements as they can be sent. */
    static List<String> messages(List<String> statements) {
        return TestServer.IS_MARIADB ? statements : List.of(String.join(";", statements));
    }
}
