package io.countercache.hibernate.internal.write;

import org.hibernate.engine.spi.EntityEntryExtraState;
import org.jspecify.annotations.Nullable;

/** What the library keeps with Hibernate's entry of an instance: it goes when that goes. Hibernate has such states in a chain. */
public class EntryState implements EntityEntryExtraState {

    private @Nullable EntityEntryExtraState next;

    protected EntryState() {}

    @Override
    public final void addExtraState(EntityEntryExtraState added) {
        if (next == null) {
            next = added;
        } else {
            next.addExtraState(added);
        }
    }

    @Override
    public final <T extends EntityEntryExtraState> @Nullable T getExtraState(Class<T> type) {
        return next == null ? null : type.isInstance(next) ? type.cast(next) : next.getExtraState(type);
    }
}
