package io.countercache.hibernate.internal.entity;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.orm.BatchSize;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.PerSession;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.transaction.PendingDeltas;
import java.util.ArrayList;
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
    private final PerSession<Batch> batches = new PerSession<>();

    /** The rows in the open batch of a session. */
    private static final class Batch {
        final SessionImages images;
        final List<Waiting> waiting = new ArrayList<>();

        Batch(SessionImages images) {
            this.images = images;
        }
    }

    /**
     * A row whose statement is in the open batch.
     *
     * @param count what is to be done once the image is read
     */
    private record Waiting(Image image, Runnable count) {}

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
                && entity.getTableSpan() == 1; // else a part of the row is written before the event
    }

    /** To be called before a statement whose image may wait. */
    void prepare(SessionImages images, SharedSessionContractImplementor session) {
        Batch batch = batches.get(session);
        if (batch == null) {
            batch = new Batch(images);
            batches.put(session, batch);
            listen(batch, session);
        }
        if (batch.waiting.isEmpty()) {
            session.getJdbcCoordinator().executeBatch(); // of another entity, or an INSERT of this very row
        }
        pending.expect(session);
    }

    /** To be called after a statement whose image is not read yet. */
    void add(Image image, Runnable count, SharedSessionContractImplementor session) {
        requireNonNull(batches.get(session)).waiting.add(new Waiting(image, count));
    }

    private void listen(Batch batch, SharedSessionContractImplementor session) {
        session.getEventListenerManager().addListener(new SessionEventListener() {
            @Override
            public void jdbcExecuteBatchStart() {
                beforeSending(batch, session);
            }

            @Override
            public void jdbcExecuteStatementStart() {
                beforeSending(batch, session); // Hibernate has not put the statement into a batch
            }
        });
    }

    private void beforeSending(Batch batch, SharedSessionContractImplementor session) {
        if (!queries.areUnderWay(session)) {
            List<Waiting> waiting = List.copyOf(batch.waiting);
            batch.waiting.clear();
            List<Image> unread = Stream.concat(waiting.stream().map(Waiting::image), batch.images.unread().stream())
                    .toList();
            if (!unread.isEmpty()) {
                queries.duringBatch(session, () -> read(unread, waiting, batch.images, session));
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
