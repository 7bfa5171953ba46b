package io.countercache.hibernate.internal.write;

import io.countercache.CounterMove;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.support.UndoLog;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.persister.entity.EntityPersister;

/** What a transaction has written to counters, summed for each row and counter. A sum that is zero disappears. Not thread-safe. */
public final class TransactionMoves {

    private final Map<Row, Moved> rows = new LinkedHashMap<>();
    private final UndoLog<Row, Moved> undo = new UndoLog<>();

    /** A row has one id in its hierarchy, whichever of its classes a statement was about. */
    private record Row(String hierarchy, Object id) {}

    /** @param entity the most special one of which it is known that the row is of it */
    private record Moved(EntityPersister entity, Map<String, Amount> amounts) {

        private Moved plus(EntityPersister other, String counter, Amount amount) {
            Map<String, Amount> sums = new HashMap<>(amounts);
            sums.merge(counter, amount, Amount::plus);
            sums.values().removeIf(sum -> sum.number().signum() == 0);
            return new Moved(other.isTypeOrSuperType(entity) ? other : entity, sums);
        }

        private CounterMove of(Object id) {
            Map<String, Number> numbers = new HashMap<>();
            amounts.forEach((counter, amount) -> numbers.put(counter, amount.told()));
            return new CounterMove(Entities.name(entity), id, numbers);
        }
    }

    private record Amount(BigDecimal number, Class<?> type) {

        private Amount plus(Amount other) {
            return new Amount(number.add(other.number), type);
        }

        /** The same type of number for each amount of a counter, unless it is too large for that. */
        private Number told() {
            if (!Numbers.holdsWholes(type)) {
                return number;
            }
            return Numbers.isLong(number) ? number.longValue() : number.toBigInteger();
        }
    }

    /**
     * Adds what was written to a counter of a row.
     *
     * @param entity has the counter
     * @param type the type of the counter's attribute
     */
    public void add(EntityPersister entity, Object id, String counter, Class<?> type, BigDecimal amount) {
        if (amount.signum() != 0) {
            Row row = row(entity, id);
            Moved before = rows.get(row);
            set(row, (before == null ? none(entity) : before).plus(entity, counter, new Amount(amount, type)));
        }
    }

    /** Forgets a row that was deleted. */
    public void drop(EntityPersister entity, Object id) {
        Row row = row(entity, id);
        if (rows.containsKey(row)) {
            set(row, none(entity));
        }
    }

    private static Row row(EntityPersister entity, Object id) {
        return new Row(entity.getRootEntityName(), id);
    }

    private static Moved none(EntityPersister entity) {
        return new Moved(entity, Map.of());
    }

    private void set(Row row, Moved moved) {
        if (undo.isRecording()) {
            undo.beforeChange(row, any -> rows.getOrDefault(row, none(moved.entity())));
        }
        rows.put(row, moved);
    }

    /** Sets a savepoint. */
    public void savepoint() {
        undo.savepoint();
    }

    /** Forgets what was added since a savepoint, given by its number from 0. Forgets that savepoint and those after it. */
    public void rollback(int savepoint) {
        undo.rollback(savepoint, rows::put);
    }

    /** One for each row, in the order in which they were written first. */
    List<CounterMove> list() {
        return rows.entrySet().stream()
                .filter(row -> !row.getValue().amounts().isEmpty())
                .map(row -> row.getValue().of(row.getKey().id()))
                .toList();
    }
}
