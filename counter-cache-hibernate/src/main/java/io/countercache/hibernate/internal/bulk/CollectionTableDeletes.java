package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.collection.CollectionReads;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.transaction.MoveSink;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.jspecify.annotations.Nullable;

/**
 * The rows of counted collections that a bulk DELETE of their owners, or of their elements, takes along: Hibernate deletes
 * them first, by a statement of its own for each collection.
 */
public final class CollectionTableDeletes {

    private final MoveSink sink;
    private final Map<String, CountedCollection> byTable = new HashMap<>();

    CollectionTableDeletes(MoveSink sink, CountedCollections collections, SessionFactoryImplementor factory) {
        this.sink = sink;
        collections
                .all(factory)
                .filter(collection -> !collection.isForeignKey())
                .forEach(collection -> byTable.put(collection.persister().getTableName(), collection));
    }

    /** The collection whose rows a statement deletes, or null if that is none which is counted. */
    @Nullable
    public CountedCollection deletedBy(String sql) {
        return byTable.entrySet().stream()
                .filter(entry -> (sql + " ").startsWith("delete from " + entry.getKey() + " "))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    public int execute(CountedCollection collection, BoundSql delete, ExecutionContext context) {
        SharedSessionContractImplementor session = context.getSession();
        String table = collection.persister().getTableName();
        Deleted deleted = new Deleted(collection, delete.text());
        Map<CounterDefinition, Integer> counters = deleted.counters();
        int[] rows = {0};
        answering(delete, table, session.getJdbcServices().getDialect())
                .forEach(OwnSelect.ofAll(deleted.hql(), session), context, row -> {
                    Number number = (Number) row[row.length - 1];
                    rows[0] += number.intValue();
                    counters.forEach((counter, position) ->
                            sink.move(counter, row[position], BigDecimal.valueOf(-number.longValue()), session));
                });
        return rows[0];
    }

    private static ReturningSql answering(BoundSql delete, String table, Dialect dialect) {
        if (dialect instanceof H2Dialect) {
            return ReturningSql.oldTable(delete, table);
        }
        if (dialect instanceof PostgreSQLDialect) {
            return ReturningSql.returnedBy(delete, table);
        }
        throw new UncountableStatementException(
                delete.text(),
                "it deletes rows of a collection that are counted, and this database cannot answer with them",
                BulkPolicy.WAYS_OUT);
    }

    /**
     * What is deleted of a collection.
     *
     * @param statement by which one sees whose doing it is: an owner that goes has no use for a counter any more, nor has an
     *     element
     */
    private record Deleted(CountedCollection collection, String statement) {

        private boolean isOf(String... columns) {
            return columns.length == 1
                    && Pattern.compile("^delete from \\S+(?: \\S+)? where (?:[^\\s.]+\\.)?" + Pattern.quote(columns[0])
                                    + " in \\(")
                            .matcher(statement)
                            .find();
        }

        /** A counter that goes along is not asked for; one further up does not. */
        private static List<CounterDefinition> staying(List<CounterDefinition> counters, boolean goAlong) {
            return counters.stream()
                    .filter(counter -> !goAlong || !counter.path().isEmpty())
                    .toList();
        }

        private List<CounterDefinition> ofOwner() {
            return staying(collection.ofOwner(), isOf(collection.persister().getKeyColumnNames()));
        }

        private List<CounterDefinition> ofElement() {
            return staying(collection.ofElement(), isOf(collection.persister().getElementColumnNames()));
        }

        String hql() {
            boolean asksOwner = !ofOwner().isEmpty();
            boolean asksElement = !ofElement().isEmpty();
            String keys = asksOwner && asksElement ? "id(c), id(e)" : asksElement ? "id(e)" : "id(c)";
            return "select %1$s, count(*) %2$s group by %1$s".formatted(keys, CollectionReads.from(collection));
        }

        /** Each counter that moves, and where in a row the one stands that has it. */
        Map<CounterDefinition, Integer> counters() {
            Map<CounterDefinition, Integer> counters = new HashMap<>();
            List<CounterDefinition> ofOwner = ofOwner();
            ofOwner.forEach(counter -> counters.put(counter, 0));
            ofElement().forEach(counter -> counters.put(counter, ofOwner.isEmpty() ? 0 : 1));
            return counters;
        }
    }
}
