package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
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
public final class BulkInserts {

    /** What is being inserted where the statements that this takes do not tell. */
    private static final ThreadLocal<@Nullable Target> INSERTING = new ThreadLocal<>();

    private final BulkPolicy policy;
    private final CounterModel model;
    private final PendingDeltas pending;
    private final MoveSink sink;
    private final Map<EntityPersister, Target> byEntity = new HashMap<>();
    private final Map<String, Target> byTable = new HashMap<>();

    /**
     * Where rows of an entity go that count.
     *
     * @param entity the most general one with the same counters
     * @param table the table that has what counters look at
     * @param reason why rows cannot be counted as they are inserted; null if they can
     */
    public record Target(
            EntityPersister entity, String table, @Nullable String reason) {}

    BulkInserts(
            BulkPolicy policy,
            CounterModel model,
            PendingDeltas pending,
            MoveSink sink,
            SessionFactoryImplementor factory) {
        this.policy = policy;
        this.model = model;
        this.pending = pending;
        this.sink = sink;
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            Target target = resolve(entity);
            if (target != null) {
                byEntity.put(entity, target);
            }
        });
        byEntity.values().forEach(target -> byTable.put(target.table(), target));
        factory.getMappingMetamodel()
                .forEachEntityDescriptor(
                        entity -> entity.forEachMutableTable(table -> addToTable(entity, table.getTableName())));
    }

    private @Nullable Target resolve(EntityPersister entity) {
        WatchedEntity counted = model.counted(entity);
        Set<String> tables = new LinkedHashSet<>();
        counted.tracked()
                .forEach(attribute -> attribute.part().forEachSelectable((index, column) -> {
                    tables.add(column.getContainingTableExpression());
                }));
        if (tables.isEmpty()) {
            return null;
        }
        String table = tables.iterator().next();
        EntityPersister general = general(entity, counted);
        String reason = null;
        if (tables.size() > 1 || !general.getIdentifierTableName().equals(table)) {
            reason = "what its counters look at is not in the first of its tables";
        } else if (general.hasWhereRestrictions()) {
            reason = "it has a @SQLRestriction";
        }
        return new Target(general, table, reason);
    }

    private EntityPersister general(EntityPersister entity, WatchedEntity counted) {
        EntityPersister general = entity;
        for (var above = entity.getSuperMappingType(); above != null; above = above.getSuperMappingType()) {
            EntityPersister superclass = above.getEntityPersister();
            if (model.counted(superclass).tracked().size() != counted.tracked().size()) {
                break;
            }
            general = superclass;
        }
        return general;
    }

    /** A statement names a table only: that has to be enough to know what counts. */
    private void addToTable(EntityPersister entity, String table) {
        Target target = byTable.get(table);
        Target own = byEntity.get(entity);
        if (target != null && (own == null || own.entity() != target.entity())) {
            byTable.put(table, new Target(target.entity(), table, "the classes in its table have different counters"));
        }
    }

    /** What of a statement's target counters look at, or null if that is nothing. */
    @Nullable
    public Target target(String sql) {
        int main = sql.startsWith("with ") ? ReturningSql.topLevel(sql, "insert into ") : -1;
        String insert = main < 0 ? sql : sql.substring(main);
        Target known = INSERTING.get();
        return Stream.concat(Stream.ofNullable(known), byTable.values().stream())
                .filter(target -> Stream.of("insert into ", "merge into ")
                        .map(verb -> verb + target.table())
                        .anyMatch(start -> insert.startsWith(start + " ") || insert.startsWith(start + "(")))
                .findFirst()
                .orElse(null);
    }

    /** What counters look at of an entity, or null if that is nothing. */
    @Nullable
    public Target target(EntityPersister entity) {
        return byEntity.get(entity);
    }

    /** Executes several statements of which this is the target. */
    public int inserting(@Nullable Target target, IntSupplier statements) {
        INSERTING.set(target);
        try {
            return statements.getAsInt();
        } finally {
            INSERTING.remove();
        }
    }

    public boolean isIgnored(ExecutionContext context) {
        return policy.isIgnored(context.getSession(), context.getQueryOptions());
    }

    /**
     * Refuses what cannot be counted.
     *
     * @param mayConflict whether the statement may leave out rows that are there, or update them
     * @throws UncountableStatementException before anything is changed
     */
    public void check(Target target, String statement, boolean mayConflict, Dialect dialect) {
        String name = target.entity().getImportedName();
        if (policy.isRejected()) {
            throw BulkPolicy.rejected(statement, target.entity());
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
                statement, "rows of %s are counted, and %s".formatted(entity, reason), BulkPolicy.WAYS_OUT);
    }

    /**
     * Executes an INSERT that answers with what it has inserted.
     *
     * @param read the tables that have to be flushed before
     * @return how many rows it has inserted
     */
    public int execute(Target target, ReturningSql inserted, Set<String> read, ExecutionContext context) {
        pending.prepare(read, context.getSession());
        RowGroups rows = new RowGroups(model.counted(target.entity()));
        BulkDeltas deltas = new BulkDeltas();
        inserted.forEach(
                OwnSelect.ofAll(rows.hql(), context.getSession()),
                context,
                row -> deltas.after(rows.counted(), rows.group(row)));
        deltas.moves().tell(sink.of(context.getSession()));
        return Math.toIntExact(deltas.given());
    }
}
