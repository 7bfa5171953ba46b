package io.countercache.hibernate.internal.bulk;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What counters look at of many rows at once: rows that are the same to all counters are one group, and what is only
 * totalled is totalled by the database.
 */
public final class RowGroups {

    private final WatchedEntity counted;
    private final List<Integer> keys;
    private final List<Integer> totals;
    private final boolean each;
    private final boolean isOneClass;

    /**
     * Rows that are the same to all counters.
     *
     * @param id that of the row, where each row is a group of its own
     * @param values of what is only totalled, the total of the group
     * @param rows how many they are
     */
    public record Group(@Nullable Object id, Snapshot values, long rows) {

        Group positive() {
            return new Group(id, values, Math.abs(rows));
        }
    }

    RowGroups(WatchedEntity counted) {
        this(counted, false);
    }

    private RowGroups(WatchedEntity counted, boolean isOneClass) {
        this.counted = counted;
        this.isOneClass = isOneClass;
        List<Integer> all = IntStream.range(0, counted.tracked().size()).boxed().toList();
        this.totals = all.stream().filter(counted::isOnlyTotalled).toList();
        this.keys = all.stream().filter(position -> !totals.contains(position)).toList();
        // what is counted through a row follows that one row
        this.each = !counted.passages().isEmpty();
    }

    /** Of each class in a hierarchy its own; where there is only one these include all that extend it. */
    static List<RowGroups> of(List<WatchedEntity> classes) {
        return classes.stream()
                .map(each -> new RowGroups(each, classes.size() > 1))
                .toList();
    }

    /** The HQL query for the groups of all rows of the entity, as {@code c}. */
    String hql() {
        return "select %s from %s%s".formatted(columns(), counted.from(), groupBy());
    }

    /** The same of those rows that have {@code :ids}. */
    String hqlByIds() {
        String type = isOneClass ? " and type(c) = " + counted.child().getImportedName() : "";
        return "select %s from %s where id(c) in :ids%s%s".formatted(columns(), counted.from(), type, groupBy());
    }

    private String columns() {
        List<String> columns = grouped();
        totals.forEach(position -> columns.add("sum(" + attribute(position).hql() + ")"));
        columns.add("count(*)");
        return String.join(", ", columns);
    }

    /** None where there is nothing that counters look at: then these are one group. */
    private String groupBy() {
        return grouped().isEmpty() ? "" : " group by " + String.join(", ", grouped());
    }

    private List<String> grouped() {
        List<String> grouped = new ArrayList<>();
        if (each) {
            grouped.add("id(c)");
        }
        keys.forEach(position -> grouped.add(attribute(position).hql()));
        return grouped;
    }

    private WatchedAttribute attribute(int position) {
        return counted.tracked().get(position);
    }

    /** A row that one of these queries has answered with. */
    Group group(Object[] row) {
        List<Object> answered = new ArrayList<>(Arrays.asList(row));
        Object id = each ? answered.remove(0) : null;
        @Nullable Object[] values = new Object[counted.tracked().size()];
        keys.forEach(position -> values[position] = answered.remove(0));
        totals.forEach(position -> values[position] = answered.remove(0));
        return new Group(
                id, new Snapshot(Arrays.asList(values)), ((Number) requireNonNull(answered.get(0))).longValue());
    }

    WatchedEntity counted() {
        return counted;
    }
}
