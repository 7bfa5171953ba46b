package io.countercache.hibernate.internal.check;

import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.model.OnDelete.Action;
import io.countercache.hibernate.internal.orm.BootModel;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.dialect.Dialect;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.SimpleValue;
import org.jspecify.annotations.Nullable;

/**
 * An {@link OnDelete} in Hibernate's boot model.
 *
 * @param child the entity that has the foreign key
 * @param association the to-one that writes the column; empty if only a collection does
 * @param collection the collection that the foreign key is declared on, or null
 * @param target the entity whose rows it refers to
 * @param key the columns of the foreign key
 */
public record OnDeleteRule(
        PersistentClass child,
        String association,
        @Nullable Collection collection,
        PersistentClass target,
        SimpleValue key,
        Action action) {

    private static final Pattern ON_DELETE = Pattern.compile("on\\s+delete\\s+(cascade|set\\s+null|set\\s+default)");

    /** The action of a foreign key, if it is one that changes counters; else null. */
    static @Nullable Action action(SimpleValue key) {
        return action(key.getForeignKeyDefinition(), key.getOnDeleteAction());
    }

    /** The action that a foreign key has by the SQL that defines it, or else by its annotation; null for none. */
    public static @Nullable Action action(@Nullable String definition, @Nullable OnDeleteAction action) {
        var defined = ON_DELETE.matcher(definition == null ? "" : definition.toLowerCase(Locale.ROOT));
        if (defined.find()) {
            return Action.valueOf(defined.group(1).replaceAll("\\s+", "_").toUpperCase(Locale.ROOT));
        }
        return action == OnDeleteAction.CASCADE
                ? Action.CASCADE
                : action == OnDeleteAction.SET_NULL
                        ? Action.SET_NULL
                        : action == OnDeleteAction.SET_DEFAULT ? Action.SET_DEFAULT : null;
    }

    boolean cascades() {
        return action == Action.CASCADE;
    }

    /** The attribute that the user has declared it on, for messages. */
    String place() {
        return collection == null ? child.getJpaEntityName() + "." + association : BootModel.name(collection);
    }

    /** Whether rows of this entity may have the foreign key. */
    boolean mayBeOf(PersistentClass entity) {
        return child.getSubclassClosure().contains(entity)
                || entity.getSubclassClosure().contains(child);
    }

    /** The same rule by names, without the boot model. */
    OnDelete named(Dialect dialect) {
        return new OnDelete(
                child.getEntityName(),
                association,
                collection == null ? "" : collection.getRole(),
                target.getEntityName(),
                BootModel.columns(key).stream()
                        .map(column -> column.getQuotedName(dialect))
                        .collect(Collectors.toSet()),
                action);
    }
}
