package io.countercache.hibernate.internal.count;

import io.countercache.Drift;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;

/** Asks for the stored and the actual value of a counter in one statement, so that both come from one snapshot. */
public final class CountQuery {

    /** How far two totals of the same floating numbers may be apart that were added and taken away in another order. */
    private static final double TOLERANCE = 1e-5;

    private final EntityPersister parent;
    private final CounterDefinition counter;
    private final String where;
    private final boolean isAny;

    /**
     * @param parent the entity whose rows are asked for
     * @param where the condition over the child {@code c} under which it counts; empty for always
     */
    public CountQuery(EntityPersister parent, CounterDefinition counter, String where) {
        this.parent = parent;
        this.counter = counter;
        EntityPersister child = Entities.entity(counter.child(), parent.getFactory());
        WatchedAttribute by = counter.counts() == Counts.CHILDREN ? WatchedAttribute.of(child, counter) : null;
        isAny = by != null && by.isAny();
        if (by != null && isAny) {
            this.where = by.leadsToTarget("c") + (where.isEmpty() ? "" : " and " + where);
        } else {
            this.where = where;
        }
    }

    /** Of the rows that have {@code :ids}. */
    public String ofEach() {
        return """
                select id(p), %1$s, %2$s
                from %3$s p
                where id(p) in :ids
                order by id(p)
                """.formatted(stored(), actual("p"), parent.getImportedName());
    }

    /** Of those rows in a part of the table of which it is wrong. */
    public String ofWrong(IdRange range) {
        return range.isComposite() ? eachCounted(range) : grouped(range);
    }

    /** The children are grouped once, which needs no index on their foreign key. */
    private String grouped(IdRange range) {
        return """
                select id(p), %1$s, coalesce(counted.total, 0)
                from %2$s p
                left join (
                    select id(%3$s) as parent, %4$s as total %5$s where %6$s%7$s group by id(%3$s)
                ) counted on counted.parent = id(p)
                where %8$s and %9$s
                order by id(p)
                """.formatted(
                        stored(),
                        parent.getImportedName(),
                        end(),
                        total(),
                        from(),
                        range.contains(end()),
                        and(),
                        range.contains("p"),
                        differ(stored(), "coalesce(counted.total, 0)"));
    }

    /** HQL cannot join a subquery by a composite id. */
    private String eachCounted(IdRange range) {
        return """
                select id(p), %1$s, %2$s
                from %3$s p
                where %4$s and %5$s
                order by id(p)
                """.formatted(
                stored(), actual("p"), parent.getImportedName(), range.contains("p"), differ(stored(), actual("p")));
    }

    private String stored() {
        return "coalesce(p.%s, 0)".formatted(counter.counter());
    }

    /** The actual value, for the row that an alias stands for. */
    private String actual(String alias) {
        // HQL compares what an @Any leads to with no entity
        String same = (isAny ? "id(%s) = id(%s)" : "%s = %s").formatted(end(), alias);
        String counted = "(select %s %s where %s%s)".formatted(total(), from(), same, and());
        return counter.sum().isEmpty() ? counted : "coalesce(" + counted + ", 0)";
    }

    /** Of what is counted by a row with {@code :id} that the path leads through, even if it is marked as deleted now. */
    public String beneath(int step) {
        boolean isReferred = step > 0 || counter.counts() == Counts.CHILDREN;
        String id = isReferred && parent.getSoftDeleteMapping() != null ? "fk" : "id";
        return "select %s %s where %s(%s) = :id%s".formatted(total(), from(), id, end(step), and());
    }

    private String total() {
        return counter.sum().isEmpty() ? "count(*)" : "sum(c." + counter.sum() + ")";
    }

    private String from() {
        String child = "from %s c"
                .formatted(parent.getFactory()
                        .getMappingMetamodel()
                        .getEntityDescriptor(counter.child())
                        .getImportedName());
        return counter.counts() == Counts.CHILDREN ? child : child + " join c." + counter.association() + " e";
    }

    /** The way from the child to the row that has the counter. */
    private String end() {
        return end(counter.path().size());
    }

    private String end(int steps) {
        String first = switch (counter.counts()) {
            case CHILDREN -> "c." + counter.association();
            case ELEMENTS -> "c";
            case OWNERS -> "e";
        };
        return steps == 0
                ? first
                : first + "." + String.join(".", counter.path().subList(0, steps));
    }

    private String and() {
        return where.isEmpty() ? "" : " and " + where;
    }

    private String differ(String stored, String actual) {
        return isExact(counter, parent)
                ? stored + " <> " + actual
                : "abs(%1$s - %2$s) > %3$s * (1 + abs(%1$s) + abs(%2$s))".formatted(stored, actual, TOLERANCE);
    }

    /** What is wrong among the answers of one of these queries. */
    public List<Drift> drifts(List<Object[]> rows) {
        List<Drift> drifts = new ArrayList<>();
        for (Object[] row : rows) {
            Number stored = (Number) row[1];
            Number actual = (Number) row[2];
            if (isWrong(stored, actual)) {
                drifts.add(new Drift(parent.getImportedName(), row[0], counter.counter(), stored, actual));
            }
        }
        return drifts;
    }

    private boolean isWrong(Number stored, Number actual) {
        if (isExact(counter, parent)) {
            return Numbers.exact(stored).compareTo(Numbers.exact(actual)) != 0;
        }
        double one = stored.doubleValue();
        double other = actual.doubleValue();
        return Math.abs(one - other) > TOLERANCE * (1 + Math.abs(one) + Math.abs(other));
    }

    /** By how much the stored value has to move to be the actual one. */
    public static BigDecimal difference(Drift drift) {
        return Numbers.exact(drift.actual()).subtract(Numbers.exact(drift.stored()));
    }

    private static boolean isExact(CounterDefinition counter, EntityPersister parent) {
        return !Numbers.isFloating(CounterModel.type(counter, parent));
    }

    /** The entities whose rows are read, by which filters of a session could hide some. */
    public static List<EntityPersister> read(CounterDefinition counter, SessionFactoryImplementor factory) {
        var metamodel = factory.getMappingMetamodel();
        List<EntityPersister> read = new ArrayList<>();
        read.add(metamodel.getEntityDescriptor(counter.parent()));
        read.add(metamodel.getEntityDescriptor(counter.child()));
        EntityPersister element =
                counter.counts() == Counts.ELEMENTS ? CountedCollections.element(counter, factory) : null;
        if (element != null) {
            read.add(element);
        }
        return read;
    }
}
