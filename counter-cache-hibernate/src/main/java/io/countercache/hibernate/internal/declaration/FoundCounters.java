package io.countercache.hibernate.internal.declaration;

import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.FreeCounter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.jspecify.annotations.Nullable;

/** The counters that have been read so far, and everything that is wrong with their declarations. */
final class FoundCounters {

    private final List<String> problems = new ArrayList<>();
    private @Nullable RuntimeException failure;
    private final Map<Property, Derived> derived = new LinkedHashMap<>();
    private final Set<Property> inactive = new HashSet<>();
    private final Map<Property, FreeCounter> free = new LinkedHashMap<>();

    /** A derived counter, and the first place that declared it. */
    private record Derived(CounterDefinition counter, String where) {}

    void problem(Place place, String problem) {
        problems.add(place + ": " + problem);
    }

    /** A mapping that the library cannot read, though it should: there is nothing that the user has done wrong. */
    void failure(Place place, RuntimeException cause) {
        problem(
                place,
                "its mapping cannot be read (%s): remove @CounterCache, and report this with the mapping"
                        .formatted(cause));
        failure = failure == null ? cause : failure;
    }

    /** Adds a derived counter. One that is declared on both sides of its association is added twice, with the same definition. */
    void add(Place place, PersistentClass parent, Property attribute, CounterDefinition counter, boolean isActive) {
        if (!isActive) {
            inactive.add(attribute);
        }
        Derived other = derived.putIfAbsent(attribute, new Derived(counter, place.toString()));
        if (other != null && !other.counter().equals(counter)) {
            String different = different(counter, other.counter());
            String problem = different.isEmpty()
                    ? "%s.%s is counted by %s already: give each its own counter"
                    : "%s.%s is declared by %s with another " + different
                            + ": make them equal, or give each its own counter";
            problem(place, problem.formatted(parent.getJpaEntityName(), attribute.getName(), other.where()));
        }
    }

    /** The options in which two declarations of one association differ; empty if they are of different ones. */
    private static String different(CounterDefinition one, CounterDefinition other) {
        boolean isOneAssociation = one.child().equals(other.child())
                && one.association().equals(other.association())
                && one.counts() == other.counts()
                && one.path().equals(other.path());
        return Stream.of(
                        one.where().equals(other.where()) ? "" : "'where'",
                        one.sum().equals(other.sum()) ? "" : "'sum'",
                        one.touch().equals(other.touch()) ? "" : "'touch'")
                .filter(option -> isOneAssociation && !option.isEmpty())
                .collect(Collectors.joining(" and "));
    }

    void add(Property attribute, FreeCounter counter) {
        free.put(attribute, counter);
    }

    /** Throws one exception with all problems, if there are any. */
    void requireNoProblems() {
        derived.forEach((attribute, counter) -> {
            if (free.containsKey(attribute)) {
                problems.add("%s: its counter '%s' is a @Counter, which is only changed by hand: remove one of the two"
                        .formatted(counter.where(), attribute.getName()));
            }
        });
        if (!problems.isEmpty()) {
            CounterMappingException refused = new CounterMappingException(problems);
            refused.initCause(failure);
            throw refused;
        }
    }

    List<CounterDefinition> derived() {
        return derived.values().stream().map(Derived::counter).toList();
    }

    /** The derived counters that sizes may be read from. */
    List<CounterDefinition> active() {
        return derived.entrySet().stream()
                .filter(each -> !inactive.contains(each.getKey()))
                .map(each -> each.getValue().counter())
                .toList();
    }

    List<FreeCounter> free() {
        return List.copyOf(free.values());
    }
}
