package io.countercache.hibernate;

import io.countercache.CounterCacheException;
import java.lang.reflect.Field;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.mutation.internal.cte.CteInsertHandler;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableInsertStrategy;
import org.hibernate.sql.exec.spi.JdbcSelect;
import org.jboss.logging.Logger;

/** What of Hibernate can be reached in no other way than by the names of its fields. */
final class HibernateFields {

    private static final Logger LOG = Logger.getLogger(HibernateFields.class);

    private static final String MUTATIONS = "sqmMultiTableMutationStrategy";
    private static final String INSERTIONS = "sqmMultiTableInsertStrategy";
    private static final String INSERTS = "insertCoordinator";

    private HibernateFields() {}

    /** Has Hibernate batch the INSERTs of an entity; does nothing where its packages are closed. */
    static void batchInserts(EntityPersister entity) {
        if (BatchedInserts.canReplace(entity.getInsertCoordinator())) {
            try {
                set(entity, INSERTS, new BatchedInserts(entity));
            } catch (CounterCacheException closed) {
                LOG.debugf(closed.getCause(), "INSERTs of %s are not batched", entity.getEntityName());
            }
        }
    }

    /** Has Hibernate ask the library how to execute the bulk statements of an entity. */
    static void replaceStrategy(EntityPersister entity, BulkStatements bulk) {
        set(entity, MUTATIONS, new CountedMutations(bulk, entity, entity.getSqmMultiTableMutationStrategy()));
    }

    /** The same for INSERTs, where it has a strategy for these. */
    static void replaceStrategy(EntityPersister entity, BulkInserts inserts) {
        SqmMultiTableInsertStrategy hibernates = entity.getSqmMultiTableInsertStrategy();
        if (hibernates != null) {
            set(entity, INSERTIONS, new CountedInsertions(inserts, entity, hibernates));
        }
    }

    /** The one statement that a handler executes. */
    static JdbcSelect select(CteInsertHandler handler) {
        try {
            return (JdbcSelect) field(CteInsertHandler.class, "select").get(handler);
        } catch (IllegalAccessException e) {
            throw closed(e);
        }
    }

    private static void set(EntityPersister entity, String name, Object value) {
        try {
            field(AbstractEntityPersister.class, name).set(entity, value);
        } catch (IllegalAccessException e) {
            throw closed(e);
        }
    }

    private static Field field(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw closed(e);
        }
    }

    private static CounterCacheException closed(Exception cause) {
        CounterCacheException closed = new CounterCacheException(
                "bulk statements cannot be counted with this version of Hibernate, or its packages are closed: open them to the library, or set %s to ignore and reset the counters after bulk statements"
                        .formatted(Settings.BULK));
        closed.initCause(cause);
        return closed;
    }
}
