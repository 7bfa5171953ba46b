package io.countercache.hibernate.internal.sql;

import java.sql.Connection;
import java.sql.SQLException;
import org.hibernate.dialect.Dialect;

/** HSQLDB: FOR UPDATE locks a table, and only where the query is as simple as can be. */
record Hsqldb(Dialect dialect) implements Database {

    /** With ORDER BY it locks nothing. So rows are locked one by one. */
    @Override
    public boolean canLockOrdered() {
        return false;
    }

    @Override
    public boolean keepsOrder() {
        return false;
    }

    /** In the transaction model MVCC no query locks anything, and nobody is told. */
    @Override
    public boolean canLock(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var model = statement.executeQuery(
                        "select property_value from information_schema.system_properties where property_name = 'hsqldb.tx'")) {
            return !model.next() || !"mvcc".equalsIgnoreCase(model.getString(1));
        }
    }
}
