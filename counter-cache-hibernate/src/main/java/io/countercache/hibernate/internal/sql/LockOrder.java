package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.sql.Columns.ColumnValue;
import io.countercache.hibernate.internal.support.Chunks;
import java.util.Arrays;
import java.util.Comparator;
import java.util.UUID;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.persister.entity.EntityPersister;

/**
 * The order in which every transaction locks the rows of one table: by their ids. It depends on nothing but the values of
 * the ids, because transactions of other JVMs lock the same rows.
 */
public final class LockOrder {

    private LockOrder() {}

    /** Of how many rows one statement or one JDBC batch keeps the order. */
    public static int rowsAtOnce(SharedSessionContractImplementor session) {
        return Databases.of(session).keepsOrder() ? Chunks.SIZE : 1;
    }

    public static Comparator<Object> of(EntityPersister entity, SharedSessionContractImplementor session) {
        return (one, other) -> compareIds(() -> entity, one, other, session);
    }

    public static int compareIds(
            Supplier<EntityPersister> entity, Object one, Object other, SharedSessionContractImplementor session) {
        if (isOrdered(one) && one.getClass() == other.getClass()) {
            return compareValues(one, other);
        }
        ModelPart id = entity.get().getIdentifierMapping();
        return Arrays.compare(
                Columns.columnValues(id, one, session).toArray(ColumnValue[]::new),
                Columns.columnValues(id, other, session).toArray(ColumnValue[]::new),
                Comparator.comparing(ColumnValue::value, Comparator.nullsFirst(LockOrder::compareValues)));
    }

    /** Not any Comparable: the id class of an application may compare a part of its attributes only. */
    private static boolean isOrdered(Object id) {
        return id instanceof Number || id instanceof String || id instanceof UUID;
    }

    @SuppressWarnings("unchecked")
    private static int compareValues(Object one, Object other) {
        if (one instanceof byte[] bytes && other instanceof byte[] otherBytes) {
            return Arrays.compareUnsigned(bytes, otherBytes);
        }
        if (one instanceof Comparable<?> && one.getClass() == other.getClass()) {
            return ((Comparable<Object>) one).compareTo(other);
        }
        return one.toString().compareTo(other.toString());
    }
}
