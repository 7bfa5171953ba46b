package io.countercache.hibernate.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A statement that moves counters. Its stack trace shows the commit, flush or query that has caused it. */
@Name("io.countercache.CounterWrite")
@Label("Counter Write")
@Description("A statement that moves counters, from its preparation to the answer of the database")
@Category("Counter Cache")
@Enabled(false)
public final class CounterWriteEvent extends Event {

    private static final CounterWriteEvent ANY = new CounterWriteEvent();

    @Label("Entity")
    @Nullable
    String entity;

    @Label("Counters")
    @Description("The attributes that hold them")
    @Nullable
    String counters;

    @Label("Rows")
    @Description("How many rows the statement is to move counters of")
    int rows;

    @Label("Statement")
    @Description(
            "update: of one row; batch: a JDBC batch; array: one UPDATE of many rows; several: some UPDATEs in one message; set; upsert")
    @Nullable
    String statement;

    @Label("With Commit")
    @Description("Whether the COMMIT was sent along with it")
    boolean withCommit;

    private CounterWriteEvent() {}

    /** Null if it is not recorded. */
    static @Nullable CounterWriteEvent begun() {
        if (!ANY.isEnabled()) {
            return null;
        }
        CounterWriteEvent event = new CounterWriteEvent();
        event.begin();
        return event;
    }

    /**
     * Ends and records it.
     *
     * @param statement how the rows are written
     * @param withCommit whether the COMMIT was sent along
     */
    public void done(String entity, String counters, int rows, String statement, boolean withCommit) {
        end();
        if (shouldCommit()) {
            this.entity = entity;
            this.counters = counters;
            this.rows = rows;
            this.statement = statement;
            this.withCommit = withCommit;
            commit();
        }
    }
}
