package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.internal.orm.OuterFlush;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.orm.SharedConnection;
import io.countercache.hibernate.internal.support.Chunks;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.hibernate.FlushMode;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;
import org.hibernate.resource.jdbc.spi.StatementInspector;

/**
 * Runs the library's own queries. Most of them run in the middle of a flush or of a commit, so they are quiet: a query
 * neither flushes the session nor causes pending deltas to be written, as a query of the application would.
 */
public final class OwnQueries {

    // of the session that owns the connection: sessions that share a transaction also share their pending deltas
    private final PerSession<Boolean> underWay = new PerSession<>();

    /** Whether one of the library's queries is being executed in this session's transaction. */
    public boolean areUnderWay(SharedSessionContractImplementor session) {
        return underWay.get(Statements.owner(session)) != null;
    }

    /** Returns the rows of an HQL query. */
    public <R> List<R> list(
            String hql,
            Class<R> type,
            Consumer<SelectionQuery<R>> parameters,
            SharedSessionContractImplementor session) {
        return quietly(session, open -> send(hql, type, parameters, open));
    }

    /** The same in another session of the same transaction, whose filters hide nothing. */
    public <R> List<R> listUnfiltered(
            String hql,
            Class<R> type,
            Consumer<SelectionQuery<R>> parameters,
            SharedSessionContractImplementor session) {
        return quietly(session, filtered -> {
            try (StatelessSession open =
                    SharedConnection.open(filtered, OldRows.needLock(filtered) ? locking(filtered) : null)) {
                return send(hql, type, parameters, (SharedSessionContractImplementor) open);
            }
        });
    }

    private static <R> List<R> send(
            String hql,
            Class<R> type,
            Consumer<SelectionQuery<R>> parameters,
            SharedSessionContractImplementor session) {
        SelectionQuery<R> query = session.createSelectionQuery(hql, type);
        parameters.accept(query);
        return query.getResultList();
    }

    /**
     * Hands over the rows of an HQL query with the parameter {@code :ids}. There may be any number of ids: it is sent in
     * chunks.
     */
    public <R> void forEach(
            String hql, Class<R> type, Collection<?> ids, SharedSessionContractImplementor session, Consumer<R> row) {
        for (List<Object> chunk : Chunks.<Object>of(ids)) {
            list(hql, type, query -> query.setParameterList("ids", chunk), session)
                    .forEach(row);
        }
    }

    /**
     * Returns those ids that are ids of the entity. Sends a query only if the table may have other rows.
     *
     * @param table the table that will be written or read
     */
    public List<Object> existing(
            Collection<Object> ids, EntityPersister entity, String table, SharedSessionContractImplementor session) {
        if (ids.isEmpty() || !EntityTables.mayHaveOthers(entity, table)) {
            return List.copyOf(ids);
        }
        String hql = "select id(e) from %s e where id(e) in :ids".formatted(Hql.name(entity));
        var found = new TreeSet<>(LockOrder.of(entity, session));
        forEach(hql, Object.class, ids, session, found::add);
        return ids.stream().filter(found::contains).toList();
    }

    /**
     * The same from the snapshot of the transaction, which may be older than what other transactions have committed. It locks
     * nothing.
     */
    public <R> List<R> listFromSnapshot(
            String hql,
            Class<R> type,
            Consumer<SelectionQuery<R>> parameters,
            SharedSessionContractImplementor session) {
        return quietly(session, open -> send(hql, type, parameters, open), false);
    }

    /** Runs a query that returns more than a list of rows. The query gets the session to run on, which may be another one. */
    public <R> R quietly(
            SharedSessionContractImplementor session, Function<SharedSessionContractImplementor, R> query) {
        return quietly(session, query, OldRows.needLock(session));
    }

    private <R> R quietly(
            SharedSessionContractImplementor session,
            Function<SharedSessionContractImplementor, R> query,
            boolean isLocking) {
        if (session instanceof StatelessSession && !areUnderWay(session)) {
            session.getJdbcCoordinator().executeBatch(); // queries of a stateless session do not send open batches
        }
        return duringBatch(
                session,
                () -> session instanceof SessionImplementor stateful
                        ? withoutFlush(stateful, query, isLocking)
                        : onFitSession(session, query, isLocking));
    }

    /** Runs queries just before an open JDBC batch of a stateless session is sent: they do not send it. */
    public <R> R duringBatch(SharedSessionContractImplementor session, Supplier<R> reading) {
        SharedSessionContractImplementor owner = Statements.owner(session);
        boolean isOutermost = underWay.get(owner) == null;
        underWay.put(owner, true);
        try {
            return reading.get();
        } finally {
            if (isOutermost) {
                underWay.remove(owner);
            }
        }
    }

    private static <R> R withoutFlush(
            SessionImplementor session, Function<SharedSessionContractImplementor, R> query, boolean isLocking) {
        FlushMode mode = session.getHibernateFlushMode();
        session.setHibernateFlushMode(FlushMode.MANUAL);
        try {
            return OuterFlush.undisturbed(session, () -> onFitSession(session, query, isLocking));
        } finally {
            session.setHibernateFlushMode(mode);
        }
    }

    /**
     * Runs a query on this session or, if that does not do, on another one with the same connection. With JTA, a closed session
     * stays in use until its transaction ends: it still flushes, but it refuses queries.
     */
    private static <R> R onFitSession(
            SharedSessionContractImplementor session,
            Function<SharedSessionContractImplementor, R> query,
            boolean isLocking) {
        if (!session.isClosed() && !isLocking) {
            return query.apply(session);
        }
        try (StatelessSession open = SharedConnection.open(session, isLocking ? locking(session) : null)) {
            return query.apply((SharedSessionContractImplementor) open);
        }
    }

    /** Has a query lock what it reads, after the application's own inspector has seen it. */
    private static UnaryOperator<String> locking(SharedSessionContractImplementor session) {
        StatementInspector own = session.getJdbcSessionContext().getStatementInspector();
        Database database = Databases.of(session);
        return sql -> {
            String inspected = own == null ? null : own.inspect(sql);
            return database.lockingReads(inspected == null ? sql : inspected);
        };
    }
}
