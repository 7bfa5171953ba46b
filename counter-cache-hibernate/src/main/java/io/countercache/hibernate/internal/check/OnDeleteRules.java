package io.countercache.hibernate.internal.check;

import io.countercache.hibernate.internal.model.CascadedRows;
import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.orm.BootModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.dialect.Dialect;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.SimpleValue;
import org.hibernate.mapping.ToOne;
import org.hibernate.mapping.Value;
import org.jspecify.annotations.Nullable;

/** All foreign keys by which the database itself changes rows when others are deleted, and why some of these cannot be counted. */
public record OnDeleteRules(List<OnDeleteRule> all, List<CascadedRows> rows) {

    public static OnDeleteRules read(Metadata metadata) {
        List<OnDeleteRule> rules = new ArrayList<>();
        for (PersistentClass entity : metadata.getEntityBindings()) {
            attributes(entity).forEach(attribute -> read(entity, attribute, attribute.getName(), metadata, rules));
        }
        metadata.getCollectionBindings().forEach(collection -> read(collection, rules));
        rules.sort(Comparator.comparing(OnDeleteRule::place));
        return new OnDeleteRules(List.copyOf(rules), rows(metadata));
    }

    private static Stream<Property> attributes(PersistentClass entity) {
        Stream<Property> id = entity.getIdentifierProperty() != null
                ? Stream.of(entity.getIdentifierProperty())
                : entity.getIdentifier() instanceof Component parts ? parts.getProperties().stream() : Stream.of();
        return entity.getSuperclass() == null
                ? Stream.concat(entity.getProperties().stream(), id)
                : entity.getProperties().stream();
    }

    private static void read(
            PersistentClass entity, Property attribute, String path, Metadata metadata, List<OnDeleteRule> rules) {
        Value value = attribute.getValue();
        if (value instanceof Component embedded) {
            embedded.getProperties().forEach(part -> read(entity, part, path + "." + part.getName(), metadata, rules));
        } else if (value instanceof ToOne toOne) {
            OnDelete.Action action = OnDeleteRule.action(toOne);
            if (action != null) {
                PersistentClass target = metadata.getEntityBinding(toOne.getReferencedEntityName());
                rules.add(new OnDeleteRule(entity, path, null, target, toOne, action));
            }
        }
    }

    private static void read(Collection collection, List<OnDeleteRule> rules) {
        OnDelete.Action action = collection.getKey() instanceof SimpleValue key ? OnDeleteRule.action(key) : null;
        if (action != null && collection.getElement() instanceof OneToMany elements) {
            String mappedBy = collection.getMappedByProperty();
            rules.add(new OnDeleteRule(
                    elements.getAssociatedClass(),
                    mappedBy == null ? "" : mappedBy,
                    collection,
                    collection.getOwner(),
                    (SimpleValue) collection.getKey(),
                    action));
        }
    }

    /** The rows of collection tables that go along with other rows: either side of an association may declare it. */
    private static List<CascadedRows> rows(Metadata metadata) {
        Set<CascadedRows> rows = new LinkedHashSet<>();
        for (Collection collection : metadata.getCollectionBindings()) {
            boolean keyCascades = collection.getKey() instanceof SimpleValue key && cascades(key);
            Collection owning = BootModel.owning(collection, metadata);
            if (owning == null || owning.isOneToMany()) {
                continue;
            }
            if (keyCascades) {
                rows.add(new CascadedRows(owning.getRole(), owning != collection));
            }
            if (owning.getElement() instanceof ManyToOne element && cascades(element)) {
                rows.add(new CascadedRows(owning.getRole(), true));
            }
        }
        return List.copyOf(rows);
    }

    private static boolean cascades(SimpleValue key) {
        return OnDeleteRule.action(key) == OnDelete.Action.CASCADE;
    }

    /** All rules by names, without the boot model. */
    public List<OnDelete> named(Dialect dialect) {
        return all.stream().map(rule -> rule.named(dialect)).toList();
    }

    /** Why rows of an entity may be deleted by the database without being counted, where no rule is followed; null if they are not. */
    @Nullable
    public String unseen(PersistentClass entity, Predicate<OnDeleteRule> harmless) {
        return all.stream()
                .filter(rule -> rule.cascades() && rule.mayBeOf(entity) && !harmless.test(rule))
                .findFirst()
                .map(rule ->
                        "%s has @OnDelete(CASCADE), which deletes rows that Hibernate does not see: use cascade = REMOVE"
                                .formatted(rule.place()))
                .orElse(null);
    }

