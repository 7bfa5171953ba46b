package io.countercache.hibernate.spring;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** The properties {@code counter-cache.*} of a Spring Boot application. None of them is needed. */
@ConfigurationProperties("counter-cache")
public class CounterCacheProperties {

    /** What is done with the counters of all entities once the application is ready. */
    public enum OnStartup {
        /** Nothing. */
        OFF,
        /** They are verified: what is wrong is logged. */
        VERIFY,
        /** They are repaired: what is wrong is corrected and logged. */
        REPAIR
    }

    private OnStartup onStartup = OnStartup.OFF;
    private final Health health = new Health();

    /** The properties, with their defaults. */
    public CounterCacheProperties() {}

    /**
     * {@code counter-cache.on-startup}: what is done with the counters of all entities once the application is ready, in the
     * background: nothing, they are verified, or repaired. Default off.
     *
     * @return off, verify or repair
     */
    public OnStartup getOnStartup() {
        return onStartup;
    }

    /**
     * Sets {@link #getOnStartup}.
     *
     * @param onStartup off, verify or repair
     */
    public void setOnStartup(OnStartup onStartup) {
        this.onStartup = onStartup;
    }

    /**
     * {@code counter-cache.health}: what the health of the application says of counters.
     *
     * @return its properties
     */
    public Health getHealth() {
        return health;
    }

    /** The properties {@code counter-cache.health.*}. */
    public static class Health {

        private String driftStatus = "UP";

        /** The properties, with their defaults. */
        public Health() {}

        /**
         * {@code counter-cache.health.drift-status}: the status of the health of the application while the last verification of an
         * entity has found wrong counters. With {@code DOWN} or {@code OUT_OF_SERVICE} a load balancer takes the application away. Default UP.
         *
         * @return a status
         */
        public String getDriftStatus() {
            return driftStatus;
        }

        /**
         * Sets {@link #getDriftStatus}.
         *
         * @param driftStatus a status that the application knows
         */
        public void setDriftStatus(String driftStatus) {
            this.driftStatus = driftStatus;
        }
    }
}
