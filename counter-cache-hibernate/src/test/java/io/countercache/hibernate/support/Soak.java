package io.countercache.hibernate.support;

/**
 * How long the tests go on that find more the longer they run. {@code -Dtest.soak=100} is their full length, in percent;
 * a build does a part of it.
 */
public final class Soak {

    private static final int PERCENT = Integer.getInteger("test.soak", 10);

    private Soak() {}

    /** As much of this as should be done. */
    public static int of(int full) {
        return Math.max(1, Math.toIntExact((long) full * PERCENT / 100));
    }
}
