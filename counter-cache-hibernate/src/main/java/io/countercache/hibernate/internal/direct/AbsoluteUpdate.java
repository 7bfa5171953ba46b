package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.RowLocks;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Chunks;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.internal.write.ManagedParents;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.hibernate.JDBCException;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Sets one counter of some rows to a value: one UPDATE per row, in lock order. */
record AbsoluteUpdate(DirectStatement statement, Collection<Object> ids, List<TouchedAttribute> touched) {

    /** Changes all rows that exist; returns how many these were. */
    int execute() {
        var inOrder = new TreeSet<>(LockOrder.of(entity(), statement.session()));
        inOrder.addAll(ids);
        try {
            List<Object> rows = statement
                    .context()
                    .queries()
                    .existing(List.copyOf(inOrder), entity(), statement.table(), statement.session());
            statement.gather(rows);
            Map<Object, List<BigDecimal>> before = before(rows);
            Map<TouchedAttribute, Object> now = TouchedAttribute.now(touched, statement.session());
            return Chunks.of(rows, LockOrder.rowsAtOnce(statement.session())).stream()
                    .mapToInt(chunk -> update(chunk, before, now))
                    .sum();
        } catch (JDBCException e) {
            throw statement.failure(e, ids.size() == 1 ? ids.iterator().next() : ids);
        }
    }

    private EntityPersister entity() {
        return statement.entity();
    }

    private LimitedAmount value() {
        return statement.amounts().get(0);
    }

    /** By how much the UPDATE moves a row is known only from what it holds before, under a lock. Empty if nobody is told. */
    private Map<Object, List<BigDecimal>> before(List<Object> rows) {
        return statement.context().pending().areTold()
                ? RowLocks.lock(rows, entity(), statement.table(), statement.columns(), statement.session())
                : Map.of();
    }

    private int update(List<Object> chunk, Map<Object, List<BigDecimal>> before, Map<TouchedAttribute, Object> now) {
        String sql =
                CounterSql.set(statement.table(), entity(), value().counter().column(), touched);
        int[] counts = statement
                .context()
                .caches()
                .around(
                        entity(),
                        chunk,
                        statement.session(),
                        () -> statement.batch(sql, chunk, (id, sent) -> bind(id, now, sent)));
        int changed = 0;
        for (int i = 0; i < chunk.size(); i++) {
            if (counts[i] != 0) { // a driver that does not know the count returns a negative number
                changed++;
                tell(chunk.get(i), before.get(chunk.get(i)));
                show(chunk.get(i), now);
            }
        }
        return changed;
    }

    private void bind(Object id, Map<TouchedAttribute, Object> now, PreparedStatement sent) throws SQLException {
        value().counter().bind(value().by(), sent, 1);
        int position = TouchedAttribute.bind(now, sent, 2, statement.session());
        Columns.bindId(id, entity(), sent, position, statement.session());
    }

    private void tell(Object id, @Nullable List<BigDecimal> before) {
        if (before != null) {
            NumericAttribute counter = value().counter();
            BigDecimal difference = value().by().subtract(before.get(0));
            statement
                    .context()
                    .pending()
                    .written(entity(), id, counter.name(), counter.type(), difference, statement.session());
        }
    }

    private void show(Object id, Map<TouchedAttribute, Object> now) {
        String counter = value().counter().name();
        Number shown = ManagedParents.shown(entity(), id, counter, statement.session());
        if (shown != null) {
            // so that a rollback to a savepoint can take it back
            BigDecimal difference = value().by().subtract(Numbers.exact(shown));
            statement.context().pending().shown(entity(), id, counter, difference, statement.session());
        }
        ManagedParents.show(entity(), id, counter, value().by(), statement.session());
        statement.showTouched(id, now);
    }
}
