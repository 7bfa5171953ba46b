package io.countercache.hibernate.internal.orm;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.support.Settings;
import java.lang.reflect.Field;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;

/** Reads and sets private fields of Hibernate, for what cannot be reached in another way. */
public final class HibernateFields {

    private HibernateFields() {}

    /**
     * Sets a field of an entity's persister.
     *
     * @throws CounterCacheException if there is no such field, or the packages of Hibernate are closed
     */
    public static void set(EntityPersister entity, String field, Object value) {
        try {
            open(AbstractEntityPersister.class, field).set(entity, value);
        } catch (IllegalAccessException e) {
            throw closed(e);
        }
    }

    /**
     * Reads a field that the given class declares.
     *
     * @throws CounterCacheException if there is no such field, or the packages of Hibernate are closed
     */
    public static <T> Object get(T object, Class<? super T> declaring, String field) {
        try {
            return open(declaring, field).get(object);
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
        CounterCacheException closed = new CounterCacheException(
                "bulk statements cannot be counted with this version of Hibernate, or its packages are closed: open them to the library, or set %s to ignore and reset the counters after bulk statements"
                        .formatted(Settings.BULK));
        closed.initCause(cause);
        return closed;
    }
}
