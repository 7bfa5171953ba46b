package io.countercache.hibernate;

import io.countercache.CounterLimitException;
import io.countercache.Drift;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.direct.CounterRequest;
import io.countercache.hibernate.internal.orm.Entities;
import jakarta.persistence.metamodel.Attribute;
import jakarta.persistence.metamodel.SingularAttribute;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/**
 * The counters of some rows of one entity, to be changed, read and recounted by hand. Not thread-safe.
 *
 * <pre>{@code
 * counters.on(Post.class, 5L).increment("viewsCount");
 * if (counters.on(User.class, id).tryDecrement("credits")) { ... }
 * long left = counters.on(Product.class, id).take("available", 3);
 * }</pre>
 * A counter is any numeric attribute; only a {@link io.countercache.Counter} has limits and is never overwritten by an entity
 * UPDATE. A change is one UPDATE per row, relative to the stored value, with null as 0, so changes at the same time add up. It
 * is sent at once, and the row stays locked until the transaction ends. Managed instances show the new value and do not become
 * dirty; a {@code @Version} stays. An instance that waits for its INSERT is flushed first, unless the flush mode is manual.
 * A missing row is not changed. Rows of a sibling entity or of another tenant in the same table count as missing: for an
 * entity that may have such rows, one query looks for them first. Without any ids no SQL is sent.
 *
 * <p>A change that would take one of the rows past a limit changes none: the {@code try} methods return false, the others throw
 * a {@link CounterLimitException}. An unknown counter and any other bad argument is an {@link IllegalArgumentException}. Both
 * are found before anything is changed. A sum that its column cannot hold is refused by the database, after which the
 * transaction can only be rolled back. Without a transaction every call throws a {@link jakarta.persistence.TransactionRequiredException}.
 *
 * @param <T> the type of the entity
 */
public final class Counters<T> {

    private final CounterRequest rows;

    private Counters(CounterRequest rows) {
        this.rows = rows;
    }

    static <T> Counters<T> of(SharedSessionContractImplementor session, Class<T> entity, Collection<?> ids) {
        var parent = Entities.entity(entity, session.getFactory());
        return new Counters<>(CounterRequest.of(Installation.of(parent).direct(), session, parent, ids));
    }

    /**
     * {@return the result of {@link #increment(String, long)} with 1}
     * @param counter the attribute that holds the counter
     */
    public int increment(String counter) {
        return increment(counter, 1);
    }

    /**
     * {@return the result of {@link #increment(String)} with this counter}
     * @param counter an attribute of the static metamodel
     */
    public int increment(SingularAttribute<? super T, ? extends Number> counter) {
        return increment(counter.getName());
    }

    /**
     * Adds to a counter.
     *
     * @param counter the attribute that holds the counter
     * @param amount the amount to add; negative to subtract
     * @return the number of changed rows
     */
    public int increment(String counter, long amount) {
        return rows.add(counter, amount);
    }

    /**
     * {@return the result of {@link #increment(String, long)} with this counter}
     * @param counter an attribute of the static metamodel
     * @param amount the amount to add; negative to subtract
     */
    public int increment(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return increment(counter.getName(), amount);
    }

    /**
     * {@return the result of {@link #decrement(String, long)} with 1}
     * @param counter the attribute that holds the counter
     */
    public int decrement(String counter) {
        return decrement(counter, 1);
    }

    /**
     * {@return the result of {@link #decrement(String)} with this counter}
     * @param counter an attribute of the static metamodel
     */
    public int decrement(SingularAttribute<? super T, ? extends Number> counter) {
        return decrement(counter.getName());
    }

    /**
     * Subtracts from a counter.
     *
     * @param counter the attribute that holds the counter
     * @param amount the amount to subtract; negative to add
     * @return the number of changed rows
     */
    public int decrement(String counter, long amount) {
        return rows.add(counter, BigInteger.valueOf(amount).negate()); // exact for Long.MIN_VALUE, too
    }

    /**
     * {@return the result of {@link #decrement(String, long)} with this counter}
     * @param counter an attribute of the static metamodel
     * @param amount the amount to subtract; negative to add
     */
    public int decrement(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return decrement(counter.getName(), amount);
    }

    /**
     * Adds to several counters of the same table in one UPDATE per row.
     *
     * @param amounts the amount to add to each counter; negative to subtract; not null, and exact in the type of the counter
     * @return the number of changed rows
     */
    public int add(Map<String, ? extends Number> amounts) {
        return rows.add(amounts);
    }

    /**
     * The same rows; each change also sets date and time attributes to now, in the same UPDATE. Managed instances show that.
     * Nothing else happens that an update of the entity would do. Without a change nothing is touched: increment by 0.
     *
     * @param attributes exactly these; none for those with {@code @UpdateTimestamp} or {@code @LastModifiedDate}
     * @return the counters of the same rows
     */
    public Counters<T> touching(String... attributes) {
        return new Counters<>(rows.touching(attributes));
    }

