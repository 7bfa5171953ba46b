package io.countercache.hibernate.guest;

import io.countercache.hibernate.CounterCacheSettings;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How an application has set up Hibernate.
 *
 * @param batch the size of JDBC batches; 0 for none
 * @param ordered whether Hibernate sorts the INSERTs and UPDATEs of a flush
 * @param staleChildren what protects children without a version
 */
record Setting(int batch, boolean ordered, String staleChildren) {

    static final Setting TRUSTING = new Setting(50, false, "trust");

    static Stream<Setting> all() {
        return Stream.of(
                new Setting(0, false, "lock"),
                new Setting(0, true, "lock"),
                new Setting(50, false, "lock"),
                new Setting(50, true, "lock"));
    }

    Map<String, Object> properties() {
        return Map.of(
                "hibernate.jdbc.batch_size", batch,
                "hibernate.order_inserts", ordered,
                "hibernate.order_updates", ordered,
                CounterCacheSettings.STALE_CHILDREN, staleChildren);
    }

    @Override
    public String toString() {
        return "batch size %d%s".formatted(batch, ordered ? ", ordered" : "");
    }
}
