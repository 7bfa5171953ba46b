package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.support.Settings;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.hibernate.FlushMode;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AutoFlushEvent;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.FlushEvent;
import org.hibernate.event.spi.FlushEventListener;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Writes pending deltas before the commit, where a query of the same transaction reads the counters. */
public final class ReadBeforeWrite implements FlushEventListener, AutoFlushEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient Function<EntityPersister, Set<EntityPersister>> causes;
    private final transient PendingDeltas pending;
    private final transient OwnQueries queries;
    private final boolean writeAtFlush;
    /** For each table with counters, the tables whose rows have to be flushed before these are right. */
    private final transient Map<String, Set<String>> flushedWith = new ConcurrentHashMap<>();

    /** @param causes for an entity, those whose deletes make the database delete or change rows of it */
    public ReadBeforeWrite(
            CounterModel model,
            Function<EntityPersister, Set<EntityPersister>> causes,
            PendingDeltas pending,
            OwnQueries queries,
            Settings.Write write) {
        this.model = model;
        this.causes = causes;
        this.pending = pending;
        this.queries = queries;
        this.writeAtFlush = write == Settings.Write.FLUSH;
    }

    @Override
    public void onFlush(FlushEvent event) {
        if (writeAtFlush) {
            pending.write(event.getSession());
        }
    }

    /**
     * Called before Hibernate decides whether a query needs a flush: has the event name also those tables of which Hibernate
     * does not know that they move a counter in the tables of the query. So one dirty check finds what both have to know.
     */
    public void beforeAutoFlush(AutoFlushEvent event) {
        Set<String> tables = event.getQuerySpaces();
        Together together = tables == null ? null : together(tables);
        // a listener of the application may query in the middle of a flush, which executes what waits anyway
        if (together != null
                && !event.getSession().getPersistenceContextInternal().isFlushing()) {
            event.setQuerySpaces(together);
        }
    }

    @Override
    public void onAutoFlush(AutoFlushEvent event) {
        if (event.getQuerySpaces() instanceof Together together) {
            event.setQuerySpaces(together.read);
        }
        Set<String> tables = event.getQuerySpaces();
        SharedSessionContractImplementor session = event.getSession();
        if (queries.areUnderWay(session)) {
            return;
        }
        if (writeAtFlush && event.isFlushRequired()) {
            pending.write(session);
        }
        // null for a native query that does not say what it reads
        if (tables != null && pending.concern(tables, session)) {
            pending.write(session);
        }
    }

    /**
     * Flushes and writes what a statement may read. For statements without an auto flush event: bulk statements, and those of
     * stateless sessions.
     *
     * @param tables the tables that the statement reads
     */
    public void prepare(Set<String> tables, SharedSessionContractImplementor session) {
        if (!(session instanceof StatelessSession)) {
            session.autoFlushIfRequired(tables);
        } else if (!queries.areUnderWay(session) && pending.concern(tables, session)) {
            session.getJdbcCoordinator().executeBatch();
            pending.write(session);
        }
    }

    /**
     * Writes what is pending for these tables, and flushes nothing: for a statement before which Hibernate flushes nothing
     * either. What is not flushed has no delta yet.
     */
    public void writePending(Set<String> tables, SharedSessionContractImplementor session) {
        if (!queries.areUnderWay(session) && pending.concern(tables, session)) {
            pending.write(session);
        }
    }

    /**
     * As {@link #prepare}, for a call of the application that asks for counters of now: unlike a query, it sees what is not flushed also
     * where the flush mode is COMMIT.
     *
     * @param parent the entity that has the counters
     */
    public void prepareCall(EntityPersister parent, SharedSessionContractImplementor session) {
        Set<String> tables = Set.copyOf(EntityTables.querySpaces(parent));
        if (session instanceof SessionImplementor stateful && stateful.getHibernateFlushMode() == FlushMode.COMMIT) {
            stateful.setHibernateFlushMode(FlushMode.AUTO);
            try {
                prepare(tables, session);
            } finally {
                stateful.setHibernateFlushMode(FlushMode.COMMIT);
            }
        } else {
            prepare(tables, session);
        }
    }

    /**
     * The tables of a query, and all others whose rows have to be flushed before the counters in these tables are right. It is
     * the event that remembers what the query reads: so nothing is left to be forgotten when a flush fails, or has a query of
     * its own.
     */
    private static final class Together extends HashSet<String> {

        private static final long serialVersionUID = 1;

        private final transient Set<String> read;

        private Together(Set<String> read) {
            super(read);
            this.read = read;
        }
    }

    /** Null if there are no others, as for most queries. */
    private @Nullable Together together(Set<String> tables) {
        Together together = null;
        for (String table : tables) {
            if (!model.tables().countersIn(table).isEmpty()) {
                Set<String> others = flushedWith(table);
                if (!tables.containsAll(others)) {
                    together = together == null ? new Together(tables) : together;
                    together.addAll(others);
                }
            }
        }
        return together;
    }

    private Set<String> flushedWith(String table) {
        Set<String> known = flushedWith.get(table);
        return known != null ? known : flushedWith.computeIfAbsent(table, this::resolveFlushedWith);
    }

    private Set<String> resolveFlushedWith(String table) {
        Set<String> others = new HashSet<>();
        for (CounterDefinition counter : model.tables().countersIn(table)) {
            others.addAll(model.tables().countedTables(counter));
            model.tables()
                    .countedEntities(counter)
                    .flatMap(entity -> Stream.concat(Stream.of(entity), causes.apply(entity).stream()))
                    .forEach(entity -> others.addAll(EntityTables.querySpaces(entity)));
        }
        return others;
    }
}
