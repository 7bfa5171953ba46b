package io.countercache.hibernate.internal.collection;

import java.sql.PreparedStatement;
import org.hibernate.jdbc.Expectation;
import org.hibernate.mapping.Collection;

/**
 * How many rows the DELETEs of a collection have deleted. Only the statements know: another transaction may have inserted or
 * deleted rows since the collection was loaded. And whether all rows of an owner are deleted at once is certain only then:
 * Hibernate may have decided on that when the collection was not loaded yet.
 *
 * <p>An {@link Expectation} is what Hibernate asks, after a statement, whether the row count is the expected one. It is the one
 * place where Hibernate hands out the row counts of a collection's statements, and it does so only for statements that it sends
 * in a JDBC batch. It belongs to the mapping and knows no session: {@link WaitingChanges} does.
 *
 * @param role the collection
 * @param isOfAll whether these DELETEs delete all rows of an owner, and not one row each
 */
record DeleteRowCounts(String role, boolean isOfAll) implements Expectation {

    /** Makes Hibernate report the DELETEs of a collection. Called by {@link CollectionMapping}. */
    static void count(Collection collection) {
        DeleteRowCounts ofEach = new DeleteRowCounts(collection.getRole(), false);
        DeleteRowCounts ofAll = new DeleteRowCounts(collection.getRole(), true);
        collection.setDeleteExpectation(() -> ofEach);
        collection.setDeleteAllExpectation(() -> ofAll);
    }

    /** Hibernate asks this whenever it is about to add such a DELETE to a batch. */
    @Override
    public boolean canBeBatched() {
        if (isOfAll) {
            WaitingChanges.deletesAll(role);
        }
        return true;
    }

    @Override
    public void verifyOutcome(int rowCount, PreparedStatement statement, int batchPosition, String sql) {
        WaitingChanges.counted(role, isOfAll, rowCount, sql);
    }
}
