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
 * The order in which every transaction locks the rows of different tables: by their names, but a table that the path of a
 * counter leads through comes before those that it leads to, for only its rows tell which rows of these are next.
 *
 * <p>Tables that lead to each other, or to themselves, form a group: their rows are locked together.
 */
public final class TableOrder {

    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, Set<String>> reachable = new TreeMap<>();

    /** @param leads for each table, those that a path leads to from it */
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

    /** Whether a path may come back to the tables of a group that it has left. */
    public boolean isCircular(String table) {
        return leads(table, table);
    }

    /** The first of some tables, and all that it is in a group with. */
    public Set<String> firstGroup(Collection<String> tables) {
        String first = tables.stream().min(comparator()).orElseThrow();
        Set<String> group = new TreeSet<>(comparator());
        group.add(first);
        reachable.keySet().stream().filter(table -> isSameGroup(first, table)).forEach(group::add);
        return group;
    }

    public Comparator<String> comparator() {
        return Comparator.<String>comparingInt(table -> places.getOrDefault(table, Integer.MAX_VALUE))
                .thenComparing(Comparator.naturalOrder());
    }
}
