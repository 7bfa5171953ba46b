package io.countercache.hibernate.guest;

import io.countercache.hibernate.CounterCacheSettings;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How an application has set up Hibernate.
 *
 * @param batch the size of JDBC batches; 0 for none
 * @param ordered whether Hibernate sorts the INSERTs and UPDATEs of a flush
 * @param trusting whether children without a version are trusted
 * @param listening whether the application listens to DELETEs, and could veto one
 */
record Setting(int batch, boolean ordered, boolean trusting, boolean listening) {

    static final Setting PLAIN = new Setting(0, false, false, false);
    static final Setting BATCHED = new Setting(50, false, false, false);
    static final Setting ORDERED = new Setting(50, true, false, false);
    static final Setting TRUSTING = new Setting(50, false, true, false);
    static final Setting LISTENING = new Setting(50, false, false, true);

    static Stream<Setting> all() {
        return Stream.of(PLAIN, BATCHED, ORDERED);
    }

    Map<String, Object> properties() {
        return Map.of(
                "hibernate.jdbc.batch_size",
                batch,
                "hibernate.order_inserts",
                ordered,
                "hibernate.order_updates",
                ordered,
                CounterCacheSettings.STALE_CHILDREN,
                trusting ? "trust" : "lock");
    }

    @Override
    public String toString() {
        return "batch size %d%s".formatted(batch, ordered ? ", ordered" : "");
    }
}
