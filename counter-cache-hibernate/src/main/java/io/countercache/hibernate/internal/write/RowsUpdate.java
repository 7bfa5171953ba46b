package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.CounterWriteEvent;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.CommitMessage;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.hibernate.JDBCException;
import org.hibernate.TransactionException;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** An UPDATE of the counters of some rows, sent as the database can do it best. */
final class RowsUpdate {

    private static final Logger LOG = Logger.getLogger(RowsUpdate.class);

    /** How many rows a message names: which of them has failed, drivers tell in different ways. */
    private static final int NAMED_ROWS = 10;

    private static final String ARRAY = "array";

    private final CounterUpdate update;
    private final List<RowDeltas> rows;
    private final @Nullable ArrayUpdate array;
    private final Map<TouchedAttribute, Object> touched;
    private final boolean commits;
    private final boolean asksWhich;
    private final SharedSessionContractImplementor session;
    /** How it is sent, in a word. */
    private String way = "update";
    /** How many rows it has changed. */
    private int hit;

    private List<RowDeltas> missed = List.of();

    /**
     * @param touched for each touched attribute, now
     * @param commits whether the COMMIT is sent along
     * @param asksWhich whether it matters which rows were hit, also where each row is in one of several tables
     */
    RowsUpdate(
            StatementRows rows,
            Map<TouchedAttribute, Object> touched,
            boolean commits,
            boolean asksWhich,
            SharedSessionContractImplementor session) {
        this.update = rows.update();
        this.rows = rows.rows();
        this.array = rows.array();
        this.touched = touched;
        this.commits = commits;
        this.asksWhich = asksWhich;
        this.session = session;
    }

    /**
     * Sends it, and refuses it if it has not hit a row that is there.
     *
     * @return false if it has not been sent, because something between here and the server does not let the COMMIT go along
     */
    boolean send() {
        boolean isSent = false;
        try {
            missed = attemptToSend();
            isSent = true;
            if (!commits) {
                MissedRows.refuse(missed, update, session);
            }
            showTouched();
        } catch (RuntimeException e) {
            // of what is sent, a look for rows that were not hit may have begun another transaction
            if (!commits || !isSent) {
                if (commits && CommitMessage.isRefused(session)) {
                    LOG.debug("A statement cannot be sent along with the COMMIT", e);
                    return false;
                }
                if (e instanceof JDBCException failure) {
                    throw failed(failure);
                }
                if (!commits || !CommitMessage.hasEnded(session)) {
                    throw e;
                }
            }
            LOG.errorf(e, "%s was written and committed, but what was to be done then has failed", named());
        }
        return true;
    }

    private void showTouched() {
        if (touched.isEmpty()) {
            return;
        }
        for (RowDeltas row : rows) {
            Set<String> names = row.touched();
            touched.forEach((attribute, now) -> {
                if (names.contains(attribute.name())) {
                    ManagedParents.show(update.parent(), row.row().id(), attribute.name(), now, session);
                }
            });
        }
    }

    /** Tells of it, once it is sent, or has failed. */
    void tell(Activity activity, long nanos, @Nullable CounterWriteEvent event) {
        activity.wrote(true, way.equals(ARRAY) ? 1 : rows.size(), hit, nanos);
        if (event != null) {
            String counters = CounterUpdate.names(update.counters());
            event.done(Entities.name(update.parent()), counters, rows.size(), way, commits);
        }
    }

    /** Adds what it has written, once it is sent. */
    void addHit(TransactionMoves moves) {
        Set<ParentRow> notHit = missed.stream().map(RowDeltas::row).collect(Collectors.toSet());
        for (RowDeltas row : rows) {
            if (!notHit.contains(row.row())) {
                row.amounts()
                        .forEach((counter, amount) -> moves.add(
                                update.parent(),
                                row.row().id(),
                                counter.counter(),
                                counter.type(update.parent()),
                                amount));
            }
        }
    }

