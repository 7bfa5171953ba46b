package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.support.CallScope;
import io.countercache.hibernate.internal.transaction.DeferredMoves;
import io.countercache.hibernate.internal.transaction.MoveSink;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.tree.insert.SqmInsertStatement;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcOperation;
import org.hibernate.sql.exec.spi.JdbcOperationQueryInsert;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.jspecify.annotations.Nullable;

/**
 * Counts bulk INSERTs into the tables of counted children. The statement itself returns the rows that it has inserted: only
 * that is exact, because a query after it would also see rows that others have inserted.
 */
public final class BulkInserts {

    /** The target of the statements that are being executed, where their texts insert into a temporary table first. */
    private static final CallScope<Target> INSERTING = new CallScope<>();

    private final BulkPolicy policy;
    private final CounterModel model;
    private final ReadBeforeWrite reads;
    private final MoveSink sink;
    private final Database database;
    private final List<CountedCollection> joinColumns;
    private final Map<EntityPersister, Target> byEntity = new HashMap<>();
    private final Map<String, Target> byTable = new HashMap<>();

    /**
     * Rows of counted children that are inserted.
     *
     * @param entity the most general entity whose rows are watched for the same attributes
     * @param table the table with the watched attributes
     * @param reason why the rows cannot be counted; null if they can
     */
    public record Target(
            EntityPersister entity, String table, @Nullable String reason) {}

