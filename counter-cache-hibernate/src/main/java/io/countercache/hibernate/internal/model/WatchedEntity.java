package io.countercache.hibernate.internal.model;

import static java.util.Objects.requireNonNull;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * An entity whose rows are counted, or are on the path of a counter: its watched attributes, and which counters depend on
 * them. Empty for all other entities.
 *
 * <p>An {@code @Any} is watched once for each entity that it may lead to and that has counters.
 */
public final class WatchedEntity {

    private final EntityPersister entity;
    private final Map<String, WatchedAttribute> byKey = new HashMap<>();
    /** In the order of their positions. A list, because every event of a child goes through it. */
    private final List<WatchedAttribute> attributes = new ArrayList<>();

    private final List<CountedBy> counters = new ArrayList<>();
    private final List<PassedBy> passages = new ArrayList<>();

    /**
     * A counter that counts rows of this entity.
     *
     * @param association leads to the row that a child counts for
     * @param condition under which a child counts; null for always
     * @param sum the number that is totalled; null where rows are counted
     */
    public record CountedBy(
            CounterDefinition counter,
            WatchedAttribute association,
            @Nullable Condition condition,
            @Nullable WatchedAttribute sum) {

        /** Whether this attribute decides for how much a row counts. */
        public boolean isWeighedBy(WatchedAttribute attribute) {
            return attribute.equals(sum) || isConditionOf(attribute);
        }

        private boolean isConditionOf(WatchedAttribute attribute) {
            return conditionAttributes().contains(attribute.path());
        }

        public Set<String> conditionAttributes() {
            return condition == null ? Set.of() : condition.attributes();
        }

        /** Whether for how much a row counts depends on its attributes. */
        public boolean isWeighed() {
            return condition != null || sum != null;
        }
    }

    /**
     * A counter whose path leads through rows of this entity.
     *
     * @param association leads to the next row of the path
     */
    public record PassedBy(PathStep step, WatchedAttribute association) {}

    WatchedEntity(EntityPersister entity) {
        this.entity = entity;
    }

    void countedBy(CounterDefinition counter, @Nullable Condition condition) {
        WatchedAttribute association = watch(WatchedAttribute.of(entity, counter));
        WatchedAttribute sum = counter.sum().isEmpty() ? null : watch(counter.sum());
        if (condition != null) {
            condition.attributes().forEach(this::watch);
        }
        counters.add(new CountedBy(counter, association, condition, sum));
    }

    void passedBy(PathStep step) {
        passages.add(new PassedBy(step, watch(step.attribute())));
    }

    private WatchedAttribute watch(String path) {
        return watch(WatchedAttribute.of(entity, path));
    }

    private WatchedAttribute watch(WatchedAttribute attribute) {
        return byKey.computeIfAbsent(attribute.key(), any -> {
            attributes.add(attribute.at(attributes.size()));
            return attributes.get(attributes.size() - 1);
        });
    }

    public EntityPersister entity() {
        return entity;
    }

    public boolean isEmpty() {
        return attributes.isEmpty();
    }

    /** The watched attributes, in the order of their positions in a {@link Snapshot}. */
    public List<WatchedAttribute> attributes() {
        return attributes;
    }

    public List<CountedBy> counters() {
        return counters;
    }

    public List<PassedBy> passages() {
        return passages;
    }

    /** Whether a subclass of this entity has no other counters than this entity. */
    public boolean hasAllOf(WatchedEntity subclass) {
        return subclass.counters.size() == counters.size() && subclass.passages.size() == passages.size();
    }

    /** Whether to set an attribute may change a watched one: the same, one inside or around it, or one with the same column. */
    public boolean isChangedBy(String path, EntityPersister declaring) {
        Set<String> assigned = Entities.columns(declaring.findByPath(path));
        return attributes.stream()
                .anyMatch(own -> own.path().equals(path)
                        || own.path().startsWith(path + ".")
                        || path.startsWith(own.path() + ".")
                        || !Collections.disjoint(Entities.columns(own.part()), assigned));
    }

    /** Whether no UPDATE of an instance changes a watched attribute. */
    public boolean isFrozen() {
        return attributes.stream().noneMatch(WatchedAttribute::isUpdatable);
    }

    /** Whether counters do nothing with an attribute but total it. */
    public boolean isOnlyTotalled(WatchedAttribute attribute) {
        return counters.stream().anyMatch(by -> attribute.equals(by.sum()))
                && counters.stream().noneMatch(by -> attribute.equals(by.association()) || by.isConditionOf(attribute))
                && passages.stream().noneMatch(by -> attribute.equals(by.association()));
    }

