package io.countercache.hibernate.internal.orm;

import java.util.function.Supplier;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * What the library remembers of each session, until it is removed or the session is dropped. The values hang on their sessions:
 * there is no map, and so no lock, that all sessions share. As thread-safe as the sessions are.
 *
 * <p>Most events ask for what most applications never remember of any session, so that is answered without a look at the session.
 *
 * @param <T> what is remembered
 */
public final class PerSession<T> {

    private static final boolean HAVE_EXTENSIONS = OptionalMethod.of(
                    SharedSessionContractImplementor.class, 1, "getExtension")
            .exists();

    /** Written once, so that all threads can read it without waiting for each other. */
    private volatile boolean isUsed;

    /** Returns what is remembered, or null. */
    @SuppressWarnings("unchecked") // only put() puts a value under this key
    public @Nullable T get(SharedSessionContractImplementor session) {
        return isUsed ? (T) known(session).get(this) : null;
    }

    /** Returns what is remembered; if nothing is, remembers a new value. */
    public T get(SharedSessionContractImplementor session, Supplier<T> initial) {
        T known = get(session);
        if (known == null) {
            known = initial.get();
            put(session, known);
        }
        return known;
    }

    public void put(SharedSessionContractImplementor session, T value) {
        if (!isUsed) {
            isUsed = true;
        }
        SessionValues values = HAVE_EXTENSIONS ? SessionAttachment.of(session) : SessionMap.of(session);
        values.put(this, value);
    }

    /** The values of a session, which may be closed. Not to be added to. */
    private static SessionValues known(SharedSessionContractImplementor session) {
        return HAVE_EXTENSIONS ? SessionAttachment.of(session) : SessionMap.known(session);
    }

    /** Forgets what is remembered, and returns it. */
    @SuppressWarnings("unchecked") // only put() puts a value under this key
    public @Nullable T remove(SharedSessionContractImplementor session) {
        return isUsed ? (T) known(session).remove(this) : null;
    }

    /** Forgets what is remembered of all sessions of a factory that is closed. */
    public static void forget(SessionFactoryImplementor closed) {
        if (!HAVE_EXTENSIONS) {
            SessionMap.forget(closed);
        }
    }
}
