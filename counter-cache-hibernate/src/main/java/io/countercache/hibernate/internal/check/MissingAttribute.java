package io.countercache.hibernate.internal.check;

import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.support.Problems;
import java.beans.Introspector;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.stream.Stream;
import org.hibernate.mapping.PersistentClass;
import org.jspecify.annotations.Nullable;

/** An attribute that an entity itself does not have: where else it is, so that the user need not look for it. */
public final class MissingAttribute {

    private MissingAttribute() {}

    /** Where an attribute is instead, and what to do; null if it is nowhere. */
    public static @Nullable String elsewhere(PersistentClass entity, String name) {
        return Problems.first(
                () -> inEmbeddable(entity, name), () -> inSubclass(entity, name), () -> notPersistent(entity, name));
    }

    private static @Nullable String inEmbeddable(PersistentClass entity, String name) {
        return Stream.iterate(entity, Objects::nonNull, PersistentClass::getSuperclass)
                .flatMap(type -> BootModel.attributes(type).keySet().stream())
                .filter(path -> path.equals(name) || path.endsWith("." + name))
                .findFirst()
                .map(path -> "%s.%s is in an embeddable or in the identifier: move it to the entity itself"
                        .formatted(entity.getJpaEntityName(), path))
                .orElse(null);
    }

    private static @Nullable String inSubclass(PersistentClass entity, String name) {
        return entity.getSubclassClosure().stream()
                .filter(subclass -> subclass != entity && BootModel.own(subclass, name) != null)
                .findFirst()
                .map(subclass -> "%s.%s is in a subclass, and not each %s has it: move it to %s"
                        .formatted(
                                subclass.getJpaEntityName(),
                                name,
                                entity.getJpaEntityName(),
                                entity.getJpaEntityName()))
                .orElse(null);
    }

    private static @Nullable String notPersistent(PersistentClass entity, String name) {
        for (Class<?> type = entity.getMappedClass(); type != null; type = type.getSuperclass()) {
            boolean isDeclared =
                    Stream.of(type.getDeclaredFields()).map(Field::getName).anyMatch(name::equals)
                            || Stream.of(type.getDeclaredMethods())
                                    .filter(method -> method.getParameterCount() == 0)
                                    .map(Method::getName)
                                    .anyMatch(method -> method.startsWith("get")
                                            && Introspector.decapitalize(method.substring(3))
                                                    .equals(name));
            if (isDeclared) {
                return "%s.%s is not persistent: remove @Transient, or make its class a @MappedSuperclass if it is inherited"
                        .formatted(entity.getJpaEntityName(), name);
            }
        }
        return null;
    }
}
