package io.countercache.hibernate.internal.observe;

import org.jspecify.annotations.Nullable;

/**
 * Begins the events of the JDK's Flight Recorder; returns null for one that is not recorded, as is the default. A runtime need
 * not have the module {@code jdk.jfr}, so nobody else calls a static method of an event: then none of them is loaded there.
 */
public final class FlightRecorder {

    private static final boolean IS_THERE = isThere();

    private FlightRecorder() {}

    private static boolean isThere() {
        try {
            Class.forName("jdk.jfr.Event", false, FlightRecorder.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** A statement that moves counters. */
    public static @Nullable CounterWriteEvent counterWrite() {
        return IS_THERE ? CounterWriteEvent.begun() : null;
    }

    /** A recount of some rows. */
    public static @Nullable RecountEvent recount() {
        return IS_THERE ? RecountEvent.begun() : null;
    }

    /** A chunk of a repair or verification. */
    public static @Nullable RepairEvent repair() {
        return IS_THERE ? RepairEvent.begun() : null;
    }
}
