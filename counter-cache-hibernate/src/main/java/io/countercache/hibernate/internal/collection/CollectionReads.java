package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Columns.ColumnValue;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.sql.Statements;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * What the database has of a counted collection, under locks on exactly the rows that are about to be written: locked
 * first and read in a later statement, for the reason that {@link RowLocks} gives.
 */
public final class CollectionReads {

    private final OwnQueries queries;

    /**
     * Elements that have a column for their owner.
     *
     * @param there the ids of those that have a row
     * @param owners the ids of their owners, for those that have one
     */
    record Held(SortedSet<Object> there, SortedMap<Object, Object> owners) {}

    public CollectionReads(OwnQueries queries) {
        this.queries = queries;
    }

    /** Locks elements in the table that has the column, and reads which owner each has. */
    Held lockElements(
            CountedCollection collection, Collection<?> elementIds, SharedSessionContractImplementor session) {
        refuseFilters(collection, session);
        SortedSet<Object> there = RowLocks.lock(
                elementIds, collection.element(), collection.persister().getTableName(), session);
        SortedMap<Object, Object> owners = new TreeMap<>(LockOrder.of(collection.element(), session));
        String hql = "select id(e), id(c) %s where id(e) in :ids".formatted(from(collection));
        queries.forEach(hql, Object[].class, there, session, row -> owners.put(row[0], row[1]));
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
        String hql = "select id(e) %s where id(c) = :id".formatted(from(collection));
        return new ArrayList<>(queries.list(hql, Object.class, query -> query.setParameter("id", ownerId), session));
    }

    private static void refuseFilters(CountedCollection collection, SharedSessionContractImplementor session) {
        Entities.refuseFilters(collection.owner(), session);
        Entities.refuseFilters(collection.element(), session);
    }

    /** The owners of a collection as {@code c}, each with its elements as {@code e}. */
    public static String from(CountedCollection collection) {
        String role = collection.persister().getRole();
        String owner = collection.owner().getEntityName();
        return "from %s c join c.%s e"
                .formatted(collection.owner().getImportedName(), role.substring(owner.length() + 1));
    }
}
