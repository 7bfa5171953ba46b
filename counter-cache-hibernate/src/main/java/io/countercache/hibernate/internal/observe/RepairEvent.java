package io.countercache.hibernate.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A chunk of the repair, or of the verification, of a table. Without a stack trace, which is the same for all. */
@Name("io.countercache.Repair")
@Label("Repair")
@Description("A chunk of the repair, or of the verification, of a table")
@Category("Counter Cache")
@Enabled(false)
@StackTrace(false)
public final class RepairEvent extends Event {

    private static final RepairEvent ANY = new RepairEvent();

    @Label("Entity")
    @Nullable
    String entity;

    @Label("Chunk")
    @Description("The number of the chunk, from 1")
    int chunk;

    @Label("Examined")
    @Description("How many rows were looked at")
    long examined;

    @Label("Drifted")
    @Description("How many of these had a counter that was wrong")
    long drifted;

    @Label("Corrected")
    @Description("Whether what was wrong is corrected")
    boolean corrected;

    private RepairEvent() {}

    /** Null if it is not recorded. */
    static @Nullable RepairEvent begun() {
        if (!ANY.isEnabled()) {
            return null;
        }
        RepairEvent event = new RepairEvent();
        event.begin();
        return event;
    }

    /** Ends and records it. */
    public void done(String entity, int chunk, long examined, long drifted, boolean corrected) {
        end();
        if (shouldCommit()) {
            this.entity = entity;
            this.chunk = chunk;
            this.examined = examined;
            this.drifted = drifted;
            this.corrected = corrected;
            commit();
        }
    }
}
