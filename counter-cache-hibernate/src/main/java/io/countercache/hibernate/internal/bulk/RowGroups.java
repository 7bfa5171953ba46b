package io.countercache.hibernate.internal.bulk;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.RowChange;
import io.countercache.hibernate.internal.model.Snapshot;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Hql;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Queries the watched values of many rows at once, and makes a {@link RowChange} of each row of the result. Rows that are the
 * same to all counters are one group, and the database totals the attributes that counters only total. A path follows a single
 * row, so where paths lead through the rows, each row is a group of its own.
 */
final class RowGroups {

    private final WatchedEntity watched;
    private final boolean isEachRow;
    private final boolean isOneClass;

    RowGroups(WatchedEntity watched) {
        this(watched, false);
    }

    private RowGroups(WatchedEntity watched, boolean isOneClass) {
        this.watched = watched;
        this.isOneClass = isOneClass;
        this.isEachRow = !watched.passages().isEmpty();
    }

    /** One for each class; where there is only one class, its groups include the rows of all subclasses. */
    static List<RowGroups> of(List<WatchedEntity> classes) {
        return classes.stream()
                .map(each -> new RowGroups(each, classes.size() > 1))
                .toList();
    }

    /** The HQL query for the groups of all rows of the entity, as {@code c}. */
    String hql() {
        return "select %s from %s%s".formatted(columns(), watched.from(), groupBy());
    }

    /** The HQL query for the groups of the rows with {@code :ids}. */
    String hqlByIds() {
        String type = isOneClass ? " and type(c) = " + Hql.name(watched.entity()) : "";
        return "select %s from %s where id(c) in :ids%s%s".formatted(columns(), watched.from(), type, groupBy());
    }

    private String columns() {
        List<String> columns = new ArrayList<>();
        if (isEachRow) {
            columns.add("id(c)");
        }
        for (WatchedAttribute attribute : watched.attributes()) {
            columns.add(watched.isOnlyTotalled(attribute) ? "sum(" + attribute.hql() + ")" : attribute.hql());
        }
        columns.add("count(*)");
        return String.join(", ", columns);
    }

    /** Nothing if no value is watched: then all rows are one group. */
    private String groupBy() {
        Stream<String> values = watched.attributes().stream()
                .filter(attribute -> !watched.isOnlyTotalled(attribute))
                .map(WatchedAttribute::hql);
        String keys = Stream.concat(isEachRow ? Stream.of("id(c)") : Stream.of(), values)
                .collect(Collectors.joining(", "));
        return keys.isEmpty() ? "" : " group by " + keys;
    }

    /** How many rows are in a group that one of the queries has returned; negative for an image before an UPDATE. */
    static long rows(Object[] group) {
        return ((Number) requireNonNull(group[group.length - 1])).longValue();
    }

    /** The rows of this group are deleted. */
    RowChange deleted(Object[] group) {
        return change(group, snapshot(group), null);
    }

    /** The rows of this group are updated. What they are then is read later, as other groups. */
    RowChange before(Object[] group) {
        return change(group, snapshot(group), watched.unknown());
    }

    /** The rows of this group are inserted, or are the result of an UPDATE. */
    RowChange after(Object[] group) {
        return change(group, null, snapshot(group));
    }

    private Snapshot snapshot(Object[] group) {
        return watched.read(group, isEachRow ? 1 : 0);
    }

    private RowChange change(Object[] group, @Nullable Snapshot before, @Nullable Snapshot after) {
        return new RowChange(watched, isEachRow ? group[0] : null, before, after, Math.abs(rows(group)));
    }
}
