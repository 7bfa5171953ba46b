package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.model.OnDelete.Action;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveKey;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveTable;
import io.countercache.hibernate.internal.schema.MappedKeys.MappedKey;
import io.countercache.hibernate.internal.schema.Needed.CountedRows;
import io.countercache.hibernate.internal.schema.Needed.NeededSlots;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with keys: of tables of slots, and the foreign keys by which counted rows disappear, or are cut off, in another way
 * than the mapping says: then nobody counts it. Those by which only rows go whose counter goes as well are left alone.
 */
final class KeyFindings {

    private final SchemaNeeds needs;
    private final LiveSchema live;
    private final Map<String, Map<Set<String>, MappedKey>> mapped = new HashMap<>();
    private final Set<LiveKey> followed = new HashSet<>();
    private final Set<String> problems = new TreeSet<>();

    KeyFindings(SchemaNeeds needs, MappedKeys keys, LiveSchema live) {
        this.needs = needs;
        this.live = live;
        keys.all()
                .forEach(key -> mapped.computeIfAbsent(live.name(key.table()), any -> new HashMap<>())
                        .merge(key.columns(), key, (one, other) -> one.action() != null ? one : other));
    }

    /** All findings, each with where, what and remedy. */
    Set<String> problems() {
        Set<String> own = new HashSet<>();
        needs.rows().forEach(rows -> own.add(live.name(rows.table())));
        for (CountedRows rows : needs.rows()) {
            LiveTable table = live.mapped(rows.table());
            if (table != null && !table.isView) {
                String name = live.name(rows.table());
                table.keys.stream()
                        .filter(key -> matters(key.columns(), key.action(), rows))
                        // the row of a subclass goes with that of its superclass, which Hibernate deletes itself
                        .filter(key -> !(key.columns().equals(rows.key()) && own.contains(key.target())))
                        .filter(key -> !(key.columns().equals(rows.owner()) && isDeletedByHibernate(key)))
                        .forEach(this::follow);
                mappedIn(name).stream()
                        .filter(key -> matters(key.columns(), key.action(), rows))
                        .forEach(key -> compare(name, key));
            }
        }
        needs.slots().forEach(this::compare);
        return problems;
    }

    private void compare(NeededSlots slots) {
        LiveTable table = live.mapped(slots.table());
        if (table == null || table.isView) {
            return;
        }
        LiveKey key = live.key(live.name(slots.table()), slots.key());
        if (key == null || key.action() != Action.CASCADE) {
            problems.add(
                    "%s: %s has no foreign key on (%s) that is ON DELETE CASCADE, so that slots of deleted rows stay there: create it as CounterSchema.of(..).script() has it"
                            .formatted(slots.place(), slots.table(), ColumnFindings.names(slots.key())));
        }
        if (Collections.disjoint(table.indexed, slots.key())) {
            problems.add(
                    "%s: no index begins with %s of %s, so that slots are looked up in the whole table: create its primary key as CounterSchema.of(..).script() has it"
                            .formatted(slots.place(), ColumnFindings.names(slots.key()), slots.table()));
        }
    }

    /** Whether Hibernate has deleted the rows of a collection before their owner goes: not if the database deletes that. */
    private boolean isDeletedByHibernate(LiveKey toOwner) {
        return live.table(toOwner.target()).keys.stream().noneMatch(before -> before.action() == Action.CASCADE);
    }

    private List<MappedKey> mappedIn(String table) {
        return List.copyOf(mapped.getOrDefault(table, Map.of()).values());
    }

    /** Whether a foreign key changes a counter of these rows. */
    private static boolean matters(Set<String> columns, @Nullable Action action, CountedRows rows) {
        boolean isOwn = columns.equals(rows.association());
        if (action == null) {
            return false;
        }
        return switch (action) {
            case CASCADE -> rows.leadsOn() || !isOwn;
            case SET_NULL -> (rows.leadsOn() && isOwn) || !Collections.disjoint(columns, rows.named());
            case SET_DEFAULT -> isOwn || !Collections.disjoint(columns, rows.named());
        };
    }

    /** Compares a foreign key of the database with the mapping, and those by which the rows that it refers to go themselves. */
    private void follow(LiveKey key) {
        if (!followed.add(key)) {
            return;
        }
        MappedKey declared = mapped.getOrDefault(key.table(), Map.of()).get(key.columns());
        if (declared == null || declared.action() != key.action()) {
            problems.add(unmapped(key, declared));
        }
        if (key.action() == Action.CASCADE) {
            live.table(key.target()).keys.stream()
                    .filter(before -> before.action() == Action.CASCADE)
                    .forEach(this::follow);
        }
    }

    private static String unmapped(LiveKey key, @Nullable MappedKey declared) {
        String place = declared == null ? null : declared.place();
        String what =
                "the foreign key %s(%s) is ON DELETE %s in the database and not in the mapping, so that nobody counts what goes with a row of %s%s"
                        .formatted(
                                simple(key.table()),
                                ColumnFindings.names(key.columns()),
                                sql(key.action()),
                                simple(key.target()),
                                declared != null && declared.isRemoved() ? " that a bulk statement deletes" : "");
        if (declared != null && place != null && declared.isRestricted()) {
            return "%s: %s: take it out of the foreign key, because @OnDelete would be refused: a @SQLRestriction hides rows that are deleted"
                    .formatted(place, what);
        }
        return declared == null || place == null
                ? what
                        + ": map it by an association with @OnDelete(action = OnDeleteAction.%s), or take it out of the foreign key"
                                .formatted(key.action())
                : "%s: %s: put @OnDelete(action = OnDeleteAction.%s) on %s, or take it out of the foreign key"
                        .formatted(place, what, key.action(), declared.annotated());
    }

    /** Compares a foreign key of the mapping that changes counters with the database. */
    private void compare(String table, MappedKey key) {
        LiveKey found = live.key(table, key.columns());
        if (found == null || (found.action() != key.action() && !followed.contains(found))) {
            problems.add(
                    "%s: the mapping has @OnDelete(action = OnDeleteAction.%s), but %s: alter the foreign key, or remove the annotation"
                            .formatted(
                                    key.place() == null ? key.table() : key.place(),
                                    key.action(),
                                    found == null
                                            ? "%s(%s) has no foreign key"
                                                    .formatted(key.table(), ColumnFindings.names(key.columns()))
                                            : "the foreign key %s(%s) is ON DELETE %s in the database"
                                                    .formatted(
                                                            key.table(),
                                                            ColumnFindings.names(key.columns()),
                                                            found.action() == null
                                                                    ? "NO ACTION"
                                                                    : sql(found.action()))));
        }
    }

    /** A table without its schema. */
    private static String simple(String table) {
        return table.substring(table.lastIndexOf('.') + 1);
    }

    private static String sql(@Nullable Action action) {
        return String.valueOf(action).replace('_', ' ');
    }
}