    /** For how much a row counts. */
    BigDecimal weight(CountedBy by, Snapshot snapshot) {
        if (by.condition() != null && !by.condition().isTrue(path -> snapshot.get(requireNonNull(byKey.get(path))))) {
            return BigDecimal.ZERO;
        }
        if (by.sum() == null) {
            return BigDecimal.ONE;
        }
        Object number = snapshot.get(by.sum());
        if ((number instanceof Double || number instanceof Float)
                && !Double.isFinite(((Number) number).doubleValue())) {
            throw new CounterCacheException("%s.%s is %s, which no counter can total: make it a number or null"
                    .formatted(Entities.name(entity), by.counter().sum(), number));
        }
        return number == null ? BigDecimal.ZERO : Numbers.exact((Number) number);
    }

    // ---- snapshots ----

    /** A snapshot of a row that has this state in a session. Loads nothing. */
    public Snapshot snapshot(Object id, Object[] state, SharedSessionContractImplementor session) {
        @Nullable Object[] values = new Object[attributes.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = attributes.get(i).value(id, state, session);
        }
        return new Snapshot(values);
    }

    /** A snapshot of a row that the query of {@link #select} has returned. */
    public Snapshot read(Object[] row) {
        return read(row, 1);
    }

    /** A snapshot of a row that another query has returned, with the attributes in their order from this column on. */
    public Snapshot read(Object[] row, int firstColumn) {
        return snapshot(attribute -> row[firstColumn + attribute.position()]);
    }

    /** A snapshot of a row about which nothing is known. */
    public Snapshot unknown() {
        return snapshot(attribute -> WatchedAttribute.UNKNOWN);
    }

    Snapshot snapshot(Function<WatchedAttribute, @Nullable Object> value) {
        @Nullable Object[] values = new Object[attributes.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.apply(attributes.get(i));
        }
        return new Snapshot(values);
    }

    /** Whether two snapshots differ in a value that both of them know. */
    public boolean differ(Snapshot before, Snapshot after) {
        for (WatchedAttribute attribute : attributes) {
            if (!attribute.isSame(before.get(attribute), after.get(attribute))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the database may have other values than a session has loaded: some are not loaded, or the database has rounded them. */
    public boolean isDoubtful(Object id, Object[] loaded, SharedSessionContractImplementor session) {
        for (int i = 0; i < attributes.size(); i++) {
            if (attributes.get(i).isDoubtful(id, loaded, session)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the database may have other values because it has rounded them. */
    public boolean isRounded(Snapshot snapshot) {
        for (int i = 0; i < attributes.size(); i++) {
            if (attributes.get(i).isRounded(snapshot.get(attributes.get(i)))) {
                return true;
            }
        }
        return false;
    }

    /** A row after UPDATEs: they have written only what is updatable. */
    public Snapshot updated(Snapshot before, Snapshot written) {
        return snapshot(attribute -> (attribute.isUpdatable() ? written : before).get(attribute));
    }

    /** Whether a foreign key to a unique column is written as null because the column is null. */
    public boolean hasNullReference(Object[] state, SharedSessionContractImplementor session) {
        for (int i = 0; i < attributes.size(); i++) {
            if (attributes.get(i).isNullReference(state, session)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the value of any attribute is not loaded. */
    public boolean hasUnknownValue(Snapshot snapshot) {
        return attributes.stream().anyMatch(attribute -> snapshot.get(attribute) == WatchedAttribute.UNKNOWN);
    }

    /** Whether any attribute other than an association is null. */
    public boolean hasNullValue(Snapshot snapshot) {
        return attributes.stream().anyMatch(attribute -> snapshot.get(attribute) == null && attribute.target() == null);
    }

    // ---- queries ----

    /** An HQL query for the ids and the watched attributes of rows {@code c}. */
    public String select(String condition) {
        return "select id(c)%s from %s where %s"
                .formatted(
                        attributes.stream()
                                .map(attribute -> ", " + attribute.hql())
                                .collect(Collectors.joining()),
                        from(),
                        condition);
    }

    /** The rows as {@code c} in the FROM clause of an HQL query, with the joins that the attributes need. */
    public String from() {
        return from(entity);
    }

    /**
     * The same for the rows of another entity of the hierarchy, with the same attributes.
     */
    public String from(EntityPersister other) {
        return Hql.name(other) + " c"
                + attributes.stream().map(WatchedAttribute::join).collect(Collectors.joining());
    }
}
