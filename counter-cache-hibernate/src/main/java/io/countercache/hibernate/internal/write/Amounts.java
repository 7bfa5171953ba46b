package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import java.math.BigDecimal;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The amounts of one row for each of its counters, in the order of their columns; never zero. A chain, of which each link holds
 * one counter: nearly every row has one or two, and there may be a million rows. To others it is a map that they only read.
 */
final class Amounts extends AbstractMap<CounterDefinition, BigDecimal> {

    // by parent, too: two subclasses in one table may have counters of the same name in different columns
    static final Comparator<CounterDefinition> BY_COLUMN = Comparator.comparing(CounterDefinition::table)
            .thenComparing(CounterDefinition::counter)
            .thenComparing(CounterDefinition::parent);

    private final CounterDefinition counter;
    private BigDecimal amount;
    private @Nullable Amounts next;

    private Amounts(CounterDefinition counter, BigDecimal amount, @Nullable Amounts next) {
        this.counter = counter;
        this.amount = amount;
        this.next = next;
    }

    /** Adds to the amount of a counter, and returns the chain as it begins then; null if nothing is left of it. */
    @SuppressWarnings("ReferenceEquality") // mostly it is the same object, which is faster to see
    static @Nullable Amounts add(@Nullable Amounts first, CounterDefinition counter, BigDecimal amount) {
        if (first == null) {
            return new Amounts(counter, amount, null);
        }
        int order = first.counter.equals(counter) ? 0 : BY_COLUMN.compare(counter, first.counter);
        if (order < 0) {
            return new Amounts(counter, amount, first);
        }
        if (order > 0) {
            first.next = add(first.next, counter, amount);
            return first;
        }
        BigDecimal sum = first.amount.add(amount);
        if (sum.signum() == 0) {
            return first.next;
        }
        first.amount = sum;
        return first;
    }

    static @Nullable Amounts copy(@Nullable Amounts first) {
        return first == null ? null : new Amounts(first.counter, first.amount, copy(first.next));
    }

    private @Nullable Amounts link(@Nullable Object key) {
        for (Amounts link = this; link != null; link = link.next) {
            if (link.counter.equals(key)) {
                return link;
            }
        }
        return null;
    }

    @Override
    public @Nullable BigDecimal get(@Nullable Object key) {
        Amounts link = link(key);
        return link == null ? null : link.amount;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return link(key) != null;
    }

    @Override
    public Set<Map.Entry<CounterDefinition, BigDecimal>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                int size = 0;
                for (Amounts link = Amounts.this; link != null; link = link.next) {
                    size++;
                }
                return size;
            }

            @Override
            public Iterator<Map.Entry<CounterDefinition, BigDecimal>> iterator() {
                return new Links(Amounts.this);
            }
        };
    }

    private static final class Links implements Iterator<Map.Entry<CounterDefinition, BigDecimal>> {

        private @Nullable Amounts next;

        Links(Amounts first) {
            next = first;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Map.Entry<CounterDefinition, BigDecimal> next() {
            Amounts link = next;
            if (link == null) {
                throw new NoSuchElementException();
            }
            next = link.next;
            return Map.entry(link.counter, link.amount);
        }
    }
}
