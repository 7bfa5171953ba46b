package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CountedCollections.CountedCollection;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.ondelete.OnDeleteGraph;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.HibernateVersion;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.QueryOptions;
import org.hibernate.query.sqm.tree.insert.SqmInsertStatement;

/**
 * Refuses the bulk statements that move counters, where they cannot be counted: before Hibernate 7.2. What is executed as one
 * SQL statement is known by its text, what needs several by the statement that these are made of.
 */
public final class RefusedStatements {

    private final BulkPolicy policy;
    private final BulkScope scope;
    private final UncountedStatements uncounted;
    /** The columns of each table that move counters when they are written. */
    private final Map<String, Set<String>> watched = new HashMap<>();
    /** The tables of which the database deletes counted rows along with a row. */
    private final Set<String> deletedWithOthers = new HashSet<>();

    public RefusedStatements(
            CounterModel model,
            OnDeleteGraph onDelete,
            ReadBeforeWrite reads,
            CountedCollections collections,
            BulkPolicy policy,
            SessionFactoryImplementor factory) {
        this.policy = policy;
        this.scope = new BulkScope(model, onDelete, collections, policy);
        this.uncounted = new UncountedStatements(model, reads, policy.activity(), factory);
        factory.getMappingMetamodel().forEachEntityDescriptor(entity -> {
            model.watched(entity)
                    .attributes()
                    .forEach(attribute -> attribute
                            .part()
                            .forEachSelectable((index, column) ->
                                    watch(column.getContainingTableExpression(), column.getSelectionExpression())));
            if (!model.watched(entity).isEmpty() && entity.getSoftDeleteMapping() != null) {
                watch(
                        entity.getSoftDeleteMapping().getTableName(),
                        entity.getSoftDeleteMapping().getColumnName());
            }
            if (scope.deletesOthers(entity)) {
                EntityTables.mutable(entity)
                        .forEach(table -> deletedWithOthers.add(StatementText.simpleName(table.getTableName())));
            }
        });
        collections.all(factory).filter(CountedCollection::isForeignKey).forEach(this::watchKey);
    }

    private void watchKey(CountedCollection collection) {
        for (String column : collection.persister().getKeyColumnNames()) {
            watch(collection.persister().getTableName(), column);
        }
    }

    private void watch(String table, String column) {
        watched.computeIfAbsent(StatementText.simpleName(table), any -> new HashSet<>())
                .add(column);
    }

    /** Whether bulk statements on this entity may move counters. */
    public boolean concerns(EntityPersister entity) {
        return scope.concerns(entity);
    }

    public UncountedStatements uncounted() {
        return uncounted;
    }

    /**
     * Refuses one SQL statement that Hibernate has made of a bulk statement.
     *
     * @throws UncountableStatementException before it is sent
     */
    public void check(String sql, QueryOptions options, SharedSessionContractImplementor session) {
        StatementText text = new StatementText(sql).withoutWith();
        String table = text.target();
        boolean moves = text.isUpdate()
                ? watched.getOrDefault(table, Set.of()).stream().anyMatch(text::sets)
                : uncounted.isCounted(table) || watched.containsKey(table) || deletesOthers(text, table);
        if (moves && policy.isIgnored(session, options)) {
            policy.ignored();
        } else if (moves) {
            throw refused(sql);
        }
    }

    private boolean deletesOthers(StatementText text, String table) {
        return text.mentionsDelete() && deletedWithOthers.contains(table);
    }

    /** Refuses a DELETE or UPDATE that Hibernate executes by several statements. */
    public void check(BulkMutation mutation) {
        if (scope.isCounted(mutation)
                && !policy.isIgnored(mutation.session(), mutation.context().getQueryOptions())) {
            throw refused(mutation.text());
        }
    }

    /** Refuses an INSERT of counted rows that Hibernate executes by several statements. */
    public void check(SqmInsertStatement<?> insert, QueryOptions options, SharedSessionContractImplementor session) {
        if (!policy.isIgnored(session, options)) {
            throw refused(insert.toHqlString());
        }
    }

    private UncountableStatementException refused(String statement) {
        return policy.refused(
                statement,
                "it changes rows that are counted, and bulk statements are counted from Hibernate 7.2 on, but this is "
                        + HibernateVersion.current());
    }
}
