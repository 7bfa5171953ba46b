package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.Moves;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.OwnQueries;
import java.math.BigDecimal;
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
        String hql = "select %1$s, count(*) %2$s where %3$s in :ids group by %1$s"
                .formatted(counted, collection.from(), by);
        queries.forEach(hql, Object[].class, ids, session, row -> {
            BigDecimal amount = BigDecimal.valueOf(each * ((Number) row[1]).longValue());
            counters.forEach(counter -> moves.move(counter, row[0], amount));
        });
    }
}
