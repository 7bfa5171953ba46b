package io.countercache.hibernate.internal.bulk;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.hibernate.LockMode;
import org.hibernate.engine.spi.LoadQueryInfluencers;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.MappingModelExpressible;
import org.hibernate.metamodel.model.domain.IdentifiableDomainType;
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
import org.hibernate.query.sqm.tree.delete.SqmDeleteStatement;
import org.hibernate.query.sqm.tree.domain.SqmEntityDomainType;
import org.hibernate.query.sqm.tree.domain.SqmPath;
import org.hibernate.query.sqm.tree.expression.SqmParameter;
import org.hibernate.query.sqm.tree.from.SqmFromClause;
import org.hibernate.query.sqm.tree.from.SqmRoot;
import org.hibernate.query.sqm.tree.jpa.ParameterCollector;
import org.hibernate.query.sqm.tree.select.SqmOrderByClause;
import org.hibernate.query.sqm.tree.select.SqmQuerySpec;
import org.hibernate.query.sqm.tree.select.SqmSelectClause;
import org.hibernate.query.sqm.tree.select.SqmSelectStatement;
import org.hibernate.query.sqm.tree.select.SqmSortSpecification;
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
 * A query of the library about rows that a bulk statement changes. It may have the condition of the statement, with the
 * parameters bound there, and its SQL may become a part of another SQL text.
 */
final class OwnSelect {

    private final JdbcSelect select;
    private final JdbcParameterBindings bindings;
    private final UnaryOperator<String> lock;

    private OwnSelect(JdbcSelect select, JdbcParameterBindings bindings, UnaryOperator<String> lock) {
        this.select = select;
        this.bindings = bindings;
        this.lock = lock;
    }

    /** A query about all rows: filters of the session do not apply. */
    static OwnSelect ofAll(String hql, SharedSessionContractImplementor session) {
        return translate(
                parse(hql, session.getFactory()),
                DomainParameterXref.EMPTY,
                QueryParameterBindings.empty(),
                new LoadQueryInfluencers(session.getFactory()),
                LockMode.NONE,
                session);
    }

    /**
     * A query that locks the rows that a bulk statement would change, in the order of their ids, and returns these. Rows that
     * will be deleted are locked as by the DELETE itself: a weaker lock would have to be made stronger then, in the order in
     * which the DELETE comes to the rows.
     */
    static OwnSelect lockingAffected(
            AbstractSqmRestrictedDmlStatement<?> statement,
            DomainParameterXref parameters,
            DomainQueryExecutionContext context) {
        SqmSelectStatement<?> ids = idsOf(statement);
        Database database = Databases.of(context.getSession());
        OwnSelect locking = translate(
                ids,
                parametersOf(ids, statement, parameters),
                context.getQueryParameterBindings(),
                context.getSession().getLoadQueryInfluencers(),
                database.canLockOrdered() ? LockMode.PESSIMISTIC_WRITE : LockMode.NONE,
                context.getSession());
        String hibernates = database.dialect().getForUpdateString();
        String lock = statement instanceof SqmDeleteStatement<?> ? database.forDelete() : database.forUpdate();
        return new OwnSelect(locking.select, locking.bindings, sql -> sql.replace(hibernates, lock));
    }

    private static SqmSelectStatement<?> parse(String hql, SessionFactoryImplementor factory) {
        return (SqmSelectStatement<?>)
                factory.getQueryEngine().getHqlTranslator().translate(hql, Object[].class);
    }

    private static SqmSelectStatement<?> idsOf(AbstractSqmRestrictedDmlStatement<?> statement) {
        // copied as a whole: subqueries refer to the statement that contains them; parameters are not copied
        var copy = (AbstractSqmRestrictedDmlStatement<?>) statement.copy(SqmCopyContext.noParamCopyContext());
        SqmRoot<?> root = copy.getTarget();
        var select = new SqmSelectStatement<>(statement.nodeBuilder());
        var query = new SqmQuerySpec<>(statement.nodeBuilder());
        query.setFromClause(new SqmFromClause());
        query.getFromClause().addRoot(root);
        query.setSelectClause(new SqmSelectClause(false, statement.nodeBuilder()));
        query.getSelectClause().add(idOf(root, root.getModel()), null);
        if (copy instanceof SqmUpdateStatement<?> update) {
            // an UPDATE leaves out a row for which the join to a new value finds nothing: so this joins them as well
            JoinedPaths.of(update).forEach(path -> query.getSelectClause().add(withoutFetch(path), null));
        }
        query.setWhereClause(copy.getWhereClause());
        query.setOrderByClause(new SqmOrderByClause());
        query.getOrderByClause().addSortSpecification(new SqmSortSpecification(idOf(root, root.getModel())));
        select.setQueryPart(query);
        return select;
    }

    /** The parameters of the condition: Hibernate cannot bind all parameters that a query does not use. */
    private static DomainParameterXref parametersOf(
            SqmSelectStatement<?> ids, AbstractSqmRestrictedDmlStatement<?> statement, DomainParameterXref parameters) {
        if (statement.getQuerySource() == SqmQuerySource.CRITERIA) {
            return parameters.copy(); // parameters of a criteria are identified by their position among all of them
        }
        ParameterCollector.collectParameters(ids, ids::addParameter);
        return DomainParameterXref.from(ids);
    }

    private static SqmPath<?> withoutFetch(SqmPath<?> path) {
        return path.getReferencedPathSource().getPathType() instanceof SqmEntityDomainType<?> entity
                ? idOf(path, entity)
                : path;
    }

    /** The path that is {@code id(..)} in HQL. */
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
                    @SuppressWarnings({"unchecked", "NullAway"
                    }) // the type of its values; null for a parameter that is not used
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
        return new OwnSelect(select, bindings, UnaryOperator.identity());
    }

    private static QueryOptions locking(LockMode lock) {
        QueryOptionsImpl options = new QueryOptionsImpl();
        options.getLockOptions().setLockMode(lock);
        return options;
    }

    String sql() {
        return lock.apply(requireNonNull(select.getSqlString()));
    }

    /** Whether it reads other rows than those that it returns. */
    boolean readsOtherRows() {
        return new StatementText(sql()).readsOtherTables();
    }

    int parameterCount() {
        return select.getParameterBinders().size();
    }

    /** The tables that it reads. */
    Set<String> tables() {
        return select.getAffectedTableNames();
    }

    /** Its SQL, to become a part of another one. */
    BoundSql bound() {
        return BoundSql.of(sql(), select.getParameterBinders(), bindings);
    }

    /** Executes the query and hands over its rows one by one. */
    void forEach(ExecutionContext context, Consumer<Object[]> row) {
        forEach(context, (same, sql) -> BoundSql.prepare(same, lock.apply(sql)), row);
    }

    /** Executes another statement, whose rows have the same columns, and hands over its rows. */
    void forEachOf(BoundSql statement, ExecutionContext context, Consumer<Object[]> row) {
        forEach(context, (same, sql) -> statement.prepareAndBind(same), row);
    }

    private void forEach(ExecutionContext context, StatementCreator statement, Consumer<Object[]> row) {
        // not through SelectHook, which would take it for a query of the application
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
