package io.countercache.hibernate.internal.model;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Slots;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** The counters that are spread over slots. Immutable. */
public final class CounterSlots {

    private final List<CounterDefinition> derived;
    private final List<Declared> all;

    /** A counter with slots. */
    public record Declared(String entity, String counter, Slots slots) {}

    /** A counter with slots, and the type of its attribute. */
    public record Spread(String counter, Slots slots, Class<?> type) {}

    CounterSlots(List<CounterDefinition> counters, List<FreeCounter> free) {
        derived = counters.stream().filter(counter -> counter.slots() != null).toList();
        all = Stream.concat(
                        derived.stream()
                                .map(counter -> new Declared(
                                        counter.parent(), counter.counter(), requireNonNull(counter.slots()))),
                        free.stream()
                                .filter(counter -> counter.slots() != null)
                                .map(counter -> new Declared(counter.entity(), counter.counter(), counter.slots())))
                .toList();
    }

    public List<Declared> all() {
        return all;
    }

    /** Those that follow from an association. */
    public List<CounterDefinition> derived() {
        return derived;
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** The tables of the slots. */
    public Set<String> tables() {
        return all.stream().map(each -> each.slots().table()).collect(Collectors.toSet());
    }

    /** The counters of an entity that have slots. */
    public List<Spread> of(EntityPersister entity) {
        return all.stream()
                .filter(each -> Entities.isOrExtends(entity, each.entity()))
                .map(each -> new Spread(
                        each.counter(),
                        each.slots(),
                        entity.getPropertyTypes()[entity.getPropertyIndex(each.counter())].getReturnedClass()))
                .toList();
    }

    /** The slots of a counter; null if it has none. */
    public @Nullable Slots of(EntityPersister entity, String counter) {
        return of(entity).stream()
                .filter(each -> each.counter().equals(counter))
                .map(Spread::slots)
                .findFirst()
                .orElse(null);
    }
}
