package io.countercache.hibernate.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Drift;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What stays known of a table of which only some counters are verified. */
@Tag("postgresql") // once is enough: it asks no database
class VerifiedTest {

    private final Activity activity = new Activity();

    private static Verified found(boolean repaired, long drifted, Map<String, Long> byCounter) {
        List<Drift> first = byCounter.keySet().stream()
                .sorted()
                .map(counter -> new Drift("Post", 1L, counter, 1, 2L))
                .toList();
        return new Verified("Post", Instant.now(), repaired, 10, drifted, byCounter, first, 0);
    }

    private Verified after(Verified... found) {
        List.of(found).forEach(activity::verified);
        return activity.lastVerified().get("Post");
    }

    @Test
    void thatOfAllCountersStandsForItself() {
        Verified last = found(false, 1, Map.of("comments", 0L, "likes", 1L));
        assertThat(after(found(false, 4, Map.of("comments", 3L, "likes", 2L)), last))
                .isEqualTo(last);
    }

    @Test
    void thatOfOneCounterLeavesTheOthersAsTheyWere() {
        Verified known =
                after(found(false, 4, Map.of("comments", 3L, "likes", 2L)), found(false, 1, Map.of("comments", 1L)));
        assertThat(known.byCounter()).isEqualTo(Map.of("comments", 1L, "likes", 2L));
        assertThat(known.drifted()).as("at least").isEqualTo(2);
        assertThat(known.first()).extracting(Drift::counter).containsExactly("comments", "likes");
    }

    @Test
    void whatIsCorrectedIsNotLeftWhereOthersAre() {
        Verified known =
                after(found(false, 4, Map.of("comments", 3L, "likes", 2L)), found(true, 3, Map.of("comments", 3L)));
        assertThat(known.repaired()).isFalse();
        assertThat(known.byCounter()).isEqualTo(Map.of("comments", 0L, "likes", 2L));
        assertThat(known.drifted()).isEqualTo(2);

        known = after(found(true, 2, Map.of("likes", 2L)));
        assertThat(known.byCounter()).isEqualTo(Map.of("comments", 0L, "likes", 0L));
        assertThat(known.drifted()).isZero();
        assertThat(known.first()).isEmpty();
    }
}
