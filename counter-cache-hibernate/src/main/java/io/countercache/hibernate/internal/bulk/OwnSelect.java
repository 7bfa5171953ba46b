package io.countercache.hibernate.internal.bulk;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.sql.BoundSql;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.hibernate.LockMode;
import org.hibernate.engine.spi.LoadQueryInfluencers;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.MappingModelExpressible;
import org.hibernate.metamodel.model.domain.IdentifiableDomainType;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.internal.QueryOptionsImpl;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.spi.QueryOptions;
import org.hibernate.query.spi.QueryParameterBindings;
import org.hibernate.query.sqm.SqmQuerySource;
import org.hibernate.query.sqm.internal.DomainParameterXref;
import org.hibernate.query.sqm.internal.SqmUtil;
import org.hibernate.query.sqm.spi.SqmParameterMappingModelResolutionAccess;
import org.hibernate.query.sqm.sql.SqmTranslation;
import org.hibernate.query.sqm.tree.AbstractSqmRestrictedDmlStatement;
import org.hibernate.query.sqm.tree.SqmCopyContext;
import org.hibernate.query.sqm.tree.domain.SqmEntityDomainType;
import org.hibernate.query.sqm.tree.domain.SqmPath;
import org.hibernate.query.sqm.tree.expression.SqmParameter;
import org.hibernate.query.sqm.tree.from.SqmFromClause;
import org.hibernate.query.sqm.tree.from.SqmRoot;
import org.hibernate.query.sqm.tree.jpa.ParameterCollector;
import org.hibernate.query.sqm.tree.select.SqmQuerySpec;
import org.hibernate.query.sqm.tree.select.SqmSelectClause;
import org.hibernate.query.sqm.tree.select.SqmSelectStatement;
import org.hibernate.query.sqm.tree.update.SqmAssignment;
import org.hibernate.query.sqm.tree.update.SqmUpdateStatement;
import org.hibernate.sql.ast.tree.select.SelectStatement;
import org.hibernate.sql.exec.internal.JdbcSelectExecutorStandardImpl;
import org.hibernate.sql.exec.spi.ExecutionContext;
import org.hibernate.sql.exec.spi.JdbcParameterBindings;
import org.hibernate.sql.exec.spi.JdbcSelect;
import org.hibernate.sql.exec.spi.JdbcSelectExecutor.StatementCreator;
import org.hibernate.sql.results.internal.RowProcessingStateStandardImpl;
import org.hibernate.sql.results.internal.RowTransformerArrayImpl;
import org.hibernate.sql.results.jdbc.spi.JdbcValues;
import org.hibernate.sql.results.jdbc.spi.JdbcValuesSourceProcessingOptions;
import org.hibernate.sql.results.jdbc.spi.JdbcValuesSourceProcessingState;
import org.hibernate.sql.results.spi.ResultsConsumer;
import org.hibernate.sql.results.spi.RowReader;

/**
 * A query of the library's own about rows that a bulk statement changes. It may take over the condition of the statement,
 * with the parameters as they are bound there, and it may run inside another SQL text than its own.
 */
final class OwnSelect {

    private final JdbcSelect select;
    private final JdbcParameterBindings bindings;

    private OwnSelect(JdbcSelect select, JdbcParameterBindings bindings) {
        this.select = select;
        this.bindings = bindings;
    }

    /** Of all rows, whatever the session filters. */
    static OwnSelect ofAll(String hql, SharedSessionContractImplementor session) {
        return translate(
                parse(hql, session.getFactory()),
                DomainParameterXref.EMPTY,
                QueryParameterBindings.empty(),
                new LoadQueryInfluencers(session.getFactory()),
                LockMode.NONE,
                session);
    }

    /** Locks those rows that a bulk statement would change; answers with their ids. */
    static OwnSelect lockingAffected(
            AbstractSqmRestrictedDmlStatement<?> statement,
            DomainParameterXref parameters,
            DomainQueryExecutionContext context) {
        SqmSelectStatement<?> ids = idsOf(statement);
        return translate(
                ids,
                parametersOf(ids, statement, parameters),
                context.getQueryParameterBindings(),
                context.getSession().getLoadQueryInfluencers(),
                LockMode.PESSIMISTIC_WRITE,
                context.getSession());
    }

    private static SqmSelectStatement<?> parse(String hql, SessionFactoryImplementor factory) {
        return (SqmSelectStatement<?>)
                factory.getQueryEngine().getHqlTranslator().translate(hql, Object[].class);
    }

    private static SqmSelectStatement<?> idsOf(AbstractSqmRestrictedDmlStatement<?> statement) {
        // copied as a whole, for its subqueries know the statement that they are in; its parameters stay the same
        var copy = (AbstractSqmRestrictedDmlStatement<?>) statement.copy(SqmCopyContext.noParamCopyContext());
        SqmRoot<?> root = copy.getTarget();
        var select = new SqmSelectStatement<>(statement.nodeBuilder());
        var query = new SqmQuerySpec<>(statement.nodeBuilder());
        query.setFromClause(new SqmFromClause());
        query.getFromClause().addRoot(root);
        query.setSelectClause(new SqmSelectClause(false, statement.nodeBuilder()));
        query.getSelectClause().add(idOf(root, root.getModel()), null);
        if (copy instanceof SqmUpdateStatement<?> update) {
            // an UPDATE leaves out rows of which there is nothing where it looks for the new value
            update.getSetClause().getAssignments().stream()
                    .map(SqmAssignment::getValue)
                    .filter(SqmPath.class::isInstance)
                    .forEach(value -> query.getSelectClause().add(withoutFetch((SqmPath<?>) value), null));
        }
        query.setWhereClause(copy.getWhereClause());
        select.setQueryPart(query);
        return select;
    }

