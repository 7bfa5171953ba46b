package io.countercache.hibernate.internal.orm;

import org.hibernate.resource.transaction.backend.jdbc.spi.JdbcResourceTransaction;

/** Marks a transaction of JDBC to be rolled back. Before version 7.3 Hibernate keeps that mark elsewhere, and calls this never. */
public final class RollbackMark {

    private static final OptionalMethod MARK = OptionalMethod.of(JdbcResourceTransaction.class, 0, "markRollbackOnly");

    private RollbackMark() {}

    public static void set(JdbcResourceTransaction transaction) {
        MARK.call(transaction);
    }
}
