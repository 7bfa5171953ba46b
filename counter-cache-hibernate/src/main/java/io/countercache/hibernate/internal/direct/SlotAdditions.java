package io.countercache.hibernate.internal.direct;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.write.ManagedParents;
import io.countercache.hibernate.internal.write.SpreadRows;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds to slots of some rows. Counter by counter, and the rows of each in their order: a commit locks them so, too, and else the two
 * would wait for each other.
 *
 * @param adding for each amount, the statement
 */
record SlotAdditions(DirectStatement statement, List<String> adding) {

    /** Null if some of the counters have no slots, or limits: then their columns are changed. */
    static @Nullable SlotAdditions of(DirectStatement statement) {
        Database database = Databases.of(statement.session());
        List<String> adding = new ArrayList<>();
        for (LimitedAmount amount : statement.amounts()) {
            Slots slots = amount.condition() == null ? amount.counter().slots() : null;
            if (slots == null || !database.canAddToSlots()) {
                return null;
            }
            adding.add(database.addToSlot(slots));
        }
        return new SlotAdditions(statement, adding);
    }

    /** Changes all rows that exist; returns how many these were. */
    int execute(List<Object> rows) {
        List<Object> changed = rows;
        for (int i = 0; i < adding.size(); i++) {
            // a row that is inserted after the first statement gets nothing from the others, either
            changed = add(adding.get(i), statement.amounts().get(i), changed);
        }
        for (Object id : changed) {
            statement.show(id, values(id, rows), Map.of());
        }
        squash(rows);
        return changed.size();
    }

    /** Returns the rows that exist. */
    private List<Object> add(String sql, LimitedAmount amount, List<Object> rows) {
        List<Object> changed = new ArrayList<>();
        for (List<Object> chunk : Chunks.of(rows, LockOrder.rowsAtOnce(statement.session()))) {
            int[] counts = statement
                    .context()
                    .caches()
                    .around(
                            statement.entity(),
                            chunk,
                            statement.session(),
                            () -> statement.batch(sql, chunk, (id, sent) -> {
                                amount.counter().bind(amount.by(), sent, 1);
                                Columns.bindId(id, statement.entity(), sent, 2, statement.session());
                            }));
            for (int i = 0; i < chunk.size(); i++) {
                if (counts[i] != 0) { // a driver that does not know the count returns a negative number
                    changed.add(chunk.get(i));
                }
            }
        }
        return changed;
    }

    /** The new values of a row by itself whose instance is managed, as an UPDATE would return them; empty for others. */
    private List<BigDecimal> values(Object id, List<Object> rows) {
        boolean isShown = rows.size() == 1
                && Databases.of(statement.session()).canReturnUpdated()
                && ManagedParents.manages(statement.entity(), id, statement.session());
        List<BigDecimal> values = isShown ? statement.readCurrent(id) : null;
        return values == null ? List.of() : values;
    }

    private void squash(List<Object> rows) {
        for (LimitedAmount amount : statement.amounts()) {
            NumericAttribute counter = amount.counter();
            SpreadRows written =
                    new SpreadRows(statement.entity(), requireNonNull(counter.slots()), counter.type(), rows);
            statement.context().squashes().written(written);
        }
        statement.context().pending().squash(rows.size(), statement.session());
    }
}