    /**
     * {@return the result of {@link #tryIncrement(String, long)} with 1}
     * @param counter the attribute that holds the counter
     */
    public boolean tryIncrement(String counter) {
        return tryIncrement(counter, 1);
    }

    /**
     * {@return the result of {@link #tryIncrement(String)} with this counter}
     * @param counter an attribute of the static metamodel
     */
    public boolean tryIncrement(SingularAttribute<? super T, ? extends Number> counter) {
        return tryIncrement(counter.getName());
    }

    /**
     * Adds to a counter if its maximum allows.
     *
     * @param counter the attribute that holds the counter
     * @param amount the amount to add; not negative
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     */
    public boolean tryIncrement(String counter, long amount) {
        return rows.tryIncrement(counter, amount);
    }

    /**
     * {@return the result of {@link #tryIncrement(String, long)} with this counter}
     * @param counter an attribute of the static metamodel
     * @param amount the amount to add; not negative
     */
    public boolean tryIncrement(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return tryIncrement(counter.getName(), amount);
    }

    /**
     * {@return the result of {@link #tryDecrement(String, long)} with 1}
     * @param counter the attribute that holds the counter
     */
    public boolean tryDecrement(String counter) {
        return tryDecrement(counter, 1);
    }

    /**
     * {@return the result of {@link #tryDecrement(String)} with this counter}
     * @param counter an attribute of the static metamodel
     */
    public boolean tryDecrement(SingularAttribute<? super T, ? extends Number> counter) {
        return tryDecrement(counter.getName());
    }

    /**
     * Subtracts from a counter if its minimum allows, which is 0 where none is declared.
     *
     * @param counter the attribute that holds the counter
     * @param amount the amount to subtract; not negative
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     */
    public boolean tryDecrement(String counter, long amount) {
        return rows.tryDecrement(counter, amount);
    }

    /**
     * {@return the result of {@link #tryDecrement(String, long)} with this counter}
     * @param counter an attribute of the static metamodel
     * @param amount the amount to subtract; not negative
     */
    public boolean tryDecrement(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return tryDecrement(counter.getName(), amount);
    }

    /**
     * Subtracts from a counter of one row, and returns the rest. The minimum is 0 where none is declared.
     *
     * @param counter the attribute that holds the counter
     * @param amount the amount to subtract; not negative
     * @return the new value, without its fraction if it has one
     * @throws jakarta.persistence.EntityNotFoundException if the row does not exist
     */
    public long take(String counter, long amount) {
        return rows.take(counter, amount);
    }

    /**
     * {@return the result of {@link #take(String, long)} with this counter}
     * @param counter an attribute of the static metamodel
     * @param amount the amount to subtract; not negative
     */
    public long take(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return take(counter.getName(), amount);
    }

    /**
     * {@return the number of rows whose {@link io.countercache.Counter} is set, whatever it was, to a value within its limits}
     * @param counter the attribute that holds the counter; not one of children: {@link #reset} that
     * @param value the new value
     */
    public int set(String counter, long value) {
        return rows.set(counter, value);
    }

    /**
     * Reads a counter of one row from the database, after writing the pending delta of this session.
     *
     * @param counter the attribute that holds the counter
     * @return the stored value in the type of the attribute, null as 0
     * @throws jakarta.persistence.EntityNotFoundException if the row does not exist
     */
    public Number value(String counter) {
        return rows.value(counter);
    }

    /**
     * {@return the result of {@link #value(String)} with this counter}
     * @param counter an attribute of the static metamodel
     */
    public Number value(SingularAttribute<? super T, ? extends Number> counter) {
        return value(counter.getName());
    }

    /**
     * Flushes the session, recounts with a real COUNT and corrects what is wrong, exactly, while other transactions write. Only
     * wrong rows are locked, until the end of the transaction: reset many in a separate one. It touches nothing by itself.
     *
     * @param names counters, or counted collections; none for every derived counter of the entity
     * @return the counters that were wrong, and are corrected now; empty if all were right
     */
    public List<Drift> reset(String... names) {
        return rows.reset(names);
    }

    /**
     * {@return the result of {@link #reset(String...)} with these counters or collections}
     * @param first a counter or a counted collection of the static metamodel
     * @param more others
     */
    @SafeVarargs
    public final List<Drift> reset(Attribute<? super T, ?> first, Attribute<? super T, ?>... more) {
        List<String> names = new ArrayList<>(List.of(first.getName()));
        for (Attribute<? super T, ?> attribute : more) {
            names.add(attribute.getName());
        }
        return reset(names.toArray(String[]::new));
    }

    /**
     * Recounts with a real COUNT and returns what is wrong. Corrects nothing. Flushes first, as {@link CounterCaches#flush} does.
     *
     * @param names counters, or counted collections; none for every derived counter of the entity
     * @return the counters that are wrong; empty if all are right
     */
    public List<Drift> drift(String... names) {
        return rows.drift(names);
    }
}
