package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.Entities;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jboss.logging.Logger;

/**
 * Statements that are executed though they may make counters wrong: native statements that change tables of counted children,
 * because their text does not show what they change, and bulk UPDATEs that set a counter. A warning is logged once per text.
 */
public final class UncountedStatements {

    private static final Logger LOG = Logger.getLogger(UncountedStatements.class);

    /**
     * How many texts are remembered. An application has far fewer native statements, unless it writes values into their texts:
     * then no number would be enough, and the texts must not fill the memory. 1,000 texts are some 100 kB.
     */
    private static final int REMEMBERED = 1000;

    private final Map<String, Set<String>> countersByTable = new HashMap<>();
    /** The names of derived counters, by their tables and columns. */
    private final Map<String, Map<String, String>> derivedByTable = new HashMap<>();
    /** The full names of tables with derived counters. */
    private final Map<String, Set<String>> parentTables = new HashMap<>();

    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    UncountedStatements(CounterModel model, SessionFactoryImplementor factory) {
        for (CounterDefinition counter : model.definitions()) {
            EntityPersister parent = Entities.entity(counter.parent(), factory);
            String name = parent.getImportedName() + "." + counter.counter();
            for (String table : model.tables().of(counter).keySet()) {
                parentTables
                        .computeIfAbsent(StatementText.simpleName(table), any -> new TreeSet<>())
                        .add(table);
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

    /** Whether nobody was warned of this statement yet. Asked by every session, and so without a lock where one was. */
    private boolean isNew(String sql) {
        if (warned.contains(sql)) {
            return false;
        }
        if (warned.size() >= REMEMBERED) {
            warned.clear();
        }
        return warned.add(sql);
    }

    /** The tables with counters that a native statement deletes rows of; empty for nearly all statements. */
    Set<String> parentsDeletedBy(String sql) {
        StatementText text = new StatementText(sql);
        return text.isDelete() ? parentTables.getOrDefault(text.target(), Set.of()) : Set.of();
    }

    /** Logs a warning if a native statement changes a table of counted children. */
    public void warnOfNative(String sql) {
        Set<String> counters = countersByTable.get(new StatementText(sql).target());
        if (counters != null && isNew(sql)) {
            LOG.warnf(
                    "native SQL is not counted: '%s' changes rows that %s count: use HQL, or repair the counters with"
                            + " CounterRepair afterwards",
                    sql, String.join(", ", counters));
        }
    }

    /** Logs a warning if a bulk UPDATE sets derived counters. */
    public void warnOfSet(String update) {
        StatementText text = new StatementText(update);
        Map<String, String> derived = derivedByTable.get(text.target());
        if (derived == null) {
            return;
        }
        List<String> counters = derived.entrySet().stream()
                .filter(counter -> text.sets(counter.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        if (!counters.isEmpty() && isNew(update)) {
            LOG.warnf(
                    "'%s' sets %s, which is kept equal to its count already: remove it, or use CounterCaches to recount",
                    update, String.join(", ", counters));
        }
    }
}
