package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Columns.ColumnValue;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.support.Chunks;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.util.Collection;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/** Counts the rows of counted collections that change along with rows of entities, by queries. */
public final class CollectionRows {

    private final OwnQueries queries;

    public CollectionRows(OwnQueries queries) {
        this.queries = queries;
    }

    /**
     * Counts the elements of a {@code @OneToMany @JoinColumn} that are, or have been, in the collection of an owner.
     *
     * @param ids those of the elements, which are locked
     * @param each by how much each of them counts: -1 before a statement, 1 after it
     */
    public void countElements(
            CountedCollection collection,
            Collection<?> ids,
            int each,
            Moves moves,
            SharedSessionContractImplementor session) {
        count("id(c)", "id(e)", collection, collection.ofOwner(), ids, each, moves, session);
    }

    /**
     * Counts the rows of a collection table that the database deletes along with entities: locks them first, and reads them in
     * a later statement, for the reason that {@link RowLocks} gives.
     *
     * @param ids those of the entities at this end, which are locked against new rows that refer to them
     */
    void countDeleted(CollectionEnd end, List<Object> ids, Moves moves, SharedSessionContractImplementor session) {
        if (session.isTransactionInProgress()) { // else the lock would end before the DELETE
            Chunks.of(ids).forEach(chunk -> lock(end, chunk, session));
        }
        CountedCollection collection = end.collection();
        Entities.refuseFilters(collection.element(), session);
        count(
                end.isElement() ? "id(c)" : "id(e)",
                end.isElement() ? "id(e)" : "id(c)",
                collection,
                end.counters(),
                ids,
                -1,
                moves,
                session);
    }

    private static void lock(CollectionEnd end, List<Object> ids, SharedSessionContractImplementor session) {
        List<List<ColumnValue>> keys = ids.stream()
                .map(id -> Columns.columnValues(end.key(), id, session))
                .toList();
        String table = end.collection().persister().getTableName();
        Database database = Databases.of(session);
        String sql = Columns.selectByAny(
                        database.locked(table),
                        keys,
                        List.of(keys.get(0).get(0).column().getSelectionExpression()))
                + database.forDelete();
        Statements.query(sql, () -> "lock rows of " + table, session, statement -> {
            int position = 1;
            for (List<ColumnValue> key : keys) {
                position = Columns.bind(key, statement, position, session);
            }
            ResultSet rows = session.getJdbcCoordinator().getResultSetReturn().extract(statement, sql);
            int locked = 0;
            while (rows.next()) {
                locked++;
            }
            return locked;
        });
    }

    private void count(
            String counted,
            String by,
            CountedCollection collection,
            List<CounterDefinition> counters,
            Collection<?> ids,
            int each,
            Moves moves,
            SharedSessionContractImplementor session) {
        if (counters.isEmpty()) {
            return;
        }
        Entities.refuseFilters(collection.owner(), session); // the query joins it
        String hql =
                "select %1$s, count(*) %2$s where %3$s in :ids group by %1$s".formatted(counted, collection.from(), by);
        queries.forEach(hql, Object[].class, ids, session, row -> {
            BigDecimal amount = BigDecimal.valueOf(each * ((Number) row[1]).longValue());
            counters.forEach(counter -> moves.move(counter, row[0], amount));
        });
    }
}
