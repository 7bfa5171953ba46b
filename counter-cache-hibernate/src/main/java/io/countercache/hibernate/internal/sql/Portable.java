package io.countercache.hibernate.internal.sql;

import org.hibernate.dialect.DB2Dialect;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.SQLServerDialect;
import org.jspecify.annotations.Nullable;

/** Any database that Hibernate supports: sends the statements that all of them have. */
record Portable(Dialect dialect) implements Database {

    /** Neither the mapping nor the driver tells the collation of a column. */
    @Override
    public @Nullable String comparesTexts() {
        if (dialect instanceof SQLServerDialect) {
            return "SQL Server ignores case and spaces at the end, unless a collation says otherwise";
        }
        return dialect instanceof DB2Dialect ? "DB2 ignores spaces at the end" : null;
    }
}
