package io.countercache.hibernate.internal.model;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * An entity whose rows counters count, or lead through: which of its attributes they look at, and what they make of them.
 *
 * <p>A snapshot is the values of those attributes at one moment; of a to-one, the id of the row that it leads to. An
 * {@code @Any} is tracked once for each entity that it may lead to.
 */
public final class WatchedEntity {

    private static final int NOWHERE = -1;

    private final EntityPersister child;
    private final List<WatchedAttribute> tracked = new ArrayList<>();
    private final Map<String, Integer> positions = new HashMap<>();
    private final List<CountedBy> counters = new ArrayList<>();
    private final List<PassedBy> passages = new ArrayList<>();

    /**
     * A counter that counts the rows of this child.
     *
     * @param association where in a snapshot the row stands by which it counts
     * @param sum where in a snapshot the number stands that it totals; {@link #NOWHERE} if it counts rows
     */
    public record CountedBy(
            CounterDefinition counter,
            int association,
            @Nullable Condition condition,
            int sum) {}

    /**
     * A counter whose path leads through the rows of this entity.
     *
     * @param association where in a snapshot the row stands to which it leads
     */
    public record PassedBy(PathStep step, int association) {}

    /** The values of what is tracked, at one moment. */
    public record Snapshot(List<@Nullable Object> values) {

        @Nullable
        public Object get(int position) {
            return values.get(position);
        }

        /** The same row when some of it is null. */
        public Snapshot without(Set<Integer> positions) {
            List<@Nullable Object> rest = new ArrayList<>(values);
            positions.forEach(position -> rest.set(position, null));
            return new Snapshot(rest);
        }
    }

    /** What is to be done for counters when a row changes. */
    public interface Moves {

        /**
         * A counter moves.
         *
         * @param first the row that the association leads to
         */
        void move(CounterDefinition counter, Object first, BigDecimal amount);

        /** A row that others are counted through has got another parent: all that is beneath it goes along. */
        void pass(PathStep step, Object id, @Nullable Object from);
    }

    WatchedEntity(EntityPersister child) {
        this.child = child;
    }

    void countedBy(CounterDefinition counter, @Nullable Condition condition) {
        int association = track(WatchedAttribute.of(child, counter));
        int sum = counter.sum().isEmpty() ? NOWHERE : track(counter.sum());
        if (condition != null) {
            condition.attributes().forEach(this::track);
        }
        counters.add(new CountedBy(counter, association, condition, sum));
    }

    void passedBy(PathStep step) {
        passages.add(new PassedBy(step, track(step.attribute())));
    }

    private int track(String path) {
        return track(WatchedAttribute.of(child, path));
    }

    private int track(WatchedAttribute attribute) {
        return positions.computeIfAbsent(attribute.key(), any -> {
            tracked.add(attribute);
            return tracked.size() - 1;
        });
    }

    public EntityPersister child() {
        return child;
    }

    /** Whether setting an attribute may change what counters look at: by its path, or by another one to the same column. */
    public boolean looksAt(String path, EntityPersister entity) {
        Set<String> assigned = Entities.columns(entity.findByPath(path));
        return tracked.stream()
                .anyMatch(own -> own.path().equals(path)
                        || own.path().startsWith(path + ".")
                        || path.startsWith(own.path() + ".")
                        || !Collections.disjoint(Entities.columns(own.part()), assigned));
    }

    /** Whether counters look at no more of another class, one that extends this one. */
    public boolean hasAllOf(WatchedEntity more) {
        return more.counters.size() == counters.size() && more.passages.size() == passages.size();
    }

    public boolean isEmpty() {
        return tracked.isEmpty();
    }

    public List<WatchedAttribute> tracked() {
        return tracked;
    }

    public List<CountedBy> counters() {
        return counters;
    }

    public List<PassedBy> passages() {
        return passages;
    }

    /** What a state of a row says of what is tracked. */
    public Snapshot snapshot(Object id, Object[] state, SharedSessionContractImplementor session) {
        List<@Nullable Object> values = new ArrayList<>(tracked.size());
        tracked.forEach(attribute -> values.add(attribute.value(id, state, session)));
        return new Snapshot(values);
    }

    /**
     * The query for the id of rows, and all that is tracked of them.
     *
     * @param condition over a row {@code c}
     */
    public String select(String condition) {
        return "select id(c)%s from %s where %s"
                .formatted(
                        tracked.stream()
                                .map(attribute -> ", " + attribute.hql())
                                .collect(Collectors.joining()),
                        from(),
                        condition);
    }

    /** The rows as {@code c}, with what the expressions for what is tracked need. */
    public String from() {
        return child.getImportedName() + " c"
                + tracked.stream().map(WatchedAttribute::join).collect(Collectors.joining());
    }

    /** A snapshot of a row that this query has answered. */
    public Snapshot read(Object[] row) {
        return new Snapshot(new ArrayList<>(Arrays.asList(row).subList(1, row.length)));
    }

