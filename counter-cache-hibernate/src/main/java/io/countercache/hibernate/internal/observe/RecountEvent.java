package io.countercache.hibernate.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** Counters of some rows that are computed from their children, because the application asks for that. */
@Name("io.countercache.Recount")
@Label("Recount")
@Description("The application has counters of some rows compared with their children, or reset")
@Category("Counter Cache")
@Enabled(false)
public final class RecountEvent extends Event {

    private static final RecountEvent ANY = new RecountEvent();

    @Label("Entity")
    @Nullable
    String entity;

    @Label("Rows")
    @Description("How many rows were looked at")
    long rows;

    @Label("Wrong")
    @Description("How many counters were wrong")
    long wrong;

    @Label("Corrected")
    @Description("Whether what was wrong is corrected")
    boolean corrected;

    private RecountEvent() {}

    /** Null if it is not recorded. */
    static @Nullable RecountEvent begun() {
        if (!ANY.isEnabled()) {
            return null;
        }
        RecountEvent event = new RecountEvent();
        event.begin();
        return event;
    }

    /** Ends and records it. */
    public void done(String entity, long rows, long wrong, boolean corrected) {
        end();
        if (shouldCommit()) {
            this.entity = entity;
            this.rows = rows;
            this.wrong = wrong;
            this.corrected = corrected;
            commit();
        }
    }
}
