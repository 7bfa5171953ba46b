package io.countercache.hibernate;

import io.countercache.CounterLimitException;
import io.countercache.Drift;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.direct.CounterRequest;
import io.countercache.hibernate.internal.direct.DirectContext;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.Entities;
import jakarta.persistence.EntityNotFoundException;
import jakarta.persistence.TransactionRequiredException;
import jakarta.persistence.metamodel.Attribute;
import jakarta.persistence.metamodel.SingularAttribute;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * The counters of some rows of one entity, to be changed, read and recounted by hand. Not thread-safe.
 *
 * <pre>{@code
 * counters.on(Post.class, 5L).increment("viewsCount");
 * if (counters.on(User.class, id).tryDecrement("credits")) { ... }
 * long left = counters.on(Product.class, id).take("available", 3);
 * }</pre>
 *
 * A counter is any numeric attribute; only {@link io.countercache.Counter} keeps entity UPDATEs from overwriting it, and has
 * limits. A change is one UPDATE per row, relative to what is stored, null being 0: changes at once add up. It is sent at
 * once, and the row stays locked until the transaction ends. Managed instances show the new value and do not become dirty;
 * a {@code @Version} stays. An instance that waits to be inserted is flushed first, unless the flush mode is manual.
 *
 * <p>Rows that are none of the entity, such as those of its siblings or of another tenant in the same table, are not there: for
 * entities that may have such, one query asks before.
 *
 * <p>Every call needs a transaction: without one it throws a {@link TransactionRequiredException}. Bad arguments, a limit
 * that is declared and rows that are missing are found before anything is changed; a sum that its column cannot hold the
 * database refuses, and the transaction can only be rolled back. A row that is missing is not changed; no ids at all are no
 * SQL.
 *
 * @param <T> the type of the entity
 */
public final class Counters<T> {

    private final CounterRequest rows;

    private Counters(CounterRequest rows) {
        this.rows = rows;
    }

    static <T> Counters<T> of(SharedSessionContractImplementor session, Class<T> entity, Collection<?> ids) {
        EntityPersister parent = Entities.entity(entity, session.getFactory());
        if (ids == null) {
            Entities.checkId(parent, null);
        }
        ids.forEach(id -> Entities.checkId(parent, id));
        DirectContext context = Installation.of(parent).direct();
        return new Counters<>(new CounterRequest(context, session, parent, new LinkedHashSet<>(ids), List.of()));
    }

    /**
     * Adds 1 to a counter.
     *
     * @param counter the attribute that keeps the counter
     * @return how many rows were changed
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws CounterLimitException if that would pass the limit of one of the rows; then none is changed
     */
    public int increment(String counter) {
        return increment(counter, 1);
    }

    /**
     * The same as {@link #increment(String)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @return how many rows were changed
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws CounterLimitException if that would pass the limit of one of the rows; then none is changed
     */
    public int increment(SingularAttribute<? super T, ? extends Number> counter) {
        return increment(counter.getName());
    }

    /**
     * Adds to a counter.
     *
     * @param counter the attribute that keeps the counter
     * @param amount by how much; negative takes away
     * @return how many rows were changed
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws CounterLimitException if that would pass the limit of one of the rows; then none is changed
     */
    public int increment(String counter, long amount) {
        return add(Map.of(rows.name(counter), amount));
    }

    /**
     * The same as {@link #increment(String, long)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @param amount by how much; negative takes away
     * @return how many rows were changed
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws CounterLimitException if that would pass the limit of one of the rows; then none is changed
     */
    public int increment(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return increment(counter.getName(), amount);
    }

    /**
     * Takes 1 away from a counter.
     *
     * @param counter the attribute that keeps the counter
     * @return how many rows were changed
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws CounterLimitException if that would pass the limit of one of the rows; then none is changed
     */
    public int decrement(String counter) {
        return decrement(counter, 1);
    }