    BulkInserts(
            BulkPolicy policy,
            CounterModel model,
            ReadBeforeWrite reads,
            MoveSink sink,
            CountedCollections collections,
            SessionFactoryImplementor factory) {
        this.policy = policy;
        this.joinColumns =
                collections.all(factory).filter(CountedCollection::isForeignKey).toList();
        this.model = model;
        this.reads = reads;
        this.sink = sink;
        this.database = Databases.of(factory);
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            Target target = resolve(entity);
            if (target != null) {
                byEntity.put(entity, target);
            }
        });
        byEntity.values().forEach(target -> byTable.put(target.table(), target));
        factory.getMappingMetamodel()
                .forEachEntityDescriptor(entity ->
                        EntityTables.mutable(entity).forEach(table -> addToTable(entity, table.getTableName())));
    }

    private @Nullable Target resolve(EntityPersister entity) {
        WatchedEntity counted = model.watched(entity);
        Set<String> tables = new LinkedHashSet<>();
        counted.attributes()
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
            if (model.watched(superclass).attributes().size()
                    != counted.attributes().size()) {
                break;
            }
            general = superclass;
        }
        return general;
    }

    /** A statement names its table, not its entity: all entities in the table must have the same counters. */
    private void addToTable(EntityPersister entity, String table) {
        Target target = byTable.get(table);
        Target own = byEntity.get(entity);
        if (target != null && (own == null || own.entity() != target.entity())) {
            byTable.put(table, new Target(target.entity(), table, "the classes in its table have different counters"));
        }
    }

    /** The counted children that a statement inserts; null if it inserts none. */
    @Nullable
    public Target target(String sql) {
        StatementText text = new StatementText(sql);
        return Stream.concat(Stream.ofNullable(INSERTING.get()), byTable.values().stream())
                .filter(target -> text.insertsInto(target.table()))
                .findFirst()
                .orElse(null);
    }

    /** The counted children that an INSERT of rows of an entity inserts; null if it inserts none. */
    @Nullable
    public Target target(EntityPersister entity) {
        return byEntity.get(entity);
    }

    /** Executes several statements that together insert into a target, the first of them into temporary tables. */
    public int inserting(@Nullable Target target, IntSupplier statements) {
        return target == null ? statements.getAsInt() : INSERTING.call(target, statements::getAsInt);
    }

    public boolean isIgnored(ExecutionContext context) {
        return policy.isIgnored(context.getSession(), context.getQueryOptions());
    }

    /** Tells of an INSERT that {@link #isIgnored}. */
    public void ignored(String sql) {
        if (target(sql) != null) {
            policy.ignored();
        }
    }

    /**
     * Refuses an INSERT that cannot be counted.
     *
     * @param mayConflict whether the statement may update rows that have the key already, or leave rows out because of them
     * @throws UncountableStatementException before anything is changed
     */
    public void check(Target target, String statement, boolean mayConflict) {
        String name = Entities.name(target.entity());
        if (policy.isRejected()) {
            throw policy.rejected(statement, target.entity());
        }
        if (mayConflict) {
            throw uncountable(
                    statement, name, "on conflict does not tell which rows were inserted and which were there");
        }
        if (target.reason() != null) {
            throw uncountable(statement, name, target.reason());
        }
        if (!database.canQueryInserted()) {
            throw uncountable(statement, name, "this database cannot answer with the rows that it inserts");
        }
    }

    /**
     * Refuses an INSERT of elements of a counted {@code @OneToMany @JoinColumn} that also writes their owner.
     *
     * @throws UncountableStatementException before anything is changed
     */
    public void checkElements(String sql) {
        StatementText text = new StatementText(sql);
        checkElements(
                sql, (table, column) -> text.inserts(table, column) || (text.insertsInto(table) && text.sets(column)));
    }

    /** The same for an INSERT that Hibernate executes by several statements. */
    public void checkElements(SqmInsertStatement<?> statement, EntityPersister entity) {
        Set<String> written = statement.getInsertionTargetPaths().stream()
                .flatMap(path -> Entities.columns(entity.findByPath(BulkMutation.path(path))).stream())
                .collect(Collectors.toSet());
        checkElements(statement.toHqlString(), (table, column) -> written.contains(table + "." + column));
    }

    private void checkElements(String statement, BiPredicate<String, String> isWritten) {
        for (CountedCollection collection : joinColumns) {
            String table = collection.persister().getTableName();
            if (Arrays.stream(collection.persister().getKeyColumnNames())
                    .anyMatch(column -> isWritten.test(table, column))) {
                throw policy.refused(
                        statement,
                        "it writes the column of %s, whose rows are counted: map the column as a @ManyToOne and count that"
                                .formatted(collection.persister().getRole()));
            }
        }
    }

    private UncountableStatementException uncountable(String statement, String entity, String reason) {
        return policy.refused(statement, "rows of %s are counted, and %s".formatted(entity, reason));
    }

    /** Executes an INSERT and counts the rows that it inserts; returns how many they are. */
    public int execute(
            Target target, JdbcOperationQueryInsert insert, JdbcParameterBindings values, ExecutionContext context) {
        String sql = insert.getSqlString();
        check(target, sql, insert.getUniqueConstraintNameThatMayFail() != null || new StatementText(sql).mayConflict());
        ReturningSql inserted = ReturningSql.insertedBy(BoundSql.of(insert, values), target.table(), database);
        return execute(target, inserted, insert.getAffectedTableNames(), context);
    }

    /** The same for one statement of several INSERTs, and of SELECTs for their rows, in a WITH. */
    public int executeWithin(
            Target target, JdbcOperation statement, JdbcParameterBindings values, ExecutionContext context) {
        ReturningSql inserted = ReturningSql.insertedWithin(BoundSql.of(statement, values), target.table());
        return execute(target, inserted, statement.getAffectedTableNames(), context);
    }

    /** @param tables the tables that the statement reads or writes: pending changes of their rows are written before */
    private int execute(Target target, ReturningSql inserted, Set<String> tables, ExecutionContext context) {
        reads.prepare(tables, context.getSession());
        RowGroups rows = new RowGroups(model.watched(target.entity()));
        DeferredMoves moves = new DeferredMoves();
        long[] rowCount = {0};
        inserted.forEach(OwnSelect.ofAll(rows.hql(), context.getSession()), context, group -> {
            rows.after(group).moves(moves);
            rowCount[0] += RowGroups.rows(group);
        });
        moves.passOn(sink.of(context.getSession()));
        return Math.toIntExact(rowCount[0]);
    }
}
