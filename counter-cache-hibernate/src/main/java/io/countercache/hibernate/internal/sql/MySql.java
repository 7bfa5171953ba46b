package io.countercache.hibernate.internal.sql;

import java.sql.Connection;
import org.hibernate.dialect.Dialect;

/** MySQL and MariaDB: the statements that all databases have, and snapshots that are not checked. */
record MySql(Dialect dialect) implements Database {

    /** At SERIALIZABLE each of its queries locks what it reads. */
    @Override
    public boolean readsOldRows(int isolation) {
        return isolation == Connection.TRANSACTION_REPEATABLE_READ;
    }
}