    /**
     * The same as {@link #decrement(String)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @return how many rows were changed
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws CounterLimitException if that would pass the limit of one of the rows; then none is changed
     */
    public int decrement(SingularAttribute<? super T, ? extends Number> counter) {
        return decrement(counter.getName());
    }

    /**
     * Takes away from a counter.
     *
     * @param counter the attribute that keeps the counter
     * @param amount by how much; negative adds
     * @return how many rows were changed
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws CounterLimitException if that would pass the limit of one of the rows; then none is changed
     */
    public int decrement(String counter, long amount) {
        return add(Map.of(rows.name(counter), BigInteger.valueOf(amount).negate()));
    }

    /**
     * The same as {@link #decrement(String, long)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @param amount by how much; negative adds
     * @return how many rows were changed
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws CounterLimitException if that would pass the limit of one of the rows; then none is changed
     */
    public int decrement(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return decrement(counter.getName(), amount);
    }

    /**
     * Adds to several counters in one UPDATE per row.
     *
     * @param amounts by how much, for each counter; negative takes away
     * @return how many rows were changed
     * @throws IllegalArgumentException if the map is empty, the entity has no such counter, an amount is null or has a
     *     fraction that the counter cannot hold, or the counters are in several tables
     * @throws CounterLimitException if that would pass a limit of one of the rows; then none is changed
     */
    public int add(Map<String, ? extends Number> amounts) {
        if (amounts == null || amounts.isEmpty()) {
            throw new IllegalArgumentException("Nothing to change of %s: name a counter, and by how much it is to move"
                    .formatted(rows.parent().getImportedName()));
        }
        return rows.change(amounts, Limits.NONE).rows();
    }

    /**
     * The same rows; what is changed there sets date and time attributes to now in the same UPDATE. Shown on managed
     * instances; nothing else happens that an update of the entity would do.
     *
     * @param attributes exactly these; none for those with {@code @UpdateTimestamp}, and Spring Data's
     *     {@code @LastModifiedDate}
     * @return the counters of the same rows
     * @throws IllegalArgumentException if the entity has no such date or time attribute
     */
    public Counters<T> touching(String... attributes) {
        return new Counters<>(rows.touching(attributes));
    }

    /**
     * Adds 1 to a counter if its maximum allows.
     *
     * @param counter the attribute that keeps the counter
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     * @throws IllegalArgumentException if the entity has no such counter
     */
    public boolean tryIncrement(String counter) {
        return tryIncrement(counter, 1);
    }

    /**
     * The same as {@link #tryIncrement(String)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     * @throws IllegalArgumentException if the entity has no such counter
     */
    public boolean tryIncrement(SingularAttribute<? super T, ? extends Number> counter) {
        return tryIncrement(counter.getName());
    }

    /**
     * Adds to a counter if its maximum allows.
     *
     * @param counter the attribute that keeps the counter
     * @param amount by how much; not negative
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     * @throws IllegalArgumentException if the entity has no such counter, or the amount is negative
     */
    public boolean tryIncrement(String counter, long amount) {
        return rows.guarded(counter, amount, 1).tried();
    }

    /**
     * The same as {@link #tryIncrement(String, long)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @param amount by how much; not negative
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     * @throws IllegalArgumentException if the entity has no such counter, or the amount is negative
     */
    public boolean tryIncrement(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return tryIncrement(counter.getName(), amount);
    }

    /**
     * Takes 1 away from a counter if its minimum allows, which is 0 where none is declared.
     *
     * @param counter the attribute that keeps the counter
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     * @throws IllegalArgumentException if the entity has no such counter
     */
    public boolean tryDecrement(String counter) {
        return tryDecrement(counter, 1);
    }

    /**
     * The same as {@link #tryDecrement(String)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     * @throws IllegalArgumentException if the entity has no such counter
     */
    public boolean tryDecrement(SingularAttribute<? super T, ? extends Number> counter) {
        return tryDecrement(counter.getName());
    }

