package io.countercache.hibernate;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.dialect.Dialect;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.SimpleValue;
import org.jspecify.annotations.Nullable;

/**
 * What the database does to rows of one entity when a row of another goes, by a foreign key between them.
 *
 * @param child the entity that has the foreign key
 * @param association its to-one that writes the column; empty if only a collection does
 * @param collection the collection that the foreign key is declared on, or null
 * @param target the entity whose rows it refers to
 * @param key the columns
 */
record DeleteRule(
        PersistentClass child,
        String association,
        @Nullable Collection collection,
        PersistentClass target,
        SimpleValue key,
        Action action) {

    private static final Pattern ON_DELETE = Pattern.compile("on\\s+delete\\s+(cascade|set\\s+null|set\\s+default)");

    /** What happens to a row whose reference is lost. */
    enum Action {
        CASCADE,
        SET_NULL,
        SET_DEFAULT;

        /** What a foreign key asks for that matters to counters; null for nothing. */
        static @Nullable Action of(SimpleValue key) {
            String definition = key.getForeignKeyDefinition();
            var defined = ON_DELETE.matcher(definition == null ? "" : definition.toLowerCase(Locale.ROOT));
            if (defined.find()) {
                return valueOf(defined.group(1).replaceAll("\\s+", "_").toUpperCase(Locale.ROOT));
            }
            OnDeleteAction action = key.getOnDeleteAction();
            return action == OnDeleteAction.CASCADE
                    ? CASCADE
                    : action == OnDeleteAction.SET_NULL
                            ? SET_NULL
                            : action == OnDeleteAction.SET_DEFAULT ? SET_DEFAULT : null;
        }
    }

    boolean cascades() {
        return action == Action.CASCADE;
    }

    /** The attribute that the user has declared it on. */
    String place() {
        return collection == null ? child.getJpaEntityName() + "." + association : name(collection);
    }

    static String name(Collection collection) {
        return collection.getOwner().getJpaEntityName() + "."
                + collection.getRole().substring(collection.getRole().lastIndexOf('.') + 1);
    }

    /** Whether a row of this entity may be one that the foreign key is in. */
    boolean mayBeOf(PersistentClass entity) {
        return child.getSubclassClosure().contains(entity)
                || entity.getSubclassClosure().contains(child);
    }

    Set<String> columns(Dialect dialect) {
        return key.getColumns().stream()
                .map(column -> column.getQuotedName(dialect))
                .collect(Collectors.toSet());
    }
}
