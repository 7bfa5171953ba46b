package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.Once;
import io.countercache.hibernate.internal.transaction.ReadBeforeWrite;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jboss.logging.Logger;

/**
 * Statements that are executed though they may make counters wrong: native statements that change tables of counted children,
 * because their text does not show what they change, and bulk UPDATEs and INSERTs that set a counter. A warning is logged once for
 * each native statement, whatever values are in it, and once for each counter. What would go wrong with slots is refused.
 */
public final class UncountedStatements {

    private static final Logger LOG = Logger.getLogger(UncountedStatements.class);

    private final Map<String, Set<String>> countersByTable = new HashMap<>();
    /** The names of derived counters, by their tables and columns. */
    private final Map<String, Map<String, String>> derivedByTable = new HashMap<>();
    /** The full names of tables with derived counters. */
    private final Map<String, Set<String>> parentTables = new HashMap<>();

    private final Set<String> allParentTables = new TreeSet<>();

    private final SlotStatements slots;

    private final Once warned = new Once();

    private final CounterModel model;
    private final ReadBeforeWrite reads;
    private final Activity activity;

    UncountedStatements(
            CounterModel model, ReadBeforeWrite reads, Activity activity, SessionFactoryImplementor factory) {
        this.model = model;
        this.reads = reads;
        this.activity = activity;
        this.slots = new SlotStatements(model.slots(), activity, factory);
        for (CounterDefinition counter : model.definitions()) {
            EntityPersister parent = Entities.entity(counter.parent(), factory);
            String name = name(counter);
            for (String table : model.tables().of(counter).keySet()) {
                parentTables
                        .computeIfAbsent(StatementText.simpleName(table), any -> new TreeSet<>())
                        .add(table);
                allParentTables.add(table);
                derivedByTable
                        .computeIfAbsent(StatementText.simpleName(table), any -> new TreeMap<>())
                        .put(counter.column(parent), name);
            }
            for (String table : model.tables().countedTables(counter)) {
                countersByTable
                        .computeIfAbsent(StatementText.simpleName(table), any -> new TreeSet<>())
                        .add(name);
            }
        }
    }

    /**
     * The tables with counters that a native statement may delete rows of; empty for nearly all statements. They are all such
     * tables where the text does not simply say which one.
     */
    private Set<String> parentsDeletedBy(String sql) {
        StatementText text = new StatementText(sql);
        if (!text.mentionsDelete()) {
            return Set.of();
        }
        String only = text.onlyDeleted();
        if (only != null) {
            return parentTables.getOrDefault(only, Set.of());
        }
        return new StatementText(text.withoutLiterals()).mentionsDelete() ? allParentTables : Set.of();
    }

    /** Whether rows of a table are counted. */
    boolean isCounted(String simpleName) {
        return countersByTable.containsKey(simpleName);
    }

    /**
     * Logs a warning if a native statement changes a table of counted children, and writes what is pending for parents that it
     * may delete. Later that would be written to rows that have come in their place.
     */
    public void beforeNative(String sql, SharedSessionContractImplementor session) {
        warnOfNative(sql);
        Set<String> parents = parentsDeletedBy(sql);
        if (!parents.isEmpty()) {
            reads.writePending(parents, session);
        }
    }

    private void warnOfNative(String sql) {
        StatementText text = new StatementText(sql);
        Set<String> counters = countersByTable.get(text.target());
        if (counters == null) {
            return;
        }
        activity.add(Figure.UNCOUNTED_NATIVE, 1);
        if (warned.isFirst(text.withoutValues())) {
            LOG.warnf(
                    "native SQL is not counted: '%s' changes rows that %s count: use HQL, or repair the counters with"
                            + " CounterRepair afterwards",
                    sql, String.join(", ", counters));
        }
    }

    /**
     * Looks at a statement that Hibernate has made of HQL. Logs a warning if it sets derived counters; an INSERT may set them to 0.
     *
     * @throws UncountableStatementException if it would go wrong with slots, before it is sent
     */
    public void before(String sql) {
        checkSet(sql);
        slots.checkReads(sql, sql);
    }

    /** The same for a SELECT that {@link #mayChangeOrLock} rows: on PostgreSQL Hibernate executes an UPDATE of several tables as one. */
    public void beforeSelect(String sql) {
        slots.checkReads(sql, sql);
        int update = sql.startsWith("with ") ? sql.indexOf(" as (update ") : -1;
        while (update >= 0) {
            checkSet(sql.substring(update + " as (".length()));
            update = sql.indexOf(" as (update ", update + 1);
        }
    }

    /** Whether {@link #beforeSelect} has to look at a SELECT, which is rare. */
    public static boolean mayChangeOrLock(String select) {
        return select.startsWith("with ") || select.contains(" for ") || select.contains(" lock in ");
    }

    /** Whether any SELECT can be refused. */
    public boolean refusesSelects() {
        return slots.refusesReads();
    }

    /** Looks at the query that locks the rows of a statement that is counted. */
    void beforeLocking(OwnSelect affected, BulkMutation mutation) {
        slots.checkReads(affected.sql(), mutation.text());
    }

    private void checkSet(String sql) {
        StatementText text = new StatementText(sql);
        slots.checkSet(text);
        derivedByTable.getOrDefault(text.target(), Map.of()).forEach((column, counter) -> {
            if (text.sets(column) || !"0".equals(text.inserted(column).orElse("0"))) {
                warnOfCounter(counter, sql);
            }
        });
    }

    /** Looks at what a statement sets that is counted itself. */
    void checkSet(BulkMutation update) {
        slots.checkSet(update);
        List<String> assigned = update.assigned();
        for (CounterDefinition counter : assigned.isEmpty() ? List.<CounterDefinition>of() : model.definitions()) {
            if (assigned.contains(counter.counter()) && Entities.isOrExtends(update.entity(), counter.parent())) {
                warnOfCounter(name(counter), update.text());
            }
        }
    }

    private String name(CounterDefinition counter) {
        return Entities.name(model.parent(counter)) + "." + counter.counter();
    }

    private void warnOfCounter(String counter, String statement) {
        if (warned.isFirst(counter)) {
            LOG.warnf(
                    "'%s' sets %s, which is kept equal to its count already: remove it, or reset the counter afterwards",
                    statement, counter);
        }
    }
}
