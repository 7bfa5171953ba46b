package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.support.Settings;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AutoFlushEvent;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.FlushEvent;
import org.hibernate.event.spi.FlushEventListener;
import org.hibernate.persister.entity.EntityPersister;

/** Writes pending deltas before the commit, where a query of the same transaction reads the counters. */
public final class ReadBeforeWrite implements FlushEventListener, AutoFlushEventListener {

    private static final long serialVersionUID = 1;

    private final transient CounterModel model;
    private final transient Function<EntityPersister, Set<EntityPersister>> causes;
    private final transient PendingDeltas pending;
    private final transient OwnQueries queries;
    private final boolean writeAtFlush;

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

    @Override
    public void onAutoFlush(AutoFlushEvent event) {
        Set<String> tables = event.getQuerySpaces();
        SharedSessionContractImplementor session = event.getSession();
        if (queries.areUnderWay(session)) {
            return;
        }
        if (writeAtFlush && event.isFlushRequired()) {
            pending.write(session);
        }
        if (tables == null || tables.isEmpty()) {
            return; // a native query that does not say what it reads
        }
        Set<String> together = flushedTogether(tables);
        if (!event.isFlushRequired() && together.size() > tables.size()) {
            // Hibernate has not flushed, because it does not know that the children move a counter in these tables
            event.setFlushRequired(session.autoFlushIfRequired(together));
            return; // that has called this listener again, with all tables
        }
        if (isToBeWritten(tables, session)) {
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
        } else if (!queries.areUnderWay(session) && isToBeWritten(tables, session)) {
            session.getJdbcCoordinator().executeBatch();
            pending.write(session);
        }
    }

    private boolean isToBeWritten(Set<String> tables, SharedSessionContractImplementor session) {
        return pending.exist(session) && pending.concern(model.tables().declaredFor(tables), session);
    }

    /** These tables, and all others whose rows have to be flushed before the counters in these tables are right. */
    private Set<String> flushedTogether(Set<String> tables) {
        Set<String> together = new HashSet<>(tables);
        model.tables().countersIn(tables).forEach(counter -> {
            together.addAll(model.tables().countedTables(counter));
            model.tables()
                    .countedEntities(counter)
                    .flatMap(entity -> Stream.concat(Stream.of(entity), causes.apply(entity).stream()))
                    .forEach(entity -> together.addAll(EntityTables.querySpaces(entity)));
        });
        return together;
    }
}
