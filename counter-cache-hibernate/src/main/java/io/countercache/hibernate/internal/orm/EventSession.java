package io.countercache.hibernate.internal.orm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.AbstractEvent;
import org.hibernate.event.spi.EventSource;
import org.jspecify.annotations.Nullable;

/** The session of an event. Before Hibernate 7.2 the events of stateless sessions do not have theirs. */
public final class EventSession {

    private static final MethodHandle GET;
    private static final boolean MAY_BE_STATELESS;

    static {
        try {
            MethodHandle get = MethodHandles.publicLookup().unreflect(AbstractEvent.class.getMethod("getSession"));
            MAY_BE_STATELESS = get.type().returnType() != EventSource.class;
            GET = get.asType(MethodType.methodType(SharedSessionContractImplementor.class, AbstractEvent.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private EventSession() {}

    /** Whether this version of Hibernate tells what a stateless session writes. */
    public static boolean mayBeStateless() {
        return MAY_BE_STATELESS;
    }

    /** The session; null for a stateless one of which Hibernate does not tell. */
    public static @Nullable SharedSessionContractImplementor find(AbstractEvent event) {
        try {
            return (SharedSessionContractImplementor) GET.invokeExact(event);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // the method declares no checked exceptions
        }
    }

    /** The session, of an event that has one. */
    public static SharedSessionContractImplementor of(AbstractEvent event) {
        SharedSessionContractImplementor session = find(event);
        if (session == null) {
            throw new IllegalStateException("an event of a stateless session was not sorted out: " + event);
        }
        return session;
    }
}
