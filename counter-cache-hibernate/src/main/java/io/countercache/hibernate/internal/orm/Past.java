package io.countercache.hibernate.internal.orm;

import java.util.Set;
import org.hibernate.collection.spi.AbstractPersistentCollection;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.LoadQueryInfluencers;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.RootClass;
import org.jspecify.annotations.Nullable;

/** Old versions of rows, which Hibernate keeps and reads since 7.4. */
public final class Past {

    private static final Set<String> KEEPING =
            Set.of("TemporalStateManagement", "HistoryStateManagement", "NativeTemporalStateManagement");

    private static final OptionalMethod OF_ENTITY = OptionalMethod.of(RootClass.class, 0, "getStateManagementType");
    private static final OptionalMethod OF_COLLECTION =
            OptionalMethod.of(Collection.class, 0, "getStateManagementType");
    private static final OptionalMethod READ_BY_SESSION =
            OptionalMethod.of(LoadQueryInfluencers.class, 0, "getTemporalIdentifier");
    private static final OptionalMethod READ_BY_COLLECTION =
            OptionalMethod.of(AbstractPersistentCollection.class, 0, "getTemporalIdentifier");

    private Past() {}

    /** Whether old versions of the rows of an entity are kept. */
    public static boolean isKept(RootClass entity) {
        return isKeeping(OF_ENTITY.callOrNull(entity));
    }

    /** Whether old versions of the rows of a collection are kept. */
    public static boolean isKept(Collection collection) {
        return isKeeping(OF_COLLECTION.callOrNull(collection));
    }

    private static boolean isKeeping(@Nullable Object management) {
        return management instanceof Class<?> type && KEEPING.contains(type.getSimpleName());
    }

    /** Whether a session reads rows as they were at some time. */
    public static boolean isRead(SharedSessionContractImplementor session) {
        return READ_BY_SESSION.callOrNull(session.getLoadQueryInfluencers()) != null;
    }

    /** Whether a collection has the rows of some time. */
    public static boolean isRead(PersistentCollection<?> collection) {
        return READ_BY_COLLECTION.callOrNull(collection) != null;
    }
}
