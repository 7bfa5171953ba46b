package io.countercache.hibernate.internal.count;

import io.countercache.Drift;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.SuperclassKey;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** HQL that reads the stored and the actual value of a counter in one statement, so that both come from one snapshot. */
public final class CountQuery {

    /**
     * By how much of their sum two totals of floating numbers may differ. The same numbers, added in another order, give
     * another total: each addition to a float rounds by up to 6e-8 of the total. For 10,000 floats we measured a difference of
     * 4e-6 of the total, for 100,000 floats 1.3e-5. This allows 2e-5 of the total. With less, totals that are right would be
     * repaired again and again. With more, a number that is missing in the total would stay unnoticed more often.
     */
    private static final double TOLERANCE = 1e-5;

    private final EntityPersister parent;
    private final CounterDefinition counter;
    private final EntityPersister child;
    private final boolean isAny;
    /** What leads from the child; null if the rows of a collection do. */
    private final @Nullable ModelPart association;

    private final List<PathStep> steps;
    private final @Nullable SuperclassKey superclassKey;
    /** Conditions over the child {@code c}, to be added to others; empty if every child counts. */
    private final String andWhere;

    /** @param parent the entity whose rows are queried */
    public CountQuery(EntityPersister parent, CounterDefinition counter, CounterModel model) {
        this.parent = parent;
        this.counter = counter;
        this.child = Entities.entity(counter.child(), parent.getFactory());
        WatchedAttribute by = counter.counts() == Counts.CHILDREN ? WatchedAttribute.of(child, counter) : null;
        this.isAny = by != null && by.isAny();
        this.association = by == null ? null : by.part();
        this.steps = model.paths().steps(counter);
        this.superclassKey = by == null ? null : SuperclassKey.of(by.part());
        String where = model.where(counter, "c");
        this.andWhere = (by == null || !isAny ? "" : " and " + by.leadsToTarget("c"))
                + (where.isEmpty() ? "" : " and " + where);
    }

    /**
     * The id, stored and actual value of each row that has one of {@code :ids}.
     *
     * @param ids how many these are
     */
    public String ofEach(int ids) {
        return ids == 1 || !isGroupable()
                ? counted("id(p) in :ids")
                : grouped("id(p) in :ids", "%s in :ids".formatted(endId()));
    }

    /** The same for the rows in a range of ids whose stored value is wrong. */
    public String ofWrong(IdRange range) {
        return !isGroupable()
                ? counted("%s and %s".formatted(range.contains("p"), differ(storedValue(), actual("p"))))
                : grouped(
                        "%s and %s".formatted(range.contains("p"), differ(storedValue(), "coalesce(counted.total, 0)")),
                        range.containsId(endId()));
    }

    /** The id and the stored value of each row that has one of {@code :ids}. */
    public String stored() {
        return "select id(p), %s from %s p where id(p) in :ids".formatted(storedValue(), Hql.name(parent));
    }

    /** The id and the actual value of each row that has one of {@code :ids}, and any children; if {@link #isGroupable}. */
    public String actual() {
        return "select %1$s, %2$s %3$s where %1$s in :ids%4$s group by %1$s"
                .formatted(endId(), total(), from(), andWhere);
    }

    /** The actual value of the row with {@code :id}. */
    public String actualOfOne() {
        return beneath(counter.path().size());
    }

    /** HQL cannot join a subquery by a composite id, and JPA knows no subquery in the FROM clause. */
    public boolean isGroupable() {
        return Entities.hasSimpleId(parent)
                && !parent.getFactory()
                        .getSessionFactoryOptions()
                        .getJpaCompliance()
                        .isJpaQueryComplianceEnabled();
    }

    /**
     * Groups all children once: this needs no index on their foreign key.
     *
     * @param rows which parents
     * @param children whose children
     */
    private String grouped(String rows, String children) {
        return """
                select id(p), %1$s, coalesce(counted.total, 0)
                from %2$s p
                left join (
                    select %3$s as parent, %4$s as total %5$s where %6$s%7$s group by %3$s
                ) counted on counted.parent = id(p)
                where %8$s
                order by id(p)
                """.formatted(storedValue(), Hql.name(parent), endId(), total(), from(), children, andWhere, rows);
    }

    /** Counts the children of each row. */
    private String counted(String rows) {
        return """
                select id(p), %1$s, %2$s
                from %3$s p
                where %4$s
                order by id(p)
                """.formatted(storedValue(), actual("p"), Hql.name(parent), rows);
    }

