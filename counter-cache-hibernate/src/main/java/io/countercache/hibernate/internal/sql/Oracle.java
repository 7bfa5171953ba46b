package io.countercache.hibernate.internal.sql;

import org.hibernate.dialect.Dialect;

/** Oracle. Nothing was run there: what is sent is known by its text only. */
record Oracle(Dialect dialect) implements Database {

    /**
     * Hibernate leaves FOR UPDATE out of the query of a class that has a table of its own in its hierarchy, as if the query read several
     * tables, and of others that Oracle does not let lock. It would lock their rows by statements of its own, after it has read them.
     */
    @Override
    public boolean canLockByQuery() {
        return false;
    }

    /** The same of the query for the rows of a bulk statement. */
    @Override
    public boolean canLockOrdered() {
        return false;
    }

    @Override
    public String comparesTexts() {
        return "Oracle takes an empty one for null";
    }
}
