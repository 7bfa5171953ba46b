package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.entity.SessionImages.Waiting;
import io.countercache.hibernate.internal.orm.BatchSize;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.util.List;
import java.util.stream.Stream;
import org.hibernate.SessionEventListener;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Reads the before images of a stateless session that sends JDBC batches. Such a session has no flush, and says what it moves or
 * deletes row by row. Until a batch is sent, the rows are what they were, so all of them are read by one query just before that,
 * and then counted.
 */
final class BatchedImages {

    private final OwnQueries queries;
    private final PendingDeltas pending;
    private final ImageReader reader;

    BatchedImages(OwnQueries queries, PendingDeltas pending, ImageReader reader) {
        this.queries = queries;
        this.pending = pending;
        this.reader = reader;
    }

    /** Whether the image of a row may be read as late as that. */
    static boolean mayWait(ImageQuery query, EntityPersister entity, SharedSessionContractImplementor session) {
        return session instanceof StatelessSession
                && BatchSize.of(session) > 1
                && session.getTransactionCoordinator().isTransactionActive()
                && Statements.owner(session) == session // of another one nothing is heard when the batch is sent
                && query.isOneStep()
                && !session.getLoadQueryInfluencers().hasEnabledFilters() // else another session reads
                && !EntityTables.hidesRows(entity) // what has become of a hidden row is known only afterwards
                && EntityTables.span(entity) == 1; // else a part of the row is written before the event
    }

    /** To be called before a statement whose image may wait. */
    void prepare(SessionImages images, SharedSessionContractImplementor session) {
        if (!images.isListening) {
            images.isListening = true;
            listen(images, session);
        }
        if (images.waiting.isEmpty()) {
            session.getJdbcCoordinator().executeBatch(); // of another entity, or an INSERT of this very row
        }
        pending.expect(session);
    }

    private void listen(SessionImages images, SharedSessionContractImplementor session) {
        session.getEventListenerManager().addListener(new SessionEventListener() {
            @Override
            public void jdbcExecuteBatchStart() {
                beforeSending(images, session);
            }

            @Override
            public void jdbcExecuteStatementStart() {
                beforeSending(images, session); // Hibernate has not put the statement into a batch
            }
        });
    }

    private void beforeSending(SessionImages images, SharedSessionContractImplementor session) {
        if (!queries.areUnderWay(session)) {
            List<Waiting> waiting = List.copyOf(images.waiting);
            images.waiting.clear();
            List<Image> unread = Stream.concat(waiting.stream().map(Waiting::image), images.unread().stream())
                    .toList();
            if (!unread.isEmpty()) {
                queries.duringBatch(session, () -> {
                    read(unread, waiting, images, session);
                    return true;
                });
            }
        }
    }

    private void read(
            List<Image> unread, List<Waiting> waiting, SessionImages images, SharedSessionContractImplementor session) {
        images.forget();
        images.readAll(unread, reader, session);
        for (Waiting row : waiting) { // in their order: a row may be in the batch twice
            images.show(row.image());
            row.count().run();
        }
        images.unread().forEach(images::show);
        images.forget();
    }
}
