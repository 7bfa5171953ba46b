package io.countercache.hibernate.support;

import jakarta.persistence.FindOption;
import jakarta.persistence.LockModeType;
import jakarta.persistence.criteria.CommonAbstractCriteria;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.SharedSessionContract;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.PreInsertEvent;
import org.hibernate.query.MutationQuery;
import org.jspecify.annotations.Nullable;

/**
 * What an application writes in the same way for all versions of Hibernate, though it is not compiled to the same: the types
 * of a parameter or of the result have changed. The tests are compiled once, and call these methods by their names.
 */
public final class SameSource {

    private SameSource() {}

    /** {@code session.insert(entity)}, which returns nothing since 8.0. */
    public static void insert(StatelessSession session, Object entity) {
        call(StatelessSession.class, session, "insert", entity);
    }

    /** {@code session.get(type, id)}, which fails if there is no such row since 8.0, where {@code find} does not. */
    public static <E> @Nullable E find(StatelessSession session, Class<E> type, Object id) {
        String name = HibernateVersions.isSince("8.0") ? "find" : "get";
        return type.cast(call(StatelessSession.class, session, name, type, id));
    }

    /** {@code session.find(type, id, lock)}, where a lock is one of many options since 8.0. */
    public static <E> E find(Session session, Class<E> type, Object id, LockModeType lock) {
        return HibernateVersions.isSince("8.0")
                ? session.find(type, id, (FindOption) lock)
                : session.find(type, id, lock);
    }

    /** {@code session.fetch(association)}, which returns it since 8.0. */
    public static void fetch(StatelessSession session, Object association) {
        call(StatelessSession.class, session, "fetch", association);
    }

    /** {@code session.createMutationQuery(criteria)}, which takes any statement since 8.0. */
    public static MutationQuery createMutationQuery(SharedSessionContract session, CommonAbstractCriteria criteria) {
        return (MutationQuery) call(SharedSessionContract.class, session, "createMutationQuery", criteria);
    }

    /** {@code event.getSession()}, which is of any kind since 7.2. */
    public static SharedSessionContractImplementor session(PreInsertEvent event) {
        return (SharedSessionContractImplementor) call(PreInsertEvent.class, event, "getSession");
    }

    private static Object call(Class<?> type, Object target, String name, Object... arguments) {
        Method method = Stream.of(type.getMethods())
                .filter(declared -> declared.getName().equals(name) && takes(declared, arguments))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(type.getName() + " has no " + name));
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw SameSource.<RuntimeException>asIs(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(method.toString(), e);
        }
    }

    private static boolean takes(Method method, Object... arguments) {
        Class<?>[] types = method.getParameterTypes();
        return types.length == arguments.length
                && (types.length == 0 || types[0].isInstance(arguments[0]) || arguments[0] == null);
    }

    /** Whoever calls sees what Hibernate has thrown, checked or not. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E asIs(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
