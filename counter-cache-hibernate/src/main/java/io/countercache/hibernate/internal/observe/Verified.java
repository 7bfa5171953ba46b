package io.countercache.hibernate.internal.observe;

import io.countercache.Drift;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was found when all rows of an entity were looked at.
 *
 * @param entity the name of the entity
 * @param at when that was done
 * @param repaired whether what was wrong is corrected
 * @param examined how many rows were looked at
 * @param drifted how many of them had a counter that was wrong
 * @param byCounter for each counter that was looked at, in how many rows it was wrong
 * @param first the first of what was wrong
 * @param failures how many chunks could not be done
 */
public record Verified(
        String entity,
        Instant at,
        boolean repaired,
        long examined,
        long drifted,
        Map<String, Long> byCounter,
        List<Drift> first,
        int failures) {

    public Verified {
        byCounter = Map.copyOf(byCounter);
        first = List.copyOf(first);
    }

    /**
     * This, with what was found before of counters that were not looked at this time. How many rows are wrong by any of them is
     * not known then, but how many at least.
     */
    Verified and(Verified before) {
        if (byCounter.keySet().containsAll(before.byCounter.keySet())) {
            return this;
        }
        if (repaired != before.repaired) {
            return left().and(before.left());
        }
        Map<String, Long> all = new HashMap<>(before.byCounter);
        all.putAll(byCounter);
        List<Drift> both = Stream.concat(
                        first.stream(), before.first.stream().filter(drift -> !byCounter.containsKey(drift.counter())))
                .toList();
        long atLeast = all.values().stream().reduce(drifted, Math::max);
        return new Verified(entity, at, repaired, examined, atLeast, all, both, failures);
    }

    /** What is still wrong. */
    private Verified left() {
        if (!repaired) {
            return this;
        }
        Map<String, Long> none = new HashMap<>();
        byCounter.keySet().forEach(counter -> none.put(counter, 0L));
        return new Verified(entity, at, false, examined, 0, none, List.of(), failures);
    }
}
