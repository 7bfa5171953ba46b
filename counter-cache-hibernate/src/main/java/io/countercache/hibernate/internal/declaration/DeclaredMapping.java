package io.countercache.hibernate.internal.declaration;

import io.countercache.hibernate.internal.check.ChildRowsCheck;
import io.countercache.hibernate.internal.check.OnDeleteRules;
import io.countercache.hibernate.internal.check.SlotTable;
import io.countercache.hibernate.internal.orm.Past;
import io.countercache.hibernate.internal.orm.Slots;
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
    private final boolean quotesTables;
    private @Nullable OnDeleteRules deletes;

    /**
     * @param isChanged whether the library has changed the mapping of a collection before, for another session factory
     * @param quotesTables whether names of tables have to be quoted, for the database tells small letters from capitals
     */
    DeclaredMapping(
            Metadata metadata,
            SqlStringGenerationContext tableNames,
            Predicate<Collection> isChanged,
            boolean quotesTables) {
        this.metadata = metadata;
        this.tableNames = tableNames;
        this.isChanged = isChanged;
        this.quotesTables = quotesTables;
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

    /** Why a counter cannot be spread, or null if it can. */
    @Nullable
    String unfitForSlots(int slots, PersistentClass parent, Property counter, boolean touches) {
        return Problems.first(
                () -> SlotTable.unfit(slots, parent, counter, touches),
                () -> SlotTable.ambiguous(slots(counter, slots), parent, counter));
    }

    /** Some slots of an attribute; null for none. */
    @Nullable
    Slots slots(Property property, int number) {
        return number == 0 ? null : SlotTable.slots(property, number, tableNames, quotesTables);
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