    /** Those of a statement that its condition has, for Hibernate cannot always bind what is used nowhere. */
    private static DomainParameterXref parametersOf(
            SqmSelectStatement<?> ids, AbstractSqmRestrictedDmlStatement<?> statement, DomainParameterXref parameters) {
        if (statement.getQuerySource() == SqmQuerySource.CRITERIA) {
            return parameters.copy(); // these are known by their place among all of the statement
        }
        ParameterCollector.collectParameters(ids, ids::addParameter);
        return DomainParameterXref.from(ids);
    }

    private static SqmPath<?> withoutFetch(SqmPath<?> path) {
        return path.getReferencedPathSource().getPathType() instanceof SqmEntityDomainType<?> entity
                ? idOf(path, entity)
                : path;
    }

    /** What {@code id(..)} of HQL is. */
    static SqmPath<?> idOf(SqmPath<?> path, IdentifiableDomainType<?> entity) {
        return path.get(requireNonNull(entity.getIdentifierDescriptor()).getPathName(), true);
    }

    private static OwnSelect translate(
            SqmSelectStatement<?> statement,
            DomainParameterXref parameters,
            QueryParameterBindings values,
            LoadQueryInfluencers influencers,
            LockMode lock,
            SharedSessionContractImplementor session) {
        SessionFactoryImplementor factory = session.getFactory();
        QueryOptions options = locking(lock);
        SqmTranslation<SelectStatement> translation = factory.getQueryEngine()
                .getSqmTranslatorFactory()
                .createSelectTranslator(
                        statement, options, parameters, values, influencers, factory.getSqlTranslationEngine(), false)
                .translate();
        Map<SqmParameter<?>, MappingModelExpressible<?>> types =
                translation.getSqmParameterMappingModelTypeResolutions();
        JdbcParameterBindings bindings = SqmUtil.createJdbcParameterBindings(
                values,
                parameters,
                SqmUtil.generateJdbcParamsXref(parameters, translation::getJdbcParamsBySqmParam),
                new SqmParameterMappingModelResolutionAccess() {
                    @Override
                    @SuppressWarnings({"unchecked", "NullAway"}) // the type of its values; none where it is not used
                    public <T> MappingModelExpressible<T> getResolvedMappingModelType(SqmParameter<T> parameter) {
                        return (MappingModelExpressible<T>) types.get(parameter);
                    }
                },
                session);
        JdbcSelect select = factory.getJdbcServices()
                .getJdbcEnvironment()
                .getSqlAstTranslatorFactory()
                .buildSelectTranslator(factory, translation.getSqlAst())
                .translate(bindings, options);
        return new OwnSelect(select, bindings);
    }

    private static QueryOptions locking(LockMode lock) {
        QueryOptionsImpl options = new QueryOptionsImpl();
        options.getLockOptions().setLockMode(lock);
        return options;
    }

    String sql() {
        return requireNonNull(select.getSqlString());
    }

    /** Whether it looks at more than the rows that it answers with. */
    boolean looksElsewhere() {
        String text = sql();
        return text.contains(" join ") || text.indexOf("from ") != text.lastIndexOf("from ");
    }

    boolean hasParameters() {
        return !select.getParameterBinders().isEmpty();
    }

    /** The tables that it reads. */
    Set<String> tables() {
        return select.getAffectedTableNames();
    }

    /** The statement, to be part of another one. */
    BoundSql bound() {
        return new BoundSql(sql(), select.getParameterBinders(), bindings);
    }

    /** Runs it; its rows are read one by one. */
    void forEach(ExecutionContext context, Consumer<Object[]> row) {
        forEach(context, BoundSql::prepare, row);
    }

    /** Locks the rows without asking for them: on PostgreSQL. */
    void lock(EntityPersister entity, ExecutionContext context, SharedSessionContractImplementor session) {
        BoundSql number = bound().as("select count(*) from (" + sql() + ") locked_rows");
        ofAll("select count(*) from %s c".formatted(entity.getImportedName()), session)
                .forEachOf(number, context, row -> {});
    }

    /** Runs another statement in its place, one whose rows have the same columns. */
    void forEachOf(BoundSql statement, ExecutionContext context, Consumer<Object[]> row) {
        forEach(context, (same, sql) -> statement.prepareAndBind(same), row);
    }

    private void forEach(ExecutionContext context, StatementCreator statement, Consumer<Object[]> row) {
        // not through the library's own, for which this query would be one of the application's
        JdbcSelectExecutorStandardImpl.INSTANCE.executeQuery(
                select, bindings, context, RowTransformerArrayImpl.instance(), null, statement, new EachRow(row));
    }

    /** Hands over each row as it is read. */
    private record EachRow(Consumer<Object[]> row) implements ResultsConsumer<Integer, Object[]> {

        @Override
        public Integer consume(
                JdbcValues values,
                SharedSessionContractImplementor session,
                JdbcValuesSourceProcessingOptions options,
                JdbcValuesSourceProcessingState source,
                RowProcessingStateStandardImpl state,
                RowReader<Object[]> reader) {
            int read = 0;
            try {
                reader.startLoading(state);
                while (state.next()) {
                    row.accept(reader.readRow(state));
                    state.finishRowProcessing(true);
                    read++;
                }
                reader.finishUp(state);
                source.finishUp(false);
            } finally {
                values.finishUp(session);
            }
            return read;
        }

        @Override
        public boolean canResultsBeCached() {
            return false;
        }
    }
}
