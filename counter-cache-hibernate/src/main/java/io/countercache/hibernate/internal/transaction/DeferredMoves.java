package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.Moves;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The moves of a statement, summed up until the statement is done. Not thread-safe. */
public final class DeferredMoves implements Moves {

    private final Map<CounterDefinition, Map<Object, BigDecimal>> moved = new LinkedHashMap<>();
    private final List<Consumer<Moves>> passed = new ArrayList<>();

    @Override
    public void move(CounterDefinition counter, Object first, BigDecimal amount) {
        moved.computeIfAbsent(counter, any -> new LinkedHashMap<>()).merge(first, amount, BigDecimal::add);
    }

    @Override
    public void pass(PathStep step, Object id, @Nullable Object from) {
        passed.add(moves -> moves.pass(step, id, from));
    }

    /** Whether any counter further up moves. */
    public boolean moveFurtherUp() {
        return moved.entrySet().stream()
                .anyMatch(counter -> !counter.getKey().path().isEmpty()
                        && counter.getValue().values().stream().anyMatch(amount -> amount.signum() != 0));
    }

    /** Whether any row on a path has got another parent. */
    public boolean passAny() {
        return !passed.isEmpty();
    }

    /** Passes the moves on. */
    public void passOn(Moves moves) {
        passed.forEach(pass -> pass.accept(moves));
        moved.forEach((counter, amounts) -> amounts.forEach((first, sum) -> moves.move(counter, first, sum)));
    }
}