    /** Returns the rows that were not hit, as far as that matters. */
    private List<RowDeltas> attemptToSend() {
        if (array != null) {
            way = ARRAY;
            hit = Statements.attempt(
                    message(String.valueOf(update.many()), 1),
                    this::attempt,
                    session,
                    statement -> array.send(update.amounts(rows), update.types(), touched, statement, session));
            boolean matters = asksWhich || !rows.stream().allMatch(update::isSpread);
            return hit < rows.size() && matters ? missed(hit) : List.of();
        }
        if (rows.size() == 1) {
            hit = new OneRow(update, rows.get(0), touched, session).send(commits, this::attempt) ? 1 : 0;
            return hit == 1 ? List.of() : missed(0);
        }
        if (commits) {
            way = "several";
            hit = sendTogether();
            return hit == rows.size() ? List.of() : missed(hit);
        }
        way = "batch";
        List<RowDeltas> notHit = sendBatch(update.text(rows), true);
        hit = rows.size() - notHit.size();
        return notHit;
    }

    /** The text to send. */
    private String message(String statement, int times) {
        return commits ? CommitMessage.of(statement, times) : statement;
    }

    private RuntimeException failed(JDBCException failure) {
        if (commits && (CommitMessage.hasEnded(session) || isBroken(failure))) {
            return new TransactionException("Unable to commit against JDBC Connection", failure.getSQLException());
        }
        return Statements.failed(
                failure instanceof ConstraintViolationException violation && update.slots() == null
                        ? drifted(violation)
                        : failure,
                session);
    }

    /** Whether the connection is: then the COMMIT may have been executed, and not only the answer be lost. */
    private static boolean isBroken(JDBCException failure) {
        return String.valueOf(failure.getSQLState()).startsWith("08");
    }

    /** The rows that an UPDATE has not hit: of several, those that an UPDATE of each as it is does not hit, either. */
    private List<RowDeltas> missed(int hit) {
        if (commits) {
            return MissedRows.report(rows, hit, update, session);
        }
        return hit == 0 ? rows : sendBatch(update.unchanged(), false);
    }

    /** Sends a JDBC batch; returns the rows that it has not hit. */
    private List<RowDeltas> sendBatch(String text, boolean moves) {
        int[] hit = Statements.attempt(text, this::attempt, session, statement -> {
            for (RowDeltas row : rows) {
                if (moves) {
                    update.bind(row, touched, statement, 1, session);
                } else {
                    update.bindId(row, statement, 1, session);
                }
                statement.addBatch();
            }
            return Statements.executeBatch(statement, session);
        });
        return IntStream.range(0, rows.size())
                .filter(row -> hit[row] == 0)
                .mapToObj(rows::get)
                .toList();
    }

    /** Sends what would be a JDBC batch as one statement, of which the COMMIT is the last part; returns how many rows it has hit. */
    private int sendTogether() {
        return Statements.attempt(message(update.text(rows), rows.size()), this::attempt, session, statement -> {
            int position = 1;
            for (RowDeltas row : rows) {
                position = update.bind(row, touched, statement, position, session);
            }
            int rowsHit = Statements.executeUpdate(statement, session);
            for (int row = 1; row < rows.size(); row++) {
                statement.getMoreResults();
                rowsHit += statement.getUpdateCount();
            }
            return rowsHit;
        });
    }

    /** What it does, for the message of its failure. */
    private String attempt() {
        return "move " + named() + (commits ? " and commit" : "");
    }

    /** The counters and ids of some rows, for messages. */
    private String named() {
        String others = rows.stream()
                .skip(1)
                .limit(NAMED_ROWS - 1)
                .map(row -> ", " + row.row().id())
                .collect(Collectors.joining());
        return update.named(update.counters(), rows.get(0)) + others + (rows.size() > NAMED_ROWS ? " .." : "");
    }

    /** A constraint on a counter holds for every right value, so one that an UPDATE violates was wrong before. */
    private ConstraintViolationException drifted(ConstraintViolationException violation) {
        return new ConstraintViolationException(
                "could not move %s, for a constraint does not allow the new value: if the counter has drifted, correct it with CounterCaches.resetCounters(%s.class, id)"
                        .formatted(named(), Entities.name(update.parent())),
                violation.getSQLException(),
                violation.getSQL(),
                violation.getKind(),
                violation.getConstraintName());
    }
}
