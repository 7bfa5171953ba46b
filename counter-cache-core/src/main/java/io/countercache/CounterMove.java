package io.countercache;

import java.util.Map;

/**
 * By how much a transaction has changed the counters of one row.
 *
 * @param entity the name of the entity, as queries have it; in a hierarchy, of the most special class that the row is known to be of, by its
 *     counters, by its table, or because a call has named it
 * @param id the identifier of the row
 * @param amounts for each counter that was changed, the amount that was added to it, never zero: of a counter of whole numbers a {@code
 *     Long}, or a {@code BigInteger} if it is too large for that; of any other a {@code BigDecimal}
 */
public record CounterMove(String entity, Object id, Map<String, Number> amounts) {

    /**
     * Creates a move.
     *
     * @param entity the name of the entity
     * @param id the identifier of the row
     * @param amounts the amount for each counter
     */
    public CounterMove {
        amounts = Map.copyOf(amounts);
    }
}
