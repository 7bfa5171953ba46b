package io.countercache.hibernate.internal.support;

import org.jspecify.annotations.Nullable;

/** Runs checks that each return a problem, or null if there is none. */
public final class Problems {

    private Problems() {}

    /** One check. */
    public interface Check {
        @Nullable
        String problem();
    }

    /** The first problem that one of the checks returns; null if none does. */
    public static @Nullable String first(Check... checks) {
        for (Check check : checks) {
            String problem = check.problem();
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }
}