    /**
     * Takes away from a counter if its minimum allows, which is 0 where none is declared.
     *
     * @param counter the attribute that keeps the counter
     * @param amount by how much; not negative
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     * @throws IllegalArgumentException if the entity has no such counter, or the amount is negative
     */
    public boolean tryDecrement(String counter, long amount) {
        return rows.guarded(counter, amount, -1).tried();
    }

    /**
     * The same as {@link #tryDecrement(String, long)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @param amount by how much; not negative
     * @return true if all rows were changed; false if one is missing or would pass a limit, and none is changed
     * @throws IllegalArgumentException if the entity has no such counter, or the amount is negative
     */
    public boolean tryDecrement(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return tryDecrement(counter.getName(), amount);
    }

    /**
     * Takes away from a counter of one row, and answers with what is left. The minimum is 0 where none is declared.
     *
     * @param counter the attribute that keeps the counter
     * @param amount by how much; not negative
     * @return the new value, without its fraction if it has one
     * @throws IllegalArgumentException if the entity has no such counter, the amount is negative, or this is not one row
     * @throws CounterLimitException if that would pass the minimum; nothing is changed
     * @throws EntityNotFoundException if there is no such row
     */
    public long take(String counter, long amount) {
        rows.requireOne("take");
        return rows.guarded(counter, amount, -1).taken().longValue();
    }

    /**
     * The same as {@link #take(String, long)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @param amount by how much; not negative
     * @return the new value, without its fraction if it has one
     * @throws IllegalArgumentException if the amount is negative, or this is not one row
     * @throws CounterLimitException if that would pass the minimum; nothing is changed
     * @throws EntityNotFoundException if there is no such row
     */
    public long take(SingularAttribute<? super T, ? extends Number> counter, long amount) {
        return take(counter.getName(), amount);
    }

    /**
     * Reads a counter of one row from the database, after writing what is pending for it in this session.
     *
     * @param counter the attribute that keeps the counter
     * @return the stored value in the type of the attribute, null as 0
     * @throws IllegalArgumentException if the entity has no such counter, or this is not one row
     * @throws EntityNotFoundException if there is no such row
     */
    public Number value(String counter) {
        rows.requireOne("value");
        return rows.value(counter);
    }

    /**
     * The same as {@link #value(String)}, with an attribute of the static metamodel.
     *
     * @param counter the counter
     * @return the stored value in the type of the attribute, null as 0
     * @throws IllegalArgumentException if the entity has no such counter, or this is not one row
     * @throws EntityNotFoundException if there is no such row
     */
    public Number value(SingularAttribute<? super T, ? extends Number> counter) {
        return value(counter.getName());
    }

    /**
     * Recounts with a real COUNT and corrects what is wrong, exactly, while others write. What this session has not
     * flushed yet is flushed and counted. Only rows that are wrong are locked and written; the locks are held until the
     * transaction ends, so a reset of many rows belongs in a transaction of its own.
     *
     * @param names counters, or collections that are counted; none for every derived counter of the entity
     * @return what was wrong and is corrected; empty if all was right
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws TransactionRequiredException outside a transaction
     */
    public List<Drift> reset(String... names) {
        return rows.reset(names);
    }

    /**
     * The same as {@link #reset(String...)}, with attributes of the static metamodel.
     *
     * @param first a counter, or a collection that is counted
     * @param more others
     * @return what was wrong and is corrected; empty if all was right
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws TransactionRequiredException outside a transaction
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
     * Recounts with a real COUNT and says what is wrong. Corrects nothing and locks nothing; what this session has not
     * flushed yet is flushed and counted.
     *
     * @param names counters, or collections that are counted; none for every derived counter of the entity
     * @return what is wrong; empty if all is right
     * @throws IllegalArgumentException if the entity has no such counter
     * @throws TransactionRequiredException outside a transaction
     */
    public List<Drift> drift(String... names) {
        return rows.drift(names);
    }
}
