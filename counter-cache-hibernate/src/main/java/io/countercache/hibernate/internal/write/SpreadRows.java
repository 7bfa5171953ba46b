package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.orm.Slots;
import java.util.Collection;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Rows, and one counter of theirs that has slots.
 *
 * @param type the type of the counter
 */
public record SpreadRows(EntityPersister entity, Slots slots, Class<?> type, Collection<Object> ids) {

    SlotSquash squash(SharedSessionContractImplementor session) {
        return new SlotSquash(entity, slots, type, session);
    }

    SpreadRows with(Collection<Object> others) {
        return new SpreadRows(entity, slots, type, others);
    }
}
