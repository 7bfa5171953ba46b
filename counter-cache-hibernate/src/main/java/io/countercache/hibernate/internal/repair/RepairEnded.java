package io.countercache.hibernate.internal.repair;

/** Ends a repair between two chunks, without a failure. Its message says why. */
final class RepairEnded extends RuntimeException {

    private static final long serialVersionUID = 1;

    RepairEnded(String why) {
        super(why);
    }
}
