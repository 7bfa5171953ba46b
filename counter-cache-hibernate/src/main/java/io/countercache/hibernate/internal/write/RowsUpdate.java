package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.CounterWriteEvent;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.CommitMessage;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.Statements;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import io.countercache.hibernate.internal.write.CounterSql.CounterUpdate;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
    private final List<Object> ids;
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
            CounterUpdate update,
            List<RowDeltas> rows,
            List<Object> ids,
            Map<TouchedAttribute, Object> touched,
            boolean commits,
            boolean asksWhich,
            SharedSessionContractImplementor session) {
        this.update = update;
        this.rows = rows;
        this.ids = ids;
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
            if (!commits && !update.isSpread()) {
                MissedRows.refuse(missed, update, session);
            }
            touched.forEach((attribute, now) ->
                    ids.forEach(id -> ManagedParents.show(update.parent(), id, attribute.name(), now, session)));
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

    /** Tells of it, once it is sent, or has failed. */
    void tell(Activity activity, long nanos, @Nullable CounterWriteEvent event) {
        activity.wrote(true, way.equals(ARRAY) ? 1 : rows.size(), hit, nanos);
        if (event != null) {
            String counters = CounterUpdate.counters(rows.get(0));
            event.done(Entities.name(update.parent()), counters, rows.size(), way, commits);
        }
    }

    /** Adds what it has written, once it is sent. */
    void addHit(TransactionMoves moves) {
        Set<ParentRow> notHit = missed.stream().map(RowDeltas::row).collect(Collectors.toSet());
        for (RowDeltas row : rows) {
            if (!notHit.contains(row.row())) {
                int counter = 0;
                for (var amount : row.amounts().entrySet()) {
                    moves.add(
                            update.parent(),
                            row.row().id(),
                            amount.getKey().counter(),
                            update.types().get(counter++),
                            amount.getValue());
                }
            }
        }
    }

    /** Returns the rows that were not hit, as far as that matters. */
    private List<RowDeltas> attemptToSend() {
        ArrayUpdate many = update.many(ids, session);
        if (many != null) {
            way = ARRAY;
            hit = Statements.attempt(
                    message(String.valueOf(update.many()), 1),
                    this::attempt,
                    session,
                    statement -> many.send(amounts(), update.types(), touched, statement, session));
            return hit == rows.size() || (update.isSpread() && !asksWhich) ? List.of() : missed(hit);
        }
        if (rows.size() == 1) {
            hit = sendOne(rows.get(0)) ? 1 : 0;
            return hit == 1 ? List.of() : missed(0);
        }
        if (commits) {
            way = "several";
            hit = sendTogether();
            return hit == rows.size() ? List.of() : missed(hit);
        }
        way = "batch";
        List<RowDeltas> notHit = sendBatch(rows);
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
                failure instanceof ConstraintViolationException violation ? drifted(violation) : failure, session);
    }

    /** Whether the connection is: then the COMMIT may have been executed, and not only the answer be lost. */
    private static boolean isBroken(JDBCException failure) {
        return String.valueOf(failure.getSQLState()).startsWith("08");
    }

    /** The rows that an UPDATE has not hit: of several, those that an UPDATE of each by 0 does not hit, either. */
    private List<RowDeltas> missed(int hit) {
        if (commits) {
            return MissedRows.report(rows, hit, update, session);
        }
        if (hit == 0) {
            return rows;
        }
        Set<ParentRow> missed = sendBatch(rows.stream().map(RowDeltas::byZero).toList()).stream()
                .map(RowDeltas::row)
                .collect(Collectors.toSet());
        return rows.stream().filter(row -> missed.contains(row.row())).toList();
    }

    private List<RowDeltas> sendBatch(List<RowDeltas> rows) {
        int[] hit = Statements.attempt(update.text(), this::attempt, session, statement -> {
            for (RowDeltas row : rows) {
                bind(row, statement, 1);
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
        return Statements.attempt(message(update.text(), rows.size()), this::attempt, session, statement -> {
            int position = 1;
            for (RowDeltas row : rows) {
                position = bind(row, statement, position);
            }
            int rowsHit = Statements.executeUpdate(statement, session);
            for (int row = 1; row < rows.size(); row++) {
                statement.getMoreResults();
                rowsHit += statement.getUpdateCount();
            }
            return rowsHit;
        });
    }

    private boolean sendOne(RowDeltas row) {
        boolean returns = Databases.of(session).canReturnUpdated()
                && ManagedParents.manages(update.parent(), row.row().id(), session);
        String text = message(returns ? update.returning() : update.text(), 1);
        return Statements.attempt(text, this::attempt, session, statement -> {
            bind(row, statement, 1);
            return returns ? show(row, statement, text) : Statements.executeUpdate(statement, session) > 0;
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
        return update.named(rows.get(0)) + others + (rows.size() > NAMED_ROWS ? " .." : "");
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

    /** For each counter, the amount of each row. */
    private BigDecimal[][] amounts() {
        BigDecimal[][] amounts = new BigDecimal[update.types().size()][rows.size()];
        for (int row = 0; row < rows.size(); row++) {
            int counter = 0;
            for (BigDecimal amount : rows.get(row).amounts().values()) {
                amounts[counter++][row] = amount;
            }
        }
        return amounts;
    }

    /** Has the managed instance show the new values, including what other transactions have added; false if there is no row. */
    private boolean show(RowDeltas row, PreparedStatement statement, String text) throws SQLException {
        ResultSet values = session.getJdbcCoordinator().getResultSetReturn().execute(statement, text);
        if (!values.next()) {
            return false;
        }
        int column = 1;
        for (CounterDefinition counter : row.amounts().keySet()) {
            ManagedParents.show(
                    update.parent(), row.row().id(), counter.counter(), values.getBigDecimal(column++), session);
        }
        return true;
    }

    /** Returns the position behind the parameters. */
    private int bind(RowDeltas row, PreparedStatement statement, int first) throws SQLException {
        int position = first;
        int counter = 0;
        for (BigDecimal amount : row.amounts().values()) {
            Columns.bind(amount, update.types().get(counter++), statement, position++);
        }
        position = TouchedAttribute.bind(touched, statement, position, session);
        return Columns.bindId(row.row().id(), update.parent(), statement, position, session);
    }
}
