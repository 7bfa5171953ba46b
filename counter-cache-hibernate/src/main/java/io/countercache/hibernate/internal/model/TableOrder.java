package io.countercache.hibernate.internal.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The order in which every transaction locks rows of different tables. It is the order of their names, except that a table
 * on the path of a counter comes before the tables that the path leads to: only its rows say which rows are next.
 *
 * <p>Tables that lead to each other, or to themselves, form a group. Rows of a group are locked together. Immutable.
 */
public final class TableOrder {

    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, Set<String>> reachable = new TreeMap<>();

    /** @param leads for each table, the tables that a path leads to from there */
    public TableOrder(Map<String, ? extends Collection<String>> leads) {
        leads.forEach((table, next) -> {
            reachable.computeIfAbsent(table, any -> new TreeSet<>()).addAll(next);
            next.forEach(each -> reachable.computeIfAbsent(each, any -> new TreeSet<>()));
        });
        close();
        List<String> waiting = new ArrayList<>(reachable.keySet());
        while (!waiting.isEmpty()) {
            String first = waiting.stream()
                    .filter(table -> waiting.stream().noneMatch(other -> leads(other, table) && !leads(table, other)))
                    .findFirst()
                    .orElseThrow();
            for (String table : List.copyOf(waiting)) {
                if (table.equals(first) || isSameGroup(first, table)) {
                    places.put(table, places.size());
                    waiting.remove(table);
                }
            }
        }
    }

    private void close() {
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Set<String> tables : reachable.values()) {
                for (String table : List.copyOf(tables)) {
                    grows |= tables.addAll(reachable.getOrDefault(table, Set.of()));
                }
            }
        }
    }

    private boolean leads(String from, String to) {
        return reachable.getOrDefault(from, Set.of()).contains(to);
    }

    private boolean isSameGroup(String one, String other) {
        return leads(one, other) && leads(other, one);
    }

    /** Whether a path that leads through this table may come back to it. */
    public boolean isCircular(String table) {
        return leads(table, table);
    }

    /** The first of some tables, and all other tables of its group. */
    public Set<String> firstGroup(Collection<String> tables) {
        String first = tables.stream().min(comparator()).orElseThrow();
        Set<String> group = new TreeSet<>(comparator());
        group.add(first);
        reachable.keySet().stream().filter(table -> isSameGroup(first, table)).forEach(group::add);
        return group;
    }

    /** Whether rows of a table are locked before those of another one, or together with them. */
    public boolean isUpTo(String last, String table) {
        return comparator().compare(table, last) <= 0 || isSameGroup(table, last);
    }

    public Comparator<String> comparator() {
        return Comparator.<String>comparingInt(table -> places.getOrDefault(table, Integer.MAX_VALUE))
                .thenComparing(Comparator.naturalOrder());
    }
}
