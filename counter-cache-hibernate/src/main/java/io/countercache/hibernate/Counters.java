package io.countercache.hibernate;

import io.countercache.CounterDefinition;
import io.countercache.Drift;
import jakarta.persistence.TransactionRequiredException;
import jakarta.persistence.metamodel.Attribute;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * The counters of some rows of one entity. Every call needs a transaction.
 *
 * @param <T> the type of the entity
 */
public final class Counters<T> {

    private final SharedSessionContractImplementor session;
    private final EntityPersister parent;
    private final Set<Object> ids;

    private Counters(SharedSessionContractImplementor session, EntityPersister parent, Set<Object> ids) {
        this.session = session;
        this.parent = parent;
        this.ids = ids;
    }

    static <T> Counters<T> of(SharedSessionContractImplementor session, Class<T> entity, Collection<?> ids) {
        EntityPersister parent = CounterModel.entity(entity, session.getFactory());
        ids.forEach(id -> CounterModel.checkId(parent, id));
        return new Counters<>(session, parent, new LinkedHashSet<>(ids));
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
        return recount(names, Recount::reset);
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
        return recount(names, Recount::drift);
    }

    private interface Recounting {
        List<Drift> on(
                Recount recount,
                EntityPersister parent,
                Collection<?> ids,
                List<CounterDefinition> counters,
                SharedSessionContractImplementor session);
    }

    private List<Drift> recount(String[] names, Recounting recounting) {
        Installation installed = Installation.of(parent);
        List<CounterDefinition> counters = installed.model().named(parent, names);
        if (!session.isTransactionInProgress()) {
            throw new TransactionRequiredException("Counters of %s can be recounted in a transaction only: begin one"
                    .formatted(parent.getImportedName()));
        }
        if (ids.isEmpty()) {
            return List.of();
        }
        installed.pending().flushAndWrite(session);
        return recounting.on(installed.recount(), parent, ids, counters, session);
    }
}
