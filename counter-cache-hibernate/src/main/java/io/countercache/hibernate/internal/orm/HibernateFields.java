package io.countercache.hibernate.internal.orm;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.support.Settings;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.collection.spi.CollectionSemantics;
import org.hibernate.mapping.Collection;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.mutation.internal.cte.CteInsertHandler;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableInsertStrategy;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableMutationStrategy;

/**
 * The private fields of Hibernate that the library reads and sets, where Hibernate has no other way: only this class opens
 * private members. Unless it says otherwise, a method throws a {@link CounterCacheException} if this version of Hibernate has
 * no such field or the packages of Hibernate are closed.
 */
public final class HibernateFields {

    private static final ClassValue<List<Field>> SERIALIZED = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            return serialized(type);
        }
    };

    private HibernateFields() {}

    /** Sets how bulk DELETEs and UPDATEs of an entity are executed. */
    public static void setMutationStrategy(EntityPersister entity, SqmMultiTableMutationStrategy strategy) {
        set(entity, "sqmMultiTableMutationStrategy", strategy);
    }

    /** Sets how bulk INSERTs of an entity into several tables are executed. */
    public static void setInsertStrategy(EntityPersister entity, SqmMultiTableInsertStrategy strategy) {
        set(entity, "sqmMultiTableInsertStrategy", strategy);
    }

    private static void set(EntityPersister entity, String field, Object value) {
        try {
            open(AbstractEntityPersister.class, field).set(entity, value);
        } catch (IllegalAccessException e) {
            throw closed(e);
        }
    }

    /** Reads the one statement by which a bulk INSERT into several tables is executed. */
    public static Object select(CteInsertHandler insert) {
        try {
            return open(CteInsertHandler.class, "select").get(insert);
        } catch (IllegalAccessException e) {
            throw closed(e);
        }
    }

    private static Field open(Class<?> declaring, String name) {
        try {
            Field field = declaring.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw closed(e);
        }
    }

    private static CounterCacheException closed(Exception cause) {
        return because(
                cause,
                "bulk statements cannot be counted with this version of Hibernate, or its packages are closed: open them to the library, or set %s to ignore and reset the counters after bulk statements"
                        .formatted(Settings.BULK));
    }

    private static CounterCacheException because(Exception cause, String message) {
        CounterCacheException closed = new CounterCacheException(message);
        closed.initCause(cause);
        return closed;
    }

    /**
     * Sets what Hibernate asks for instances of a collection. There is no other way that needs no instance from the bean container
     * of the application, which may share it between collections, or refuse it.
     */
    public static void setSemantics(Collection collection, CollectionSemantics<?, ?> semantics) {
        try {
            Field field = Collection.class.getDeclaredField("cachedCollectionSemantics");
            field.setAccessible(true);
            field.set(collection, semantics);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw because(
                    e,
                    "the size of %s cannot be told by a counter with this version of Hibernate, or its packages are closed: open them to the library, or set %s to false"
                            .formatted(BootModel.name(collection), Settings.COLLECTION_SIZE));
        }
    }

    /**
     * Copies what is serialized of a collection.
     *
     * @param type the class whose fields are copied, and those of its superclasses
     * @throws java.lang.reflect.InaccessibleObjectException if the packages of Hibernate are closed
     */
    public static void copySerialized(Class<?> type, Object from, Object to) {
        try {
            for (Field field : SERIALIZED.get(type)) {
                field.set(to, field.get(from));
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e); // it was made accessible
        }
    }

    private static List<Field> serialized(Class<?> collection) {
        List<Field> serialized = new ArrayList<>();
        for (Class<?> type = collection; type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                    field.setAccessible(true);
                    serialized.add(field);
                }
            }
        }
        return serialized;
    }
}
