package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.ParentRow;
import io.countercache.hibernate.internal.model.ReferredParents;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.LockOrder;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/** The UPDATEs that move counters, and the order in which they lock rows. */
public final class CounterSql {

    private final CounterModel model;
    private final ReferredParents referred;
    private final boolean touches;
    private final Database database;
    /** Not where counters are corrected: that is done in their columns. */
    private final boolean addsToSlots;

    private final Map<Moved, CounterUpdate> updates = new ConcurrentHashMap<>();

    /** Some counters of rows of one table. */
    private record Moved(String table, Set<CounterDefinition> counters) {}

    public CounterSql(CounterModel model, ReferredParents referred, Database database) {
        this(model, referred, database, true);
    }

    private CounterSql(CounterModel model, ReferredParents referred, Database database, boolean isOfMoves) {
        this.model = model;
        this.referred = referred;
        this.database = database;
        this.touches = isOfMoves;
        this.addsToSlots = isOfMoves && database.canAddToSlots();
    }

    /** The same UPDATEs, which set only counters, and write to their columns also what might go to slots. */
    CounterSql forCorrections() {
        return new CounterSql(model, referred, database, false);
    }

    /** Whether one UPDATE can move all of these counters. */
    boolean haveOneUpdate(String table, Set<CounterDefinition> counters) {
        return counters.stream().noneMatch(this::goesToSlots) && model.tables().haveOneParent(table, counters);
    }

    /** Whether the deltas of a counter are written to its slots. */
    public boolean goesToSlots(CounterDefinition counter) {
        return addsToSlots && counter.slots() != null;
    }

    /** Whether an upsert of a slot locks the row, so that it has to be in the lock order. */
    boolean slotsLockRows() {
        return database.locksReferredRows();
    }

    CounterUpdate update(String table, Set<CounterDefinition> counters) {
        CounterUpdate known = updates.get(new Moved(table, counters));
        return known != null
                ? known
                : updates.computeIfAbsent(new Moved(table, Set.copyOf(counters)), any -> resolve(table, counters));
    }

    private CounterUpdate resolve(String table, Set<CounterDefinition> set) {
        EntityPersister parent = model.tables().parentIn(table, set);
        List<CounterDefinition> counters = List.copyOf(set);
        Slots slots = goesToSlots(counters.get(0)) ? counters.get(0).slots() : null;
        List<String> columns =
                counters.stream().map(counter -> counter.column(parent)).toList();
        List<String> values = counters.stream()
                .map(counter -> counter.slots() == null
                        ? counter.column(parent)
                        : counter.slots().value(table))
                .toList();
        List<Class<?>> types = new ArrayList<>();
        counters.forEach(counter -> types.add(counter.type(parent)));
        Map<TouchedAttribute, List<Integer>> touched = touches ? touched(parent, counters) : Map.of();
        List<TouchedAttribute> attributes = List.copyOf(touched.keySet());
        String text = slots == null ? update(table, parent, columns, attributes, List.of()) : database.addToSlot(slots);
        return new CounterUpdate(
                parent,
                counters,
                types,
                text,
                slots == null ? null : database.addToReferredSlot(slots),
                slots == null ? returning(text, values) : null,
                slots == null ? null : SlotReads.select(table, List.of(slots), parent),
                slots == null ? ArrayUpdate.update(table, parent, columns, types, touched) : null,
                Columns.updateAsItIs(table, columns.get(0), parent),
                attributes,
                only(counters, counter -> model.tables().of(counter).size() > 1),
                only(counters, referred::areGuaranteed));
    }

    /** For each touched attribute, the places of the counters that touch it. */
    private static Map<TouchedAttribute, List<Integer>> touched(
            EntityPersister parent, List<CounterDefinition> counters) {
        Map<String, List<Integer>> touched = new TreeMap<>();
        for (int counter = 0; counter < counters.size(); counter++) {
            for (String name : counters.get(counter).touch()) {
                touched.computeIfAbsent(name, any -> new ArrayList<>()).add(counter);
            }
        }
        Map<TouchedAttribute, List<Integer>> attributes = new LinkedHashMap<>();
        touched.forEach((name, touching) -> attributes.put(TouchedAttribute.named(parent, name), touching));
        return attributes;
    }

    private static Set<CounterDefinition> only(
            List<CounterDefinition> counters, Predicate<CounterDefinition> condition) {
        return counters.stream().filter(condition).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * An UPDATE of counters of one row. Its parameters are an amount for each counter, now for each touched attribute, the id,
     * and those of the conditions. It is relative, so that concurrent transactions add up instead of overwriting each other.
     */
    public static String update(
            String table,
            EntityPersister entity,
            List<String> counters,
            List<TouchedAttribute> touched,
            List<String> conditions) {
        Stream<String> moved = counters.stream().map(column -> column + " = " + Columns.orZero(column) + " + ?");
        String assignments = Stream.concat(moved, assignments(touched)).collect(Collectors.joining(", "));
        String rows = Stream.concat(Stream.of(Columns.row(table, entity)), conditions.stream())
                .collect(Collectors.joining(" and "));
        return "update " + table + " set " + assignments + " where " + rows;
    }

    /** An UPDATE that sets a counter of one row. Its parameters are the value, now for each touched attribute, and the id. */
    public static String set(String table, EntityPersister entity, String counter, List<TouchedAttribute> touched) {
        String assigned =
                Stream.concat(Stream.of(counter + " = ?"), assignments(touched)).collect(Collectors.joining(", "));
        return "update " + table + " set " + assigned + " where " + Columns.row(table, entity);
    }

    private static Stream<String> assignments(List<TouchedAttribute> touched) {
        return touched.stream().flatMap(attribute -> attribute.assignments().stream());
    }

    public static String returning(String update, List<String> columns) {
        return update + " returning " + String.join(", ", columns);
    }

    /**
     * The order in which all transactions lock rows: by table, then by id. It depends on nothing but these values, because
     * transactions of other JVMs lock the same rows.
     */
    public Comparator<ParentRow> lockOrder(SharedSessionContractImplementor session) {
        return Comparator.comparing(ParentRow::table, tableOrder())
                .thenComparing((one, other) -> LockOrder.compareIds(
                        () -> model.tables().parentIn(one.table()), one.id(), other.id(), session));
    }

    /** The order of tables in the lock order. */
    public Comparator<String> tableOrder() {
        return model.paths().order().comparator();
    }
}
