package io.countercache.hibernate.internal.orm;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A public method that not every version of Hibernate has, or not under the same name, or with the same types. */
final class OptionalMethod {

    private final String name;
    private final Class<?> returned;
    private final @Nullable MethodHandle handle;

    private OptionalMethod(String name, Class<?> returned, @Nullable MethodHandle handle) {
        this.name = name;
        this.returned = returned;
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
                    MethodHandle handle = handle(method).asSpreader(Object[].class, 1 + parameters);
                    return new OptionalMethod(name, method.getReturnType(), handle);
                }
            }
        }
        return new OptionalMethod(names[0], Object.class, null);
    }

    /**
     * The same method, or, where there is none, that of a part of the target.
     *
     * @param part returns the part
     * @param ofPart the name of its method, which has no parameters
     */
    OptionalMethod orOf(OptionalMethod part, String ofPart) {
        if (handle != null || part.handle == null) {
            return this;
        }
        try {
            Method method = part.returned.getMethod(ofPart);
            return new OptionalMethod(
                    ofPart, method.getReturnType(), MethodHandles.filterReturnValue(part.handle, handle(method)));
        } catch (NoSuchMethodException e) {
            return this;
        }
    }

    private static MethodHandle handle(Method method) {
        try {
            return MethodHandles.publicLookup()
                    .unreflect(method)
                    .asType(MethodType.genericMethodType(1 + method.getParameterCount()));
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
