package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.CounterDeltas;
import io.countercache.Drift;
import io.countercache.ParentRow;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.SelectionQuery;

/**
 * Computes counters from the rows and corrects those that are wrong, while others write.
 *
 * <p>One UPDATE with the count in it would be wrong: when it has to wait for another transaction, it writes the count
 * that it saw before. So the wrong rows are locked first, and what is stored and what is actual are then measured in one
 * later statement. A child and its +1 commit together, and the +1 needs the row that is locked here: while the lock is
 * held, the two cannot change apart.
 */
final class Recount {

    /** How many ids go into one IN list. */
    private static final int CHUNK = 1000;

    private final PendingDeltas pending;
    private final CounterSql sql;
    private final CounterWriter writer;

    Recount(PendingDeltas pending, CounterSql sql, CounterWriter writer) {
        this.pending = pending;
        this.sql = sql;
        this.writer = writer;
    }

    /** What is wrong; changes nothing. */
    List<Drift> drift(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        List<Drift> drifts = new ArrayList<>();
        for (List<Object> chunk : chunks(ids)) {
            for (CounterDefinition counter : counters) {
                drifts.addAll(measure(parent, chunk, counter, session));
            }
        }
        return drifts;
    }

    /** What was wrong, and is corrected. */
    List<Drift> reset(
            EntityPersister parent,
            Collection<?> ids,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return correct(parent, drift(parent, ids, counters, session), counters, session);
    }

    /** What is wrong in a part of the table; changes nothing. */
    List<Drift> driftBetween(
            EntityPersister parent,
            IdRange range,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return counters.stream()
                .flatMap(counter -> measureBetween(parent, range, counter, session).stream())
                .toList();
    }

    /** What was wrong in a part of the table, and is corrected. */
    List<Drift> resetBetween(
            EntityPersister parent,
            IdRange range,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        return correct(parent, driftBetween(parent, range, counters, session), counters, session);
    }

    /** Locks what seems to be wrong, looks again, and corrects what is. */
    private List<Drift> correct(
            EntityPersister parent,
            List<Drift> suspects,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        if (suspects.isEmpty()) {
            return suspects;
        }
        var rows = new TreeSet<>(sql.lockOrder(session));
        for (Drift suspect : suspects) {
            for (CounterDefinition counter : counters) {
                rows.add(new ParentRow(counter.table(), suspect.id()));
            }
        }
        List<Object> ids = rows.stream().map(ParentRow::id).distinct().toList();
        Set<String> tables = new TreeSet<>();
        counters.forEach(counter -> tables.add(counter.table()));
        tables.forEach(table -> new RowLocks(session, parent, table, List.of()).lock(ids));
        List<Drift> wrong = drift(parent, ids, counters, session);
        write(parent, wrong, counters, session);
        return wrong;
    }

    private void write(
            EntityPersister parent,
            List<Drift> wrong,
            List<CounterDefinition> counters,
            SharedSessionContractImplementor session) {
        CounterDeltas differences = new CounterDeltas();
        for (Drift drift : wrong) {
            for (CounterDefinition counter : counters) {
                if (counter.counter().equals(drift.counter())) {
                    long difference =
                            drift.actual().longValue() - drift.stored().longValue();
                    differences.add(counter, new ParentRow(counter.table(), drift.id()), difference);
                    ManagedParents.show(
                            parent,
                            drift.id(),
                            counter.counter(),
                            BigDecimal.valueOf(drift.actual().longValue()),
                            session);
                }
            }
        }
        writer.write(differences, session);
    }

    /** Both values in one statement, so that they come from one snapshot. */
    private List<Drift> measure(
            EntityPersister parent,
            List<Object> ids,
            CounterDefinition counter,
            SharedSessionContractImplementor session) {
        refuseFilters(parent, counter, session);
        String hql = """
                select id(p), coalesce(p.%1$s, 0), (select count(*) from %2$s c where c.%3$s = p)
                from %4$s p
                where id(p) in :ids
                order by id(p)
                """.formatted(
                        counter.counter(), child(parent, counter), counter.association(), parent.getImportedName());
        return drifts(
                parent,
                counter,
                pending.quietly(
                        session,
                        () -> session.createSelectionQuery(hql, Object[].class)
                                .setParameterList("ids", ids)
                                .getResultList()));
    }

    /**
     * The same for a part of the table: only what is wrong is answered. The children are grouped once, which needs no index
     * on their foreign key.
     */
    private List<Drift> measureBetween(
            EntityPersister parent,
            IdRange range,
            CounterDefinition counter,
            SharedSessionContractImplementor session) {
        refuseFilters(parent, counter, session);
        String hql = range.isComposite() ? eachCounted(range, counter) : grouped(range, counter);
        return drifts(parent, counter, pending.quietly(session, () -> {
            SelectionQuery<Object[]> query = session.createSelectionQuery(hql, Object[].class);
            range.bind(query);
            return query.getResultList();
        }));
    }

    private static String grouped(IdRange range, CounterDefinition counter) {
        return """
                select id(p), coalesce(p.%1$s, 0), coalesce(counted.total, 0)
                from %2$s p
                left join (
                    select id(c.%3$s) as parent, count(*) as total from %4$s c where %5$s group by id(c.%3$s)
                ) counted on counted.parent = id(p)
                where %6$s and coalesce(p.%1$s, 0) <> coalesce(counted.total, 0)
                order by id(p)
                """.formatted(
                        counter.counter(),
                        range.entity().getImportedName(),
                        counter.association(),
                        child(range.entity(), counter),
                        range.contains("c." + counter.association()),
                        range.contains("p"));
    }

    /** HQL cannot join a subquery by a composite id. */
    private static String eachCounted(IdRange range, CounterDefinition counter) {
        return """
                select id(p), coalesce(p.%1$s, 0), (select count(*) from %4$s c where c.%3$s = p)
                from %2$s p
                where %5$s and coalesce(p.%1$s, 0) <> (select count(*) from %4$s c where c.%3$s = p)
                order by id(p)
                """.formatted(
                        counter.counter(),
                        range.entity().getImportedName(),
                        counter.association(),
                        child(range.entity(), counter),
                        range.contains("p"));
    }

    /** The name that queries know the counted entity by. */
    private static String child(EntityPersister parent, CounterDefinition counter) {
        return parent.getFactory()
                .getMappingMetamodel()
                .getEntityDescriptor(counter.child())
                .getImportedName();
    }

    private void refuseFilters(
            EntityPersister parent, CounterDefinition counter, SharedSessionContractImplementor session) {
        CounterModel.refuseFilters(parent, session);
        CounterModel.refuseFilters(
                session.getFactory().getMappingMetamodel().getEntityDescriptor(counter.child()), session);
    }

    private static List<Drift> drifts(EntityPersister parent, CounterDefinition counter, List<Object[]> rows) {
        List<Drift> drifts = new ArrayList<>();
        for (Object[] row : rows) {
            Number stored = (Number) row[1];
            Number actual = (Number) row[2];
            if (stored.longValue() != actual.longValue()) {
                drifts.add(new Drift(parent.getImportedName(), row[0], counter.counter(), stored, actual));
            }
        }
        return drifts;
    }

    private static List<List<Object>> chunks(Collection<?> ids) {
        List<Object> all = List.copyOf(ids);
        List<List<Object>> chunks = new ArrayList<>();
        for (int from = 0; from < all.size(); from += CHUNK) {
            chunks.add(all.subList(from, Math.min(from + CHUNK, all.size())));
        }
        return chunks;
    }
}
