package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Counts;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import java.util.List;
import java.util.stream.Collectors;
import org.hibernate.FlushMode;

/** The steps of a session that query. Each answers whether it was possible. */
record Queries(Context context, Changes changes, Run run) {

    boolean perform(Step step) {
        return switch (step.action()) {
            case QUERY_COUNTERS -> queryCounters(step.item(), step.variant() % 2 == 1);
            case QUERY_CHILDREN -> queryChildren(step.item());
            case QUERY_PARENTS -> queryParents();
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    private boolean queryCounters(Item parent, boolean inSql) {
        Long id = run.names().id(parent);
        if (id == null || context.skipping) {
            return false;
        }
        Rows expected = context.session.getHibernateFlushMode() == FlushMode.AUTO ? context.foreseen() : context.view;
        List<Counter> counters = parent.kind().counters();
        String columns = counters.stream()
                .map(counter -> inSql ? counter.value() : "p." + counter.attribute)
                .collect(Collectors.joining(", "));
        List<Object[]> found = inSql
                ? context.session
                        .createNativeQuery(
                                "select %s from %s where r.id = :id"
                                        .formatted(columns, parent.kind().from()),
                                Object[].class)
                        .addSynchronizedEntityClass(parent.kind().type)
                        .setParameter("id", id)
                        .getResultList()
                : context.session
                        .createSelectionQuery(
                                "select %s from %s p where p.id = :id"
                                        .formatted(columns, parent.kind().type.getSimpleName()),
                                Object[].class)
                        .setParameter("id", id)
                        .getResultList();
        if (!run.isExact()) {
            return true;
        }
        if (found.size() != (expected.has(parent) ? 1 : 0)) {
            throw new AssertionError("a query found " + parent + " " + found.size() + " times");
        }
        Counts counts = expected.counts();
        for (int i = 0; i < counters.size() && !found.isEmpty(); i++) {
            Object value = found.get(0)[i];
            if (!counts.isRight(parent, counters.get(i), (Number) value)) {
                throw new AssertionError("a query found %s of %s to be %s but it should be %s"
                        .formatted(counters.get(i).attribute, parent, value, counts.of(parent, counters.get(i))));
            }
        }
        return true;
    }

    private boolean queryChildren(Item parent) {
        Long id = run.names().id(parent);
        // Hibernate cannot read a row again whose DELETE is pending, if it has an eager association
        boolean readsRemoved = context.session.getHibernateFlushMode() != FlushMode.AUTO && !changes.removesNothing();
        if (id == null || readsRemoved) {
            return false;
        }
        Rows expected = context.session.getHibernateFlushMode() == FlushMode.AUTO ? context.foreseen() : context.view;
        Counts counts = expected.counts();
        for (Counter counter : parent.kind().counters()) {
            if (!counter.isPlain()) {
                continue;
            }
            int found = context.session
                    .createSelectionQuery(
                            "from %s c where c.%s.id = :id"
                                    .formatted(counter.child.getSimpleName(), counter.way.get(0)),
                            Row.class)
                    .setParameter("id", id)
                    .getResultList()
                    .size();
            if (run.isExact() && !counts.isRight(parent, counter, found)) {
                throw new AssertionError("%s has %d of %s, but should have %s"
                        .formatted(parent, found, counter, counts.of(parent, counter)));
            }
        }
        return true;
    }

    private boolean queryParents() {
        for (Kind kind : Kind.PARENTS) {
            context.session
                    .createSelectionQuery("from " + kind.type.getSimpleName(), Row.class)
                    .getResultList();
        }
        return true;
    }
}
