package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.write.CounterSql;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jboss.logging.Logger;

/**
 * Statements that may leave counters wrong, and are executed all the same: native ones on tables of counted rows, for what
 * they change cannot be known from their text, and such as set a counter. Whoever sends one is told, once.
 */
public final class UncountedStatements {

    private static final Logger LOG = Logger.getLogger(UncountedStatements.class);

    /** How many texts are remembered: an application that makes up new ones all the time is warned of each. */
    private static final int REMEMBERED = 1000;

    private static final Pattern TARGET = Pattern.compile(
            "^(?:\\s|/\\*.*?\\*/|--[^\\n]*\\n)*(?:insert\\s+into|update(?:\\s+only)?|delete\\s+from(?:\\s+only)?|merge\\s+into|truncate(?:\\s+table)?)\\s+([\\w.\"`\\[\\]$]+)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Map<String, Set<String>> countersByTable = new HashMap<>();
    /** The names of derived counters, by their tables and columns. */
    private final Map<String, Map<String, String>> derivedByTable = new HashMap<>();

    private final Set<String> told = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    }));

    UncountedStatements(CounterModel model, SessionFactoryImplementor factory) {
        for (CounterDefinition counter : model.definitions()) {
            EntityPersister parent = Entities.entity(counter.parent(), factory);
            String name = parent.getImportedName() + "." + counter.counter();
            for (String table : EntityTables.tables(parent, counter.table()).keySet()) {
                derivedByTable
                        .computeIfAbsent(simple(table), any -> new TreeMap<>())
                        .put(CounterSql.column(counter, parent), name);
            }
            for (String table : model.countedTables(counter, factory)) {
                countersByTable
                        .computeIfAbsent(simple(table), any -> new TreeSet<>())
                        .add(name);
            }
        }
    }

    private static String simple(String table) {
        return table.substring(table.lastIndexOf('.') + 1)
                .replaceAll("[\"`\\[\\]]", "")
                .toLowerCase(Locale.ROOT);
    }

    /** Warns, the first time that a native statement is sent which changes a table of counted rows. */
    public void warnOfNative(String sql) {
        Matcher target = TARGET.matcher(sql);
        Set<String> counters = target.find() ? countersByTable.get(simple(target.group(1))) : null;
        if (counters != null && told.add(sql)) {
            LOG.warnf(
                    "native SQL is not counted: '%s' changes rows that %s count: use HQL, or repair the counters with"
                            + " CounterRepair afterwards",
                    sql, String.join(", ", counters));
        }
    }

    /** Warns, the first time that a bulk UPDATE is sent which sets counters that are derived. */
    public void warnOfSet(String update) {
        Matcher target = TARGET.matcher(update);
        Map<String, String> derived = target.find() ? derivedByTable.get(simple(target.group(1))) : null;
        if (derived == null) {
            return;
        }
        int where = ReturningSql.topLevel(update, " where ");
        String assigned = where < 0 ? update : update.substring(0, where);
        List<String> counters = derived.entrySet().stream()
                .filter(counter -> assigned.contains(" set " + counter.getKey() + "=")
                        || assigned.contains("," + counter.getKey() + "="))
                .map(Map.Entry::getValue)
                .toList();
        if (!counters.isEmpty() && told.add(update)) {
            LOG.warnf(
                    "'%s' sets %s, which is kept equal to its count already: remove it, or use CounterCaches to recount",
                    update, String.join(", ", counters));
        }
    }
}
