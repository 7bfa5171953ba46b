package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Columns.ColumnValue;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.support.Chunks;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * Reads from the database which rows a counted collection has, under locks on exactly the rows that are about to be written.
 * Rows are locked first and read in a later statement, for the reason that {@link RowLocks} gives.
 */
public final class CollectionReads {

    private final OwnQueries queries;

    /**
     * Elements of a {@code @JoinColumn} collection, as the database has them.
     *
     * @param existing the ids of the elements that have a row
     * @param owners the id of the owner of each element that has one
     */
    record StoredElements(SortedSet<Object> existing, SortedMap<Object, Object> owners) {}

    public CollectionReads(OwnQueries queries) {
        this.queries = queries;
    }

    /** Locks elements in the table that has the column, and reads which owner each has. */
    StoredElements lockElements(
            CountedCollection collection, Collection<?> elementIds, SharedSessionContractImplementor session) {
        refuseFilters(collection, session);
        OldRows.refuse(Entities.name(collection.element()), session);
        SortedSet<Object> existing = RowLocks.lock(
                elementIds, collection.element(), collection.persister().getTableName(), session);
        SortedMap<Object, Object> owners = new TreeMap<>(LockOrder.of(collection.element(), session));
        String hql = "select id(e), id(c) %s where id(e) in :ids".formatted(collection.from());
        queries.forEach(hql, Object[].class, existing, session, row -> owners.put(row[0], row[1]));
        return new StoredElements(existing, owners);
    }

    /** The owners of elements, as the transaction sees them. Locks nothing. */
    Set<Object> lastOwners(
            CountedCollection collection, Collection<Object> elementIds, SharedSessionContractImplementor session) {
        String hql = "select distinct id(c) %s where id(e) in :ids".formatted(collection.from());
        Set<Object> owners = new HashSet<>();
        for (List<Object> chunk : Chunks.of(elementIds)) {
            owners.addAll(queries.listFromSnapshot(
                    hql, Object.class, query -> query.setParameterList("ids", chunk), session));
        }
        return owners;
    }

    /**
     * Locks the rows of an owner in the table of a collection, and reads the ids of their elements. The open JDBC batch of a
     * flush is not sent: it has no statement for this owner.
     */
    List<Object> lockRows(CountedCollection collection, Object ownerId, SharedSessionContractImplementor session) {
        refuseFilters(collection, session);
        lock(collection, ownerId, session);
        String hql = "select id(e) %s where id(c) = :id".formatted(collection.from());
        return new ArrayList<>(queries.list(hql, Object.class, query -> query.setParameter("id", ownerId), session));
    }

    /** The rows that an owner has in the table of a collection: the ids of their elements, if elements have a counter. */
    List<Object> rows(CollectionChange change, SharedSessionContractImplementor session) {
        CountedCollection collection = change.collection();
        return collection.ofElement().isEmpty()
                ? Collections.nCopies(lock(collection, change.ownerId(), session), change.ownerId())
                : lockRows(collection, change.ownerId(), session);
    }

    private static int lock(CountedCollection collection, Object ownerId, SharedSessionContractImplementor session) {
        if (session instanceof StatelessSession) {
            session.getJdbcCoordinator().executeBatch(); // it may have the INSERTs of these rows
        }
        var key =
                collection.persister().getAttributeMapping().getKeyDescriptor().getKeyPart();
        List<ColumnValue> columns = Columns.columnValues(key, ownerId, session);
        Database database = Databases.of(session);
        OldRows.refuse(collection.persister().getRole(), session);
        String sql = Columns.selectBy(
                        database.locked(collection.persister().getTableName()),
                        columns,
                        List.of(columns.get(0).column().getSelectionExpression()))
                + database.forUpdate();
        String role = collection.persister().getRole();
        return Statements.query(sql, () -> "lock rows of " + role, session, statement -> {
            Columns.bind(columns, statement, 1, session);
            ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
            int locked = 0;
            while (rows.next()) {
                locked++;
            }
            return locked;
        });
    }

    private static void refuseFilters(CountedCollection collection, SharedSessionContractImplementor session) {
        Entities.refuseFilters(collection.owner(), session);
        Entities.refuseFilters(collection.element(), session);
    }
}
