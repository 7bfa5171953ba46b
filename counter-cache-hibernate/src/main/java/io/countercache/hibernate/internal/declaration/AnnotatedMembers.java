package io.countercache.hibernate.internal.declaration;

import io.countercache.Counter;
import io.countercache.CounterCache;
import java.beans.Introspector;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.hibernate.mapping.Component;
import org.jspecify.annotations.Nullable;

/** Fields and getters that may be annotated, and the names of their attributes. */
final class AnnotatedMembers {

    private AnnotatedMembers() {}

    /** The fields and methods of an embeddable and of its superclasses. */
    static Stream<AnnotatedElement> of(Component embedded) {
        return of(embedded.getComponentClass());
    }

    /** Those of a class and of its superclasses. */
    static Stream<AnnotatedElement> of(@Nullable Class<?> annotated) {
        Stream<AnnotatedElement> members = Stream.empty();
        for (Class<?> type = annotated; type != null; type = type.getSuperclass()) {
            members = Stream.concat(
                    members,
                    Stream.<AnnotatedElement>concat(
                            Stream.of(type.getDeclaredFields()), Stream.of(type.getDeclaredMethods())));
        }
        return members;
    }

    static boolean isCounter(AnnotatedElement member) {
        return member.isAnnotationPresent(Counter.class) || member.getAnnotationsByType(CounterCache.class).length > 0;
    }

    static String attributeOf(AnnotatedElement member) {
        return member instanceof Method method ? attributeOf(method) : ((Field) member).getName();
    }

    private static String attributeOf(Method getter) {
        String name = getter.getName();
        String property = name.startsWith("get") ? name.substring(3) : name.startsWith("is") ? name.substring(2) : "";
        return property.isEmpty() ? name : Introspector.decapitalize(property);
    }
}
