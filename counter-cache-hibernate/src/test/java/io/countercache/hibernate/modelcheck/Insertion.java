package io.countercache.hibernate.modelcheck;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.modelcheck.Insert.Form;
import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.ModelSelection.Seen;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.hibernate.query.MutationQuery;
import org.hibernate.query.criteria.JpaPath;
import org.hibernate.query.criteria.JpaRoot;

/** Executes a bulk INSERT: what it inserts has to be what the model foresees, or it is refused. */
record Insertion(Bulk bulk, Insert insert) {

    boolean perform() {
        ModelSelection selection = insert.selection();
        Step step = selection.step();
        boolean isOfParents = insert.form() == Form.OF_PARENTS;
        if (bulk.names().id(insert.item()) != null
                || (isOfParents
                        && (step.first() == null || selection.kind().slots.isEmpty()))
                || !bulk.canSelect(selection)
                || !bulk.executor().canRefer(step.first())
                || !bulk.executor().canRefer(step.second())) {
            return false;
        }
        bulk.executor().flush();
        Set<Item> sources = insert.isOfValues() || isOfParents ? Set.of() : bulk.selected(selection);
        if (sources.size() > Bulk.few()) {
            return false;
        }
        Seen seen = Seen.of(bulk.view(), bulk.names());
        MutationQuery query = insert.isCriteria() ? criteria(selection.type()) : query();
        if (insert.isRefused() && bulk.executor().isCounting()) {
            throw refused(query);
        }
        int inserted = bulk.execute(query, insert.toString(), true);
        if (bulk.isExact()) {
            bulk.told(inserted, rows(seen, sources), insert.toString());
        }
        return true;
    }

    private RuntimeException refused(MutationQuery query) {
        try {
            query.executeUpdate();
        } catch (UncountableStatementException e) {
            return e;
        }
        throw new AssertionError(insert + " was not refused");
    }

    private MutationQuery query() {
        Step step = insert.selection().step();
        String hql = insert.hql();
        MutationQuery query = bulk.executor().session().createMutationQuery(hql);
        Object first = hql.contains(":first") && !hql.contains(":firstId")
                ? bulk.executor().reference(step.first())
                : null;
        insert.selection().bind(query, hql, bulk.names(), first);
        State state = insert.state();
        for (int slot = 0; slot < state.parents().size(); slot++) {
            if (hql.contains(":parent" + slot)) {
                query.setParameter(
                        "parent" + slot,
                        bulk.executor().reference(state.parents().get(slot)));
            }
        }
        Bulk.bind(query, hql, "visible", state.values().visible());
        Bulk.bind(query, hql, "status", state.values().status());
        Bulk.bind(query, hql, "words", state.values().words());
        Bulk.bind(query, hql, "amount", state.values().amount());
        return query;
    }

    private <E extends Row> MutationQuery criteria(Class<E> type) {
        var builder = bulk.executor().session().getCriteriaBuilder();
        var criteria = builder.createCriteriaInsertSelect(type);
        var select = builder.createTupleQuery();
        JpaRoot<E> root = select.from(type);
        List<JpaPath<?>> targets = new ArrayList<>();
        List<Selection<?>> selected = new ArrayList<>();
        Kind kind = insert.selection().kind();
        insert.attributes().forEach((name, value) -> {
            targets.add((JpaPath<?>) criteria.getTarget().get(name));
            selected.add(
                    name.equals(ModelSelection.text(kind))
                            ? builder.concat(builder.cast(root.get("id"), String.class), insert.mark())
                            : value.startsWith("c.")
                                    ? root.get(name)
                                    : builder.literal(0)
                                            .cast(kind.counters().stream()
                                                    .filter(counter -> counter.attribute.equals(name))
                                                    .findFirst()
                                                    .orElseThrow()
                                                    .type()));
        });
        criteria.setInsertionTargetPaths(targets);
        select.select(builder.tuple(selected));
        Predicate predicate = bulk.predicate(insert.selection(), root);
        if (predicate != null) {
            select.where(predicate);
        }
        criteria.select(select);
        return bulk.executor().session().createMutationQuery(criteria);
    }

    /** The rows that are there now; those of values get their name. */
    private Map<Item, State> rows(Seen seen, Set<Item> sources) {
        Names names = bulk.names();
        Kind kind = insert.selection().kind();
        Map<Item, State> rows = new TreeMap<>();
        for (List<Long> ids : bulk.query(insert.inserted())) {
            if (insert.isOfValues()) {
                if (rows.isEmpty()) {
                    names.name(insert.item(), ids.get(0));
                }
                rows.put(names.item(kind, ids.get(0)), insert.state());
                continue;
            }
            Item source = names.item(insert.source(), ids.get(1));
            boolean isExpected = insert.form() == Form.OF_PARENTS
                    ? source.equals(insert.selection().step().first())
                    : sources.contains(source);
            if (!isExpected) {
                throw new AssertionError("%s copied %s, but should have copied %s".formatted(insert, source, sources));
            }
            rows.put(
                    names.item(kind, ids.get(0)),
                    insert.form() == Form.OF_PARENTS
                            ? insert.child(source)
                            : seen.rows().get(source));
        }
        return rows;
    }
}