    /**
     * Why what the database does to rows of a child cannot be counted, or null if it can.
     *
     * @param association the association by which the child is counted
     * @param leadsOn whether the counter has a path; if not, the deleted row is the one with the counter
     * @param where the condition of the counter
     */
    @Nullable
    public String uncountable(PersistentClass child, String association, boolean leadsOn, String where) {
        return uncountable(child, rule -> switch (rule.action()) {
            case CASCADE -> leadsOn || !rule.association().equals(association);
            case SET_NULL -> (leadsOn && rule.association().equals(association)) || isNamed(rule, where, child);
            case SET_DEFAULT -> rule.association().equals(association) || isNamed(rule, where, child);
        });
    }

    /**
     * The same for rows that a path leads through.
     *
     * @param isLast whether the step leads to the row with the counter: the deletion of that row does not matter
     */
    @Nullable
    public String uncountable(PersistentClass entity, String step, boolean isLast) {
        return uncountable(entity, step, !isLast, "");
    }

    private @Nullable String uncountable(PersistentClass entity, Predicate<OnDeleteRule> matters) {
        Set<OnDeleteRule> followed = new HashSet<>();
        return all.stream()
                .filter(rule -> rule.mayBeOf(entity) && matters.test(rule))
                .map(rule -> uncountable(rule, false, followed))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** @param passesOn whether the deletion of these rows deletes or changes other rows in turn */
    private @Nullable String uncountable(OnDeleteRule rule, boolean passesOn, Set<OnDeleteRule> followed) {
        if (!followed.add(rule)) {
            return null;
        }
        String problem = problem(rule, passesOn);
        if (problem != null) {
            return "%s has @OnDelete(%s), %s".formatted(rule.place(), rule.action(), problem);
        }
        return all.stream()
                .filter(before -> before.cascades() && before.mayBeOf(rule.target()))
                .map(before -> uncountable(before, true, followed))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String problem(OnDeleteRule rule, boolean passesOn) {
        String remedy = rule.cascades() ? "use cascade = REMOVE" : "remove it";
        String child = rule.child().getJpaEntityName();
        String target = rule.target().getJpaEntityName();
        if (rule.action() == OnDelete.Action.SET_DEFAULT) {
            return "and it is not known which row the database then refers to: remove it";
        }
        if (!rule.key().isForeignKeyEnabled()) {
            return "but no foreign key that would do so: remove one of the two";
        }
        if (rule.cascades() && !isInFirstTable(rule)) {
            return "but is in a table that has only a part of %s, and only that part would be deleted: %s"
                    .formatted(child, remedy);
        }
        if (BootModel.isInUnion(rule.target()) && rule.target().hasSubclasses()) {
            return "and leads to a hierarchy with a table per class, which no foreign key can: " + remedy;
        }
        if (rule.target().getSubclassClosure().stream().anyMatch(type -> type.getCustomSQLDelete() != null)) {
            return "and %s has custom SQL, which may delete nothing: %s".formatted(target, remedy);
        }
        if (BootModel.hasTenants(rule.child()) && !BootModel.hasTenants(rule.target())) {
            return "and a session sees only those rows of %s that its tenant has: give %s a @TenantId"
                    .formatted(child, target);
        }
        if (rule.child().getRootClass().getWhere() != null) {
            return "and %s a @SQLRestriction, which hides rows that are deleted: remove one of the two"
                    .formatted(child);
        }
        if (passesOn && rule.child().getRootClass().getSoftDeleteColumn() != null) {
            return "and %s a @SoftDelete, which hides rows whose deletion deletes others: %s".formatted(child, remedy);
        }
        return rule.association().isEmpty() && hidesRows(rule)
                ? "and it or %s a @SQLRestriction or a @Filter, which hides rows that are deleted: map %s by a to-one of %s"
                        .formatted(target, rule.place(), child)
                : null;
    }

    /** Whether a query by the collection may miss rows. Without a to-one, rows can only be found by the collection. */
    private static boolean hidesRows(OnDeleteRule rule) {
        Collection collection = rule.collection();
        return rule.target().getRootClass().getWhere() != null
                || (collection != null
                        && (collection.getWhere() != null
                                || collection.getManyToManyWhere() != null
                                || !collection.getFilters().isEmpty()
                                || !collection.getManyToManyFilters().isEmpty()));
    }

    private static boolean isInFirstTable(OnDeleteRule rule) {
        return BootModel.isInUnion(rule.child())
                || rule.key().getTable().equals(rule.child().getRootClass().getTable());
    }

    /** Whether a condition names an attribute of a column that the rule changes. */
    private static boolean isNamed(OnDeleteRule rule, String where, PersistentClass child) {
        return ChildRowsCheck.names(where)
                .map(name -> BootModel.find(child, name))
                .filter(Objects::nonNull)
                .anyMatch(attribute ->
                        !Collections.disjoint(BootModel.columns(attribute.getValue()), BootModel.columns(rule.key())));
    }
}
