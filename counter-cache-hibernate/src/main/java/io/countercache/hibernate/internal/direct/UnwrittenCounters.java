package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.write.ManagedParents;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.hibernate.FlushMode;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** Flushes what the session has not written yet of rows that are about to be changed or read by SQL. */
final class UnwrittenCounters {

    private UnwrittenCounters() {}

    /**
     * Flushes the session if one of these rows is not inserted yet, or if the application has assigned a value to one of the
     * counters that the next flush will write: an UPDATE would not find the row, or the flush would overwrite its result.
     */
    static void flush(
            EntityPersister entity,
            Collection<Object> ids,
            List<String> counters,
            SharedSessionContractImplementor session) {
        if (session instanceof SessionImplementor stateful
                && stateful.getHibernateFlushMode() != FlushMode.MANUAL
                && ids.stream()
                        .anyMatch(id ->
                                isUnwritten(entity, ManagedParents.managed(entity, id, session), counters, stateful))) {
            stateful.flush();
        }
    }

    private static boolean isUnwritten(
            EntityPersister entity, @Nullable Object instance, List<String> counters, SessionImplementor session) {
        EntityEntry entry = instance == null
                ? null
                : session.getPersistenceContextInternal().getEntry(instance);
        if (instance == null || entry == null || !entry.getPersister().isTypeOrSuperType(entity)) {
            return false;
        }
        EntityPersister type = entry.getPersister();
        Object[] loaded = entry.getLoadedState();
        return !entry.isExistsInDatabase()
                || (loaded != null
                        && counters.stream()
                                .mapToInt(type::getPropertyIndex)
                                .filter(index -> type.getPropertyUpdateability()[index])
                                .anyMatch(index -> !Objects.equals(loaded[index], type.getValue(instance, index))));
    }
}
