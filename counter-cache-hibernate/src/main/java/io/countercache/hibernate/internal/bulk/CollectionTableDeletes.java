package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.jspecify.annotations.Nullable;

/**
 * Counts the rows of collections that are deleted along with a bulk DELETE of their owners or of their elements. Hibernate
 * deletes them before it deletes the entities, by one statement for each collection.
 */
public final class CollectionTableDeletes {

    private final BulkPolicy policy;
    private final MoveSink sink;
    private final Database database;
    private final Map<String, CountedCollection> byTable = new HashMap<>();

    CollectionTableDeletes(
            BulkPolicy policy, MoveSink sink, CountedCollections collections, SessionFactoryImplementor factory) {
        this.policy = policy;
        this.sink = sink;
        this.database = Databases.of(factory);
        collections
                .all(factory)
                .filter(collection -> !collection.isForeignKey())
                .forEach(collection -> byTable.put(collection.persister().getTableName(), collection));
    }

    /** The counted collection whose rows a statement deletes; null if it deletes none of them. */
    @Nullable
    public CountedCollection deletedBy(String sql) {
        StatementText text = new StatementText(sql);
        return byTable.entrySet().stream()
                .filter(entry -> text.deletesFrom(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** Executes a DELETE of rows of a collection and counts them; returns how many they are. */
    public int execute(CountedCollection collection, BoundSql delete, ExecutionContext context) {
        if (!database.canQueryDeleted()) {
            throw policy.refused(
                    delete.text(),
                    "it deletes rows of a collection that are counted, and this database cannot answer with them");
        }
        SharedSessionContractImplementor session = context.getSession();
        Deleted deleted = new Deleted(collection, new StatementText(delete.text()));
        Map<CounterDefinition, Integer> counters = deleted.counters();
        int[] rows = {0};
        ReturningSql.deletedBy(delete, collection.persister().getTableName(), database)
                .forEach(OwnSelect.ofAll(deleted.hql(), session), context, row -> {
                    Number number = (Number) row[row.length - 1];
                    rows[0] += number.intValue();
                    counters.forEach((counter, position) ->
                            sink.move(counter, row[position], BigDecimal.valueOf(-number.longValue()), session));
                });
        return rows[0];
    }

    /**
     * Deleted rows of a collection.
     *
     * @param statement the DELETE, whose condition shows whether owners or elements are deleted
     */
    private record Deleted(CountedCollection collection, StatementText statement) {

        /** Whether the entities are deleted that these columns refer to. */
        private boolean isAlongWith(String... columns) {
            return columns.length == 1 && statement.deletesByColumn(columns[0]);
        }

        /** A counter in a deleted row needs no UPDATE; one further up on a path does. */
        private static List<CounterDefinition> remaining(List<CounterDefinition> counters, boolean areDeleted) {
            return counters.stream()
                    .filter(counter -> !areDeleted || !counter.path().isEmpty())
                    .toList();
        }

        private List<CounterDefinition> ofOwner() {
            return remaining(
                    collection.ofOwner(), isAlongWith(collection.persister().getKeyColumnNames()));
        }

        private List<CounterDefinition> ofElement() {
            return remaining(
                    collection.ofElement(), isAlongWith(collection.persister().getElementColumnNames()));
        }

        String hql() {
            boolean asksOwner = !ofOwner().isEmpty();
            boolean asksElement = !ofElement().isEmpty();
            String keys = asksOwner && asksElement ? "id(c), id(e)" : asksElement ? "id(e)" : "id(c)";
            return "select %1$s, count(*) %2$s group by %1$s".formatted(keys, collection.from());
        }

        /** The counters that move, each with the position of the id of its row in a result. */
        Map<CounterDefinition, Integer> counters() {
            Map<CounterDefinition, Integer> counters = new HashMap<>();
            List<CounterDefinition> ofOwner = ofOwner();
            ofOwner.forEach(counter -> counters.put(counter, 0));
            ofElement().forEach(counter -> counters.put(counter, ofOwner.isEmpty() ? 0 : 1));
            return counters;
        }
    }
}
