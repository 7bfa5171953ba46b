package io.countercache.hibernate;

import io.countercache.hibernate.CollectionModel.CountedCollection;
import io.countercache.hibernate.Columns.ColumnValue;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hibernate.JDBCException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * What the database has of a counted collection, under locks on exactly the rows that are about to be written. The lock is
 * a statement of its own: what comes after it sees what whoever held it before has committed.
 */
final class CollectionRows {

    /** How many ids go into one IN list. */
    private static final int CHUNK = 500;

    private final PendingDeltas pending;

    /**
     * Elements that have a column for their owner.
     *
     * @param there the ids of those that have a row
     * @param owners the ids of their owners, for those that have one
     */
    record Held(SortedSet<Object> there, SortedMap<Object, Object> owners) {}

    CollectionRows(PendingDeltas pending) {
        this.pending = pending;
    }

    /** Locks elements in the table that has the column, and reads which owner each has. */
    Held lockElements(
            CountedCollection collection, Collection<?> elementIds, SharedSessionContractImplementor session) {
        refuseFilters(collection, session);
        var order = LockOrder.of(collection.element(), session);
        SortedSet<Object> there = new TreeSet<>(order);
        SortedMap<Object, Object> owners = new TreeMap<>(order);
        String table = collection.persister().getTableName();
        there.addAll(RowLocks.lock(elementIds, collection.element(), table, List.of(), session)
                .keySet());
        String hql = "select id(e), id(c) %s where id(e) in :ids".formatted(from(collection));
        for (List<Object> chunk : Chunks.of(there, CHUNK)) {
            pending.quietly(
                            session,
                            asking -> asking.createSelectionQuery(hql, Object[].class)
                                    .setParameterList("ids", chunk)
                                    .getResultList())
                    .forEach(row -> owners.put(row[0], row[1]));
        }
        return new Held(there, owners);
    }

    /** Locks the rows that an owner has in the table of a collection, and reads the ids of their elements. */
    List<Object> lockRows(CountedCollection collection, Object ownerId, SharedSessionContractImplementor session) {
        refuseFilters(collection, session);
        var key =
                collection.persister().getAttributeMapping().getKeyDescriptor().getKeyPart();
        List<ColumnValue> columns = Columns.columnValues(key, ownerId, session);
        String sql = Columns.selectBy(
                        collection.persister().getTableName(),
                        columns,
                        List.of(columns.get(0).column().getSelectionExpression()))
                + RowLocks.forUpdate(session.getJdbcServices().getDialect());
        String role = collection.persister().getRole();
        try {
            Statements.send(sql, () -> "lock rows of " + role, session, statement -> {
                Columns.bind(columns, statement, 1, session);
                ResultSet rows =
                        session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
                int locked = 0;
                while (rows.next()) {
                    locked++;
                }
                return locked;
            });
        } catch (JDBCException e) {
            throw Statements.failed(e, session);
        }
        String hql = "select id(e) %s where id(c) = :id".formatted(from(collection));
        return pending.quietly(
                session,
                asking -> new ArrayList<>(asking.createSelectionQuery(hql, Object.class)
                        .setParameter("id", ownerId)
                        .getResultList()));
    }

    private static void refuseFilters(CountedCollection collection, SharedSessionContractImplementor session) {
        Entities.refuseFilters(collection.owner(), session);
        Entities.refuseFilters(collection.element(), session);
    }

    /** The owners of a collection as {@code c}, each with its elements as {@code e}. */
    static String from(CountedCollection collection) {
        String role = collection.persister().getRole();
        String owner = collection.owner().getEntityName();
        return "from %s c join c.%s e"
                .formatted(collection.owner().getImportedName(), role.substring(owner.length() + 1));
    }
}
