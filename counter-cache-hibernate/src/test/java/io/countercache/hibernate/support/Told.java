package io.countercache.hibernate.support;

import io.countercache.CounterListener;
import io.countercache.CounterMove;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that keeps what it is told. */
public final class Told implements CounterListener {

    private final List<List<CounterMove>> calls = new CopyOnWriteArrayList<>();

    @Override
    public void moved(List<CounterMove> moves) {
        calls.add(moves);
    }

    /** For each call, what it has told. */
    public List<List<CounterMove>> calls() {
        return List.copyOf(calls);
    }

    public void forget() {
        calls.clear();
    }

    /** What is told while this runs. */
    public List<List<CounterMove>> of(Runnable work) {
        calls.clear();
        work.run();
        return calls();
    }

    /** A move by whole numbers; the names of the counters and their amounts take turns. */
    public static CounterMove move(String entity, Object id, Object... amounts) {
        Map<String, Number> byCounter = new HashMap<>();
        for (int i = 0; i < amounts.length; i += 2) {
            Number amount = (Number) amounts[i + 1];
            byCounter.put((String) amounts[i], amount instanceof Integer whole ? Long.valueOf(whole) : amount);
        }
        return new CounterMove(entity, id, byCounter);
    }

    /** One call with these moves. */
    public static List<List<CounterMove>> once(CounterMove... moves) {
        return List.of(new ArrayList<>(List.of(moves)));
    }
}
