package io.countercache.hibernate.internal.declaration;

import io.countercache.hibernate.internal.check.ChildRowsCheck;
import io.countercache.hibernate.internal.check.OnDeleteRules;
import io.countercache.hibernate.internal.orm.Past;
import io.countercache.hibernate.internal.support.Problems;
import java.util.function.Predicate;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.jspecify.annotations.Nullable;

/** Hibernate's boot model, which declarations are resolved against. */
final class DeclaredMapping {

    private final Metadata metadata;
    private final SqlStringGenerationContext tableNames;
    private final Predicate<Collection> isChanged;
    private @Nullable OnDeleteRules deletes;

    /** @param isChanged whether the library has changed the mapping of a collection before, for another session factory */
    DeclaredMapping(Metadata metadata, SqlStringGenerationContext tableNames, Predicate<Collection> isChanged) {
        this.metadata = metadata;
        this.tableNames = tableNames;
        this.isChanged = isChanged;
    }

    Metadata metadata() {
        return metadata;
    }

    Predicate<Collection> isChanged() {
        return isChanged;
    }

    /** The {@code ON DELETE} actions of the mapping: read when the first derived counter asks for them. */
    OnDeleteRules deletes() {
        deletes = deletes == null ? OnDeleteRules.read(metadata) : deletes;
        return deletes;
    }

    /** The table of an attribute, as SQL names it. */
    String tableOf(Property property) {
        return tableNames.format(property.getValue().getTable().getQualifiedTableName());
    }

    /**
     * Why an entity can neither have counters nor be counted, if the reason is that it keeps old versions of its rows, or that a
     * subclass hides its identifier.
     */
    static @Nullable String unfit(PersistentClass entity) {
        return Problems.first(
                () -> ChildRowsCheck.withPast(Past.isKept(entity.getRootClass()), entity.getJpaEntityName()),
                () -> ChildRowsCheck.hiddenIdentifier(entity));
    }
}
