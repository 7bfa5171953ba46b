package io.countercache.hibernate.internal.orm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A public method that not every version of Hibernate has, or not under the same name, or with the same types. */
final class OptionalMethod {

    private final String name;
    private final @Nullable MethodHandle handle;

    private OptionalMethod(String name, @Nullable MethodHandle handle) {
        this.name = name;
        this.handle = handle;
    }

    /**
     * Finds a method by how many parameters it has: their types are not the same in all versions.
     *
     * @param names those that it has had, the newest first
     */
    static OptionalMethod of(Class<?> type, int parameters, String... names) {
        for (String name : names) {
            for (Method method : type.getMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == parameters && !method.isBridge()) {
                    return new OptionalMethod(name, handle(method, parameters));
                }
            }
        }
        return new OptionalMethod(names[0], null);
    }

    private static MethodHandle handle(Method method, int parameters) {
        try {
            return MethodHandles.publicLookup()
                    .unreflect(method)
                    .asType(MethodType.genericMethodType(1 + parameters))
                    .asSpreader(Object[].class, 1 + parameters);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e); // it is public
        }
    }

    boolean exists() {
        return handle != null;
    }

    /** Calls the method, with the target first. */
    @Nullable
    Object call(@Nullable Object... arguments) {
        if (handle == null) {
            throw new IllegalStateException("Hibernate " + HibernateVersion.current() + " has no " + name);
        }
        try {
            return handle.invokeExact(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // these methods declare no checked exceptions
        }
    }

    /** The same, or null where there is no such method. */
    @Nullable
    Object callOrNull(@Nullable Object... arguments) {
        return exists() ? call(arguments) : null;
    }
}
