package io.countercache.hibernate.internal.check;

import static java.util.Objects.requireNonNull;

import io.countercache.CounterCache;
import io.countercache.hibernate.internal.orm.BootDifferences;
import io.countercache.hibernate.internal.orm.BootModel;
import java.lang.invoke.MethodType;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Any;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * A counted {@code @Any}: one counter in each entity that it may refer to.
 *
 * <p>Queries cannot join the entity that an {@code @Any} refers to. They compare its two values, the type and the key.
 */
public record AnyDeclaration(PersistentClass child, String attribute, Any any, Metadata metadata) {

    /** Why it cannot be counted, or null if it can. */
    @Nullable
    public String uncountable(CounterCache annotation) {
        if (!annotation.path().isEmpty()) {
            return "'path': an @Any leads to rows of several entities, so no path can lead on: remove it, or use a @ManyToOne";
        }
        if (annotation.size()) {
            return "an @Any tells the size of no collection: remove 'size = true'";
        }
        Property root = BootModel.find(child, attribute.split("\\.", -1)[0]);
        if (root == null || !child.getPropertyClosure().contains(root)) {
            return "is an @Any in an identifier: use a @ManyToOne";
        }
        if (child.getJoinClosure().stream().anyMatch(join -> join.containsProperty(root))) {
            return "is an @Any in a separate table: map it by columns of the entity";
        }
        Map<?, String> values = any.getMetaValues();
        if (values == null || values.isEmpty() || BootDifferences.hasImplicitValues(any)) {
            return "is an @Any that may lead to any entity, and each needs a counter: name each by an"
                    + " @AnyDiscriminatorValue";
        }
        if (new HashSet<>(values.values()).size() < values.size()) {
            return "is an @Any with several values for one entity, and a recount sees only one of them: give each entity a single @AnyDiscriminatorValue";
        }
        Class<?> key = boxed(any.getType().getIdentifierType());
        for (PersistentClass target : targets()) {
            Class<?> id = boxed(target.getIdentifier().getType());
            if (!id.equals(key)) {
                return "is an @Any with keys of type %s, but %s has ids of type %s, which no query can compare: use a @ManyToOne for it"
                        .formatted(key.getSimpleName(), target.getJpaEntityName(), id.getSimpleName());
            }
        }
        return null;
    }

    private static Class<?> boxed(Type type) {
        return MethodType.methodType(type.getReturnedClass()).wrap().returnType();
    }

    private List<PersistentClass> targets() {
        return any.getMetaValues().values().stream()
                .sorted()
                .map(metadata::getEntityBinding)
                .toList();
    }

    /**
     * The entities that have a counter of one of these names, or should have one. For a counter that several targets inherit
     * this is the entity that declares it.
     */
    public Collection<PersistentClass> parents(List<String> names) {
        Map<Object, PersistentClass> parents = new LinkedHashMap<>();
        for (PersistentClass target : targets()) {
            Property counter = counter(target, names);
            parents.merge(
                    counter == null ? target : counter,
                    target,
                    (one, other) -> declaring(one, names, requireNonNull(counter)));
        }
        return parents.values();
    }

    private static PersistentClass declaring(PersistentClass heir, List<String> names, Property counter) {
        PersistentClass above = heir.getSuperclass();
        return above != null && counter.equals(counter(above, names)) ? declaring(above, names, counter) : heir;
    }

    private static @Nullable Property counter(PersistentClass parent, List<String> names) {
        for (String name : names) {
            Property found = BootModel.own(parent, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