    private String storedValue() {
        return "coalesce(p.%s, 0)".formatted(Hql.path(counter.counter()));
    }

    /** The actual value of the row with this alias. */
    private String actual(String alias) {
        // HQL cannot compare an @Any with an entity
        String same = isAny ? "%s = id(%s)".formatted(endId(), alias) : "%s = %s".formatted(end(), alias);
        String counted = "(select %s %s where %s%s)".formatted(total(), from(), same, andWhere);
        return counter.sum().isEmpty() ? counted : "coalesce(" + counted + ", 0)";
    }

    /**
     * What is counted beneath a row with {@code :id} on the path, even if that row is marked as deleted now.
     *
     * @param step the number of the step that leads from the row
     */
    public String beneath(int step) {
        return "select %s %s where %s(%s) = :id%s"
                .formatted(total(), from(), isReadByKey(step) ? "fk" : "id", end(step), andWhere);
    }

    /**
     * Whether a foreign key has the id. By {@code id()} Hibernate would look for rows that are not marked as deleted, and
     * would not find the columns of an id class.
     */
    private boolean isReadByKey(int step) {
        if (step == 0 && counter.counts() != Counts.CHILDREN) {
            return false;
        }
        return parent.getSoftDeleteMapping() != null
                || (!Entities.hasSimpleId(parent)
                        && (step == 0 ? association : steps.get(step - 1).toOne())
                                instanceof ToOneAttributeMapping toOne
                        && toOne.isReferenceToPrimaryKey());
    }

    private String total() {
        return counter.sum().isEmpty() ? "count(*)" : "sum(c." + Hql.path(counter.sum()) + ")";
    }

    private String from() {
        String children = "from %s c".formatted(Hql.name(child));
        String association = "c." + Hql.path(counter.association());
        if (superclassKey != null) {
            return children + " join " + superclassKey.join("keyed", association);
        }
        return counter.counts() == Counts.CHILDREN ? children : children + " join " + association + " e";
    }

    /** The attributes from the child to the parent. */
    private String end() {
        return end(counter.path().size());
    }

    private String endId() {
        return isAny ? "id(" + end() + ")" : Hql.id(end());
    }

    private String end(int steps) {
        String first = switch (counter.counts()) {
            case CHILDREN -> superclassKey == null ? "c." + Hql.path(counter.association()) : "keyed";
            case ELEMENTS -> "c";
            case OWNERS -> "e";
        };
        return steps == 0
                ? first
                : first + "." + Hql.path(String.join(".", counter.path().subList(0, steps)));
    }

    private String differ(String stored, String actual) {
        return isExact()
                ? stored + " <> " + actual
                : "abs(%1$s - %2$s) > %3$s * (1 + abs(%1$s) + abs(%2$s))".formatted(stored, actual, TOLERANCE);
    }

    /** The drift in the rows that one of these queries has returned. */
    public List<Drift> drifts(List<Object[]> rows) {
        List<Drift> drifts = new ArrayList<>();
        for (Object[] row : rows) {
            Number stored = (Number) row[1];
            Number actual = (Number) row[2];
            if (isWrong(stored, actual)) {
                drifts.add(new Drift(Entities.name(parent), row[0], counter.counter(), stored, actual));
            }
        }
        return drifts;
    }

    private boolean isWrong(Number stored, Number actual) {
        if (isExact()) {
            return Numbers.exact(stored).compareTo(Numbers.exact(actual)) != 0;
        }
        double one = stored.doubleValue();
        double other = actual.doubleValue();
        return Math.abs(one - other) > TOLERANCE * (1 + Math.abs(one) + Math.abs(other));
    }

    /** By how much a counter has to move to be right. */
    public static BigDecimal difference(Drift drift) {
        return Numbers.exact(drift.actual()).subtract(Numbers.exact(drift.stored()));
    }

    private boolean isExact() {
        return !Numbers.isFloating(counter.type(parent));
    }

    /** Refuses to count in a session whose filters could hide rows. */
    public void refuseFilters(SharedSessionContractImplementor session) {
        Entities.refuseFilters(Entities.entity(counter.parent(), session.getFactory()), session);
        Entities.refuseFilters(child, session);
        EntityPersister element =
                counter.counts() == Counts.ELEMENTS ? CountedCollections.element(counter, session.getFactory()) : null;
        if (element != null) {
            Entities.refuseFilters(element, session);
        }
    }
}
