package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicValuedModelPart;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.sqm.internal.DomainParameterXref;
import org.hibernate.query.sqm.internal.SimpleDeleteQueryPlan;
import org.hibernate.query.sqm.internal.SimpleNonSelectQueryPlan;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandlerBuildResult;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableMutationStrategy;
import org.hibernate.query.sqm.tree.AbstractSqmRestrictedDmlStatement;
import org.hibernate.query.sqm.tree.SqmCopyContext;
import org.hibernate.query.sqm.tree.SqmDeleteOrUpdateStatement;
import org.hibernate.query.sqm.tree.delete.SqmDeleteStatement;
import org.hibernate.query.sqm.tree.domain.SqmPath;
import org.hibernate.query.sqm.tree.expression.SqmExpression;
import org.hibernate.query.sqm.tree.from.SqmRoot;
import org.hibernate.query.sqm.tree.predicate.SqmGroupedPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmWhereClause;
import org.hibernate.query.sqm.tree.update.SqmUpdateStatement;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a bulk DELETE or UPDATE.
 *
 * @param entity the entity whose rows it changes
 * @param hibernates how Hibernate changes an entity in several tables; null for one in a single table
 */
public record BulkMutation(
        EntityPersister entity,
        @Nullable SqmMultiTableMutationStrategy hibernates,
        SqmDeleteOrUpdateStatement<?> statement,
        DomainParameterXref parameters,
        DomainQueryExecutionContext context) {

    boolean isDelete() {
        return statement instanceof SqmDeleteStatement<?>;
    }

    SharedSessionContractImplementor session() {
        return context.getSession();
    }

    /**
     * A query that locks the rows that the statement would change now. Pending changes of the tables that it reads are flushed.
     */
    OwnSelect lockingAffected(ReadBeforeWrite reads) {
        OwnSelect affected =
                OwnSelect.lockingAffected((AbstractSqmRestrictedDmlStatement<?>) statement, parameters, context);
        reads.prepare(affected.tables(), session());
        return affected;
    }

    /** The attributes that an UPDATE sets, as paths in the entity; empty for a DELETE. */
    List<String> assigned() {
        return statement instanceof SqmUpdateStatement<?> update
                ? update.getSetClause().getAssignments().stream()
                        .map(assignment -> path(assignment.getTargetPath()))
                        .toList()
                : List.of();
    }

    /** A path in the entity of a statement. */
    static String path(SqmPath<?> target) {
        String name = target.getReferencedPathSource().getPathName();
        SqmPath<?> before = target.getLhs();
        return before == null || before.getLhs() == null ? name : path(before) + "." + name;
    }

    /**
     * The same statement, or the same UPDATE that also sets a new version in each row: a session that has loaded a row before
     * would otherwise move it from a parent that the row no longer has.
     */
    BulkMutation versioned() {
        if (!(statement instanceof SqmUpdateStatement<?> update)
                || !entity.isVersioned()
                || update.isVersioned()
                || assigned()
                        .contains(
                                entity.getVersionMapping().getVersionAttribute().getAttributeName())) {
            return this;
        }
        // a copy: Hibernate caches the statement for queries of the same text, and the next of them may not be counted
        return new BulkMutation(
                entity,
                hibernates,
                update.copy(SqmCopyContext.noParamCopyContext()).versioned(),
                parameters,
                context);
    }

    /**
     * The same statement with its condition in parentheses. Where a statement joins other rows, Hibernate writes conditions of
     * its own after that one, joined by AND, also if it has an OR: the statement would change other rows than its HQL says.
     */
    BulkMutation grouped() {
        var copy = (AbstractSqmRestrictedDmlStatement<?>) statement.copy(SqmCopyContext.noParamCopyContext());
        SqmWhereClause where = copy.getWhereClause();
        SqmPredicate condition = where == null ? null : where.getPredicate();
        if (where == null || condition == null) {
            return this;
        }
        where.setPredicate(new SqmGroupedPredicate(condition, copy.nodeBuilder()));
        return new BulkMutation(entity, hibernates, (SqmDeleteOrUpdateStatement<?>) copy, parameters, context);
    }

    /** The same statement for these rows only; empty if their ids cannot be written as literals. */
    Optional<BulkMutation> restrictedTo(List<Object> ids) {
        if (!(entity.getIdentifierMapping() instanceof BasicValuedModelPart id)
                || id.getJdbcMapping().getValueConverter() != null
                || !ids.stream().allMatch(BulkMutation::hasLiteral)) {
            return Optional.empty();
        }
        // copied as a whole: subqueries refer to the statement that contains them; parameters are not copied
        var copy = (AbstractSqmRestrictedDmlStatement<?>) statement.copy(SqmCopyContext.noParamCopyContext());
        SqmRoot<?> root = copy.getTarget();
        var in = copy.nodeBuilder().<Object>in((SqmExpression<?>) OwnSelect.idOf(root, root.getModel()));
        ids.forEach(each -> in.value(copy.nodeBuilder().literal(each)));
        copy.applyPredicate((SqmPredicate) in);
        return Optional.of(
                new BulkMutation(entity, hibernates, (SqmDeleteOrUpdateStatement<?>) copy, parameters, context));
    }

    private static boolean hasLiteral(Object id) {
        return id instanceof Number || id instanceof String || id instanceof UUID;
    }

    /** Executes the statement as Hibernate would. */
    int execute() {
        if (hibernates != null) {
            MultiTableHandlerBuildResult built = hibernates.buildHandler(statement, parameters, context);
            return built.multiTableHandler().execute(built.firstJdbcParameterBindings(), context);
        }
        return statement instanceof SqmDeleteStatement<?> delete
                ? new SimpleDeleteQueryPlan(entity, delete, parameters).executeUpdate(context)
                : new SimpleNonSelectQueryPlan(statement, parameters).executeUpdate(context);
    }

    /** The statement as HQL, for messages. */
    String text() {
        return statement.toHqlString();
    }
}
