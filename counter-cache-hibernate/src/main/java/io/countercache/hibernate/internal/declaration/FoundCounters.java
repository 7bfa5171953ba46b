package io.countercache.hibernate.internal.declaration;

import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.orm.BootModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.jspecify.annotations.Nullable;

/** The counters that have been read so far, and everything that is wrong with their declarations. */
final class FoundCounters {

    private final List<String> problems = new ArrayList<>();
    private @Nullable RuntimeException failure;
    private final Map<Property, Derived> derived = new LinkedHashMap<>();
    private final Map<Collection, Sized> sizes = new LinkedHashMap<>();
    private final Map<Property, FreeCounter> free = new LinkedHashMap<>();

    /** A derived counter, the first place that declared it, and whether it is to tell sizes. */
    private record Derived(CounterDefinition counter, String where, boolean size) {}

    /** A counter that tells the size of a collection, and the first place that declared so. */
    private record Sized(Property counter, String where) {}

    void problem(Place place, String problem) {
        String line = place + ": " + problem;
        if (!problems.contains(line)) { // several counters of one association may have the same mistake
            problems.add(line);
        }
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
    void add(Place place, PersistentClass parent, Property attribute, CounterDefinition counter, boolean size) {
        Derived other = derived.putIfAbsent(attribute, new Derived(counter, place.toString(), size));
        if (other != null && !other.counter().equals(counter)) {
            String different = different(counter, other.counter());
            String problem = different.isEmpty()
                    ? "%s.%s is counted by %s already: give each its own counter"
                    : "%s.%s is declared by %s with another " + different
                            + ": make them equal, or give each its own counter";
            problem(place, problem.formatted(parent.getJpaEntityName(), attribute.getName(), other.where()));
        } else if (other != null && other.size() != size) {
            problem(
                    place,
                    "has 'size = %s', and %s has 'size = %s' for the same counter: make them equal"
                            .formatted(size, other.where(), other.size()));
        }
    }

    /** Has the size of a collection told by a counter. */
    void add(Place place, Collection collection, Property counter) {
        Sized other = sizes.putIfAbsent(collection, new Sized(counter, place.toString()));
        if (other != null && other.counter() != counter) {
            problem(
                    place,
                    "the size of %s is told by '%s' of %s already: remove 'size = true' from one of the two"
                            .formatted(
                                    BootModel.name(collection), other.counter().getName(), other.where()));
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
                        one.touch().equals(other.touch()) ? "" : "'touch'",
                        Objects.equals(one.slots(), other.slots()) ? "" : "'slots'")
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

    /** The collections whose size is told, each with its counter. */
    Map<Collection, Property> sizes() {
        Map<Collection, Property> counters = new LinkedHashMap<>();
        sizes.forEach((collection, sized) -> counters.put(collection, sized.counter()));
        return counters;
    }

    List<FreeCounter> free() {
        return List.copyOf(free.values());
    }
}
