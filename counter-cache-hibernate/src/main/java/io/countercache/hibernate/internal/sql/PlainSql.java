package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.support.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import org.hibernate.dialect.Dialect;
import org.jspecify.annotations.Nullable;

/**
 * A database that gets only the statements that all databases have, because a proxy before it, or the engine itself, understands no
 * others. What it does with transactions is what its kind does, so these answers stay.
 */
record PlainSql(Database kind) implements Database {

    @Override
    public Dialect dialect() {
        return kind.dialect();
    }

    @Override
    public String name() {
        return Settings.DATABASE + "=portable";
    }

    @Override
    public String forUpdate() {
        return kind.forDelete().contains(" no key ") ? " for update" : kind.forDelete();
    }

    @Override
    public String locked(String table) {
        return kind.locked(table);
    }

    /** Queries of Hibernate lock as the dialect says. */
    @Override
    public boolean canLockByQuery() {
        return kind.canLockByQuery() && !(kind instanceof PostgreSql);
    }

    @Override
    public boolean canLockOrdered() {
        return kind.canLockOrdered();
    }

    @Override
    public boolean canLock(Connection connection) throws SQLException {
        return kind.canLock(connection);
    }

    @Override
    public boolean readsOldRows(int isolation) {
        return kind.readsOldRows(isolation);
    }

    @Override
    public boolean canLockReads() {
        return kind.canLockReads();
    }

    @Override
    public String lockingReads(String query) {
        return kind.lockingReads(query);
    }

    @Override
    public boolean locksReferredRows() {
        return kind.locksReferredRows();
    }

    @Override
    public boolean locksAgainstReferrers() {
        return !kind.forUpdate().equals(kind.forDelete());
    }

    /** Between two servers there are no foreign keys. */
    @Override
    public boolean keepsReferredRows() {
        return false;
    }

    @Override
    public boolean keepsOrder() {
        return false;
    }

    @Override
    public boolean canJoin() {
        return false;
    }

    @Override
    public boolean hasCaseSensitiveTables() {
        return kind.hasCaseSensitiveTables();
    }

    @Override
    public @Nullable String comparesTexts() {
        return kind.comparesTexts();
    }

    @Override
    public boolean likeMatchesUtf16() {
        return kind.likeMatchesUtf16();
    }

    @Override
    public boolean cutsSeconds() {
        return kind.cutsSeconds();
    }
}