    /** Whether something is known to be different. */
    public boolean differ(Snapshot before, Snapshot after) {
        for (int i = 0; i < tracked.size(); i++) {
            if (!tracked.get(i).isSame(before.get(i), after.get(i))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether an UPDATE writes something that is tracked, perhaps as it was loaded: of an embeddable all that is in it, of an
     * {@code @Any} the same row as one of another type. What another transaction has written meanwhile would be gone unseen.
     */
    public boolean rewrites(Object id, Object[] loaded, Object[] written, SharedSessionContractImplementor session) {
        return tracked.stream().anyMatch(attribute -> isWritten(attribute, id, loaded, written, session));
    }

    private boolean isWritten(
            WatchedAttribute attribute,
            Object id,
            Object @Nullable [] loaded,
            Object[] written,
            SharedSessionContractImplementor session) {
        return attribute.property() >= 0
                && child.getPropertyUpdateability()[attribute.property()]
                && attribute.value(id, written, session) != WatchedAttribute.UNKNOWN
                && (loaded == null || attribute.isWritten(child, loaded, written, session));
    }

    /** Whether a snapshot does not tell what the database holds. */
    public boolean isDoubtful(Snapshot snapshot) {
        return snapshot.values().contains(WatchedAttribute.UNKNOWN) || isRounded(snapshot);
    }

    /** Whether the database may hold other values than these, because it has rounded them. */
    public boolean isRounded(Snapshot snapshot) {
        for (int i = 0; i < tracked.size(); i++) {
            if (tracked.get(i).isRounded(snapshot.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether an attribute is null that is no association. */
    public boolean hasNullOfItsOwn(Snapshot snapshot) {
        for (int i = 0; i < tracked.size(); i++) {
            if (snapshot.get(i) == null && tracked.get(i).target() == null) {
                return true;
            }
        }
        return false;
    }

    /**
     * What an UPDATE leaves behind: what it did not load it does not write, nor what is never updated, and nothing that
     * the session has left alone where it writes only what has changed.
     *
     * @param before what the row held
     * @param loaded the state that the session had loaded; null if the UPDATE writes all
     * @param written the state that the session has now
     */
    public Snapshot afterUpdate(
            Object id,
            Snapshot before,
            Object @Nullable [] loaded,
            Object[] written,
            SharedSessionContractImplementor session) {
        List<@Nullable Object> after = new ArrayList<>(before.values());
        for (int i = 0; i < tracked.size(); i++) {
            WatchedAttribute attribute = tracked.get(i);
            if (isWritten(attribute, id, loaded, written, session)) {
                after.set(i, attribute.value(id, written, session));
            }
        }
        return new Snapshot(after);
    }

    /** Whether all that counters make of what stands here is a total of it. */
    public boolean isOnlyTotalled(int position) {
        return counters.stream().anyMatch(by -> by.sum() == position)
                && counters.stream().allMatch(by -> by.association() != position && !isCondition(by, position))
                && passages.stream().allMatch(by -> by.association() != position);
    }

    private boolean isCondition(CountedBy by, int position) {
        return by.condition() != null
                && by.condition().attributes().contains(tracked.get(position).path());
    }

    private int position(String path) {
        return positions.getOrDefault(path, NOWHERE);
    }

    /** Whether a counter totals what is {@linkplain #isOnlyTotalled only totalled}. */
    public boolean isTotalled(CountedBy by) {
        return by.sum() != NOWHERE && isOnlyTotalled(by.sum());
    }

    /** What follows from a change of a row: of an inserted one there is nothing before, of a deleted one nothing after. */
    public void change(Object id, @Nullable Snapshot before, @Nullable Snapshot after, Moves moves) {
        for (CountedBy by : counters) {
            count(by, before, after, moves);
        }
        for (PassedBy by : passages) {
            Object from = before == null ? null : before.get(by.association());
            Object to = after == null ? null : after.get(by.association());
            if (before != null && !tracked.get(by.association()).isSame(from, to)) {
                moves.pass(by.step(), id, from);
            }
        }
    }

    private void count(CountedBy by, @Nullable Snapshot before, @Nullable Snapshot after, Moves moves) {
        Object from = before == null ? null : before.get(by.association());
        Object to = after == null ? null : after.get(by.association());
        BigDecimal less = before == null || from == null
                ? BigDecimal.ZERO
                : weight(by, before).negate();
        BigDecimal more = after == null || to == null ? BigDecimal.ZERO : weight(by, after);
        if (from != null && tracked.get(by.association()).isSame(from, to)) {
            moves.move(by.counter(), from, less.add(more));
            return;
        }
        if (from != null) {
            moves.move(by.counter(), from, less);
        }
        if (to != null) {
            moves.move(by.counter(), to, more);
        }
    }

    /** Whether what a row counts for depends on what stands here in a snapshot. */
    public boolean isWeighedBy(CountedBy by, int position) {
        return by.sum() == position || isCondition(by, position);
    }

    /** What a row counts for. */
    public BigDecimal weight(CountedBy by, Snapshot snapshot) {
        if (by.condition() != null && !by.condition().isTrue(path -> snapshot.get(position(path)))) {
            return BigDecimal.ZERO;
        }
        if (by.sum() == NOWHERE) {
            return BigDecimal.ONE;
        }
        Object number = snapshot.get(by.sum());
        if ((number instanceof Double || number instanceof Float)
                && !Double.isFinite(((Number) number).doubleValue())) {
            throw new CounterCacheException("%s.%s is %s, which no counter can total: make it a number or null"
                    .formatted(child.getImportedName(), by.counter().sum(), number));
        }
        return number == null ? BigDecimal.ZERO : Numbers.exact((Number) number);
    }
}
