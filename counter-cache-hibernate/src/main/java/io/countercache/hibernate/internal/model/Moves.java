package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Receives what changes of rows mean for counters. */
public interface Moves {

    /**
     * A counter moves.
     *
     * @param first the id of the row that the association leads to: the parent or, with a path, the row where the path begins
     * @param amount by how much; may be zero
     */
    void move(CounterDefinition counter, Object first, BigDecimal amount);

    /**
     * A row that a path leads through has got another parent. Everything beneath it counts for another row from now on.
     *
     * @param id the id of the row
     * @param from the id of its parent until now
     */
    void pass(PathStep step, Object id, @Nullable Object from);
}
