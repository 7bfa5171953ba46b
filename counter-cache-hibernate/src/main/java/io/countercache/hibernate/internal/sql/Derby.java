package io.countercache.hibernate.internal.sql;

import org.hibernate.dialect.Dialect;

/** Derby: FOR UPDATE and ORDER BY exclude each other. */
record Derby(Dialect dialect) implements Database {

    /** So rows are locked one by one. */
    @Override
    public boolean canLockOrdered() {
        return false;
    }

    @Override
    public boolean keepsOrder() {
        return false;
    }

    /** The end of the locking queries that Hibernate writes for it is there twice: {@code for update with rs with rs}. */
    @Override
    public boolean canLockByQuery() {
        return false;
    }
}
