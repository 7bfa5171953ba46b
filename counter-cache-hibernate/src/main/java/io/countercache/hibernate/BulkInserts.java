package io.countercache.hibernate;

import io.countercache.UncountableStatementException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.jspecify.annotations.Nullable;

/**
 * Bulk INSERTs into the tables of counted rows: what counts is what the statement itself answers to have inserted. There is
 * no other way to know it exactly.
 */
final class BulkInserts {

    private final BulkStatements bulk;
    private final ChangeListener changes;
    private final CounterModel model;
    private final Map<String, Target> targets = new HashMap<>();

    /**
     * A table that has what counters look at.
     *
     * @param entity the most general entity whose rows go there
     * @param reason why rows in it cannot be counted as they are inserted; null if they can
     */
    record Target(
            EntityPersister entity,
            String table,
            Collection<String> columns,
            @Nullable String reason) {}

    BulkInserts(BulkStatements bulk, ChangeListener changes, SessionFactoryImplementor factory) {
        this.bulk = bulk;
        this.changes = changes;
        this.model = changes.installation().model();
        Map<String, List<EntityPersister>> entities = new HashMap<>();
        factory.getMappingMetamodel()
                .forEachEntityDescriptor(entity -> entity.forEachMutableTable(
                        table -> entities.computeIfAbsent(table.getTableName(), any -> new ArrayList<>())
                                .add(entity)));
        entities.forEach(this::addTarget);
    }

    private void addTarget(String table, List<EntityPersister> entities) {
        Set<String> columns = new LinkedHashSet<>();
        entities.forEach(entity -> columns.addAll(columns(model.counted(entity), table)));
        if (columns.isEmpty()) {
            return; // nothing that counters look at
        }
        EntityPersister general = entities.stream()
                .reduce((one, other) -> one.isTypeOrSuperType(other) ? other : one)
                .orElseThrow();
        targets.put(table, new Target(general, table, columns, uncountable(general, table, entities)));
    }

    private static Set<String> columns(CountedChild counted, String table) {
        Set<String> columns = new LinkedHashSet<>();
        counted.tracked()
                .forEach(attribute -> attribute.part().forEachSelectable((index, column) -> {
                    if (column.getContainingTableExpression().equals(table)) {
                        columns.add(column.getSelectionExpression());
                    }
                }));
        return columns;
    }

    private @Nullable String uncountable(EntityPersister entity, String table, List<EntityPersister> entities) {
        CountedChild counted = model.counted(entity);
        boolean differ = entities.stream()
                .anyMatch(other -> model.counted(other).counters().size()
                        != counted.counters().size());
        Set<String> all = new LinkedHashSet<>();
        counted.tracked()
                .forEach(attribute -> attribute
                        .part()
                        .forEachSelectable((index, column) -> all.add(column.getContainingTableExpression())));
        if (differ) {
            return "the classes in its table have different counters";
        }
        if (all.size() > 1 || !entity.getIdentifierTableName().equals(table)) {
            return "what its counters look at is in several tables";
        }
        return entity.hasWhereRestrictions() ? "it has a @SQLRestriction" : null;
    }

    /** What of a statement's target counters look at, or null if that is nothing. */
    @Nullable
    Target target(String insert) {
        return targets.values().stream()
                .filter(target -> Stream.of("insert into ", "merge into ")
                        .map(verb -> verb + target.table())
                        .anyMatch(start -> insert.startsWith(start + " ") || insert.startsWith(start + "(")))
                .findFirst()
                .orElse(null);
    }

    /** The tables of an entity that have what counters look at. */
    List<Target> targets(EntityPersister entity) {
        List<Target> own = new ArrayList<>();
        entity.forEachMutableTable(table -> {
            Target target = targets.get(table.getTableName());
            if (target != null) {
                own.add(target);
            }
        });
        return own;
    }

    boolean isIgnored(ExecutionContext context) {
        return bulk.isIgnored(context.getSession(), context.getQueryOptions());
    }

    /**
     * Refuses what cannot be counted.
     *
     * @param mayConflict whether the statement may leave out rows that are there, or update them
     * @throws UncountableStatementException before anything is changed
     */
    void check(Target target, String statement, boolean mayConflict, Dialect dialect) {
        String name = target.entity().getImportedName();
        if (bulk.isRejected()) {
            throw BulkStatements.rejected(statement, target.entity());
        }
        if (mayConflict) {
            throw uncountable(
                    statement, name, "on conflict does not tell which rows were inserted and which were there");
        }
        if (target.reason() != null) {
            throw uncountable(statement, name, target.reason());
        }
        if (!(dialect instanceof PostgreSQLDialect || dialect instanceof H2Dialect)) {
            throw uncountable(statement, name, "this database cannot answer with the rows that it inserts");
        }
    }

    private static UncountableStatementException uncountable(String statement, String entity, String reason) {
        return new UncountableStatementException(
                statement, "rows of %s are counted, and %s".formatted(entity, reason), CounterCacheSettings.WAYS_OUT);
    }

    /**
     * Executes an INSERT that answers with what it has inserted.
     *
     * @param read the tables that have to be flushed before
     * @return how many rows it has inserted
     */
    int execute(Target target, ChangedRows inserted, Set<String> read, ExecutionContext context) {
        changes.installation().pending().prepare(read, context.getSession());
        BulkRows rows = new BulkRows(model.counted(target.entity()));
        BulkDeltas deltas = new BulkDeltas(changes);
        inserted.forEach(
                BulkSelect.ofAll(rows.hql(), context.getSession()),
                context,
                row -> deltas.after(rows.counted(), rows.group(row)));
        deltas.apply(context.getSession());
        return Math.toIntExact(deltas.given());
    }
}
