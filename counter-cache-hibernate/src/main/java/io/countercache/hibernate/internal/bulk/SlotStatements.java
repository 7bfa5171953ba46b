package io.countercache.hibernate.internal.bulk;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.internal.model.CounterSlots;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Databases;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.engine.spi.SessionFactoryImplementor;

/**
 * Refuses statements that would go wrong with slots. An UPDATE that sets such a counter would write to the column what it reads from
 * column and slots. A statement that locks or changes rows, and reads the counter of these, reads a row again if it has waited for it, but
 * not the slots: if they were squashed meanwhile, it would miss the row, or delete one that it should not.
 */
final class SlotStatements {

    /**
     * A counter with slots.
     *
     * @param name as messages name it
     * @param read finds where a text reads its slots
     */
    private record Spread(CounterSlots.Declared counter, String name, Pattern read) {}

    private final List<Spread> counters;
    private final boolean haveSlots;
    private final Activity activity;

    SlotStatements(CounterSlots declared, Activity activity, SessionFactoryImplementor factory) {
        this.activity = activity;
        haveSlots = Databases.of(factory).canAddToSlots();
        counters = declared.all().stream()
                .map(counter -> new Spread(
                        counter,
                        Entities.name(Entities.entity(counter.entity(), factory)) + "." + counter.counter(),
                        counter.slots().totals()))
                .toList();
    }

    /** Whether a statement can be refused because of what it reads. */
    boolean refusesReads() {
        return haveSlots && !counters.isEmpty();
    }

    /** Looks at what a statement of Hibernate's sets. */
    void checkSet(StatementText text) {
        for (Spread each : counters) {
            Slots slots = each.counter().slots();
            if (text.isUpdate()
                    && text.target().equals(StatementText.simpleName(slots.rows()))
                    && text.sets(slots.column())) {
                throw set(each, text.sql());
            }
        }
    }

    /** Looks at what an UPDATE sets. */
    void checkSet(BulkMutation update) {
        List<String> assigned = update.assigned();
        for (Spread each : counters) {
            if (assigned.contains(each.counter().counter())
                    && Entities.isOrExtends(update.entity(), each.counter().entity())) {
                throw set(each, update.text());
            }
        }
    }

    /**
     * Looks at what a statement of Hibernate's reads of rows that it locks or changes.
     *
     * @param named the statement as the message names it
     */
    void checkReads(String sql, String named) {
        if (!refusesReads() || !Slots.isReadExpression(sql)) {
            return;
        }
        StatementText text = new StatementText(sql.toLowerCase(Locale.ROOT));
        String condition = text.condition();
        for (Spread each : counters) {
            for (Matcher read = each.read().matcher(condition); read.find(); ) {
                if (text.locks(read.group(1))) {
                    throw refused(
                            named,
                            "it reads %s of rows that it locks or changes, and would not read its slots again if it had to wait for a row",
                            each,
                            "read it in a subquery, as in 'where exists (select 1 from .. other where other.id = .. and ..)', or select the ids first");
                }
            }
        }
    }

    private UncountableStatementException set(Spread counter, String statement) {
        return refused(
                statement,
                "it sets %s, which has slots that it would leave as they are",
                counter,
                "use Counters.increment or Counters.set, or Counters.reset for a counter of an association");
    }

    private UncountableStatementException refused(String statement, String why, Spread counter, String advice) {
        activity.add(Figure.REFUSED, 1);
        return new UncountableStatementException(statement, why.formatted(counter.name()), advice);
    }
}
