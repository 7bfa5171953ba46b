package io.countercache.hibernate.modelcheck;

import static io.countercache.hibernate.support.SameSource.createMutationQuery;

import io.countercache.UncountableStatementException;
import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.ModelSelection.Seen;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import io.countercache.hibernate.modelcheck.Step.Action;
import jakarta.persistence.criteria.Predicate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hibernate.SharedSessionContract;
import org.hibernate.StatelessSession;
import org.hibernate.query.MutationQuery;
import org.hibernate.query.criteria.JpaRoot;

/** The bulk statements of a session: it works out what each of them has to change, and the database has to agree. */
final class Bulk {

    /** How many rows a statement without a condition changes, or one that copies rows, at most. */
    private static final int FEW = 4;

    private final Executor executor;
    private final Names names;
    private final Rows view;
    private final boolean exact;
    private final boolean alone;

    /** What executes statements: a session, or a stateless one. */
    interface Executor {
        SharedSessionContract session();

        void flush();

        /** Whether a row can be referred to. */
        boolean canRefer(Item item);

        Object reference(Item item);

        /** Whether there is an instance of a row that does not know what a statement does. */
        boolean isManaged(Item item);

        /** Whether counters are right. */
        boolean isCounting();

        /** Rows have been changed, or are gone: null. */
        void changed(Map<Item, State> rows);
    }

    Bulk(Executor executor, Names names, Rows view, boolean exact, boolean alone) {
        this.executor = executor;
        this.names = names;
        this.view = view;
        this.exact = exact;
        this.alone = alone;
    }

    /** What a step executes, for people. */
    static String describe(Step step) {
        return step.action() == Action.BULK_INSERT
                ? Insert.of(step).toString()
                : statement(step, ModelSelection.of(step)) + (isCriteria(step) ? " (in Criteria)" : "");
    }

    private static String statement(Step step, ModelSelection selection) {
        if (step.action() == Action.BULK_DELETE) {
            return "delete from " + selection.entity() + " c" + selection.where();
        }
        Kind kind = selection.kind();
        boolean isVersioned = (kind == Kind.COMMENT || kind == Kind.POST) && style(step) == 3;
        return "update %s%s c set %s%s"
                .formatted(
                        isVersioned ? "versioned " : "",
                        selection.entity(),
                        Assignment.of(selection).hql(selection),
                        selection.where());
    }

    private static int style(Step step) {
        return step.variant() / 1800 % 8;
    }

    private static boolean isCriteria(Step step) {
        ModelSelection selection = ModelSelection.of(step);
        return style(step) < 3
                && selection.isSimple()
                && (step.action() == Action.BULK_DELETE
                        || Assignment.of(selection).isSimple());
    }

    boolean perform(Step step) {
        return step.action() == Action.BULK_INSERT
                ? new Insertion(this, Insert.of(step)).perform()
                : change(step, ModelSelection.of(step));
    }

    private boolean change(Step step, ModelSelection selection) {
        Assignment assignment = step.action() == Action.BULK_DELETE ? null : Assignment.of(selection);
        if (!canSelect(selection)
                || (assignment != null
                        && !Server.CAN_JOIN_IN_UPDATES
                        && (selection.isJoined() || assignment.isJoined()))
                || (assignment != null && assignment.readsCounters() && !executor.isCounting())
                || (assignment != null && assignment.refers() && !executor.canRefer(step.second()))) {
            return false;
        }
        boolean readsCounters = selection.readsCounters() || (assignment != null && assignment.readsCounters());
        boolean flushes = style(step) % 2 == 0
                || (readsCounters && executor.session() instanceof StatelessSession)
                || selection.isAll()
                || !executor.isCounting()
                || selection.hasUnborn(names)
                || selection.texts() != null
                || selection.kind().isParent()
                || (assignment != null && assignment.refers() && !view.has(step.second()));
        if (flushes) {
            executor.flush();
        }
        Set<Item> foreseen = flushes ? selected(selection) : Set.of();
        // without counting nothing keeps Hibernate from writing again what it has loaded before
        boolean isUnguarded = !executor.isCounting() && foreseen.stream().anyMatch(executor::isManaged);
        if (isUnguarded
                || (selection.isAll() && foreseen.size() > FEW)
                || (assignment == null ? isReferredTo(foreseen) : makesCycle(assignment, selection, foreseen))) {
            return false;
        }
        Seen before = Seen.of(view, names);
        int changed = execute(query(step, selection, assignment), describe(step), flushes);
        Seen seen = flushes ? before : Seen.of(view, names);
        Set<Item> rows = flushes ? foreseen : selection.in(seen);
        Map<Item, State> after = new TreeMap<>();
        for (Item row : rows) {
            State state = seen.rows().get(row);
            if (state != null && (assignment == null || !assignment.leavesOut(state))) {
                after.put(row, assignment == null ? null : assignment.apply(state, selection, seen));
            }
        }
        told(changed, after, describe(step));
        return true;
    }

    /** Whether what the condition looks at is there. */
    boolean canSelect(ModelSelection selection) {
        Item first = selection.step().first();
        return (executor.isCounting() || !selection.readsCounters()) && (first == null || executor.canRefer(first));
    }

    /** What a statement would change now. */
    Set<Item> selected(ModelSelection selection) {
        String texts = selection.texts();
        if (texts == null) {
            return selection.in(Seen.of(view, names));
        }
        Set<Item> found = new TreeSet<>();
        query(texts).forEach(ids -> found.add(names.item(selection.kind(), ids.get(0))));
        return found;
    }

    /** Reads ids, past Hibernate and the library. */
    List<List<Long>> query(String sql) {
        return executor.session().doReturningWork(connection -> {
            List<List<Long>> found = new ArrayList<>();
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    found.add(columns == 1 ? List.of(rows.getLong(1)) : List.of(rows.getLong(1), rows.getLong(2)));
                }
            }
            return found;
        });
    }

    /** Whether rows are the parents of others. Only PostgreSQL looks when the statement has deleted all of them. */
    private boolean isReferredTo(Set<Item> deleted) {
        return view.all().entrySet().stream()
                .filter(row -> Server.LOOKS_AT_EACH_ROW || !deleted.contains(row.getKey()))
                .anyMatch(row -> row.getValue().parents().stream()
                        .anyMatch(parent -> parent != null && deleted.contains(parent)));
    }

    /** Whether nodes would become their own ancestors. */
    private boolean makesCycle(Assignment assignment, ModelSelection selection, Set<Item> moved) {
        if (selection.kind() != Kind.NODE || !assignment.refers()) {
            return false;
        }
        Set<Item> passed = new HashSet<>();
        for (Item at = selection.step().second(); at != null && passed.add(at); ) {
            if (moved.contains(at)) {
                return true;
            }
            List<Item> parents = view.parents(at);
            at = parents.isEmpty() ? null : parents.get(0);
        }
        return false;
    }

    private MutationQuery query(Step step, ModelSelection selection, Assignment assignment) {
        if (isCriteria(step)) {
            return assignment == null
                    ? criteriaDelete(selection, selection.type())
                    : criteriaUpdate(selection, selection.type(), assignment);
        }
        String hql = statement(step, selection);
        MutationQuery query = executor.session().createMutationQuery(hql);
        selection.bind(query, hql, names, hql.contains(":first") ? executor.reference(step.first()) : null);
        if (hql.contains(":toId")) {
            query.setParameter("toId", names.id(step.second()));
        } else if (hql.contains(":to")) {
            query.setParameter("to", executor.reference(step.second()));
        }
        Values values = Values.of(Math.max(0, step.values()));
        bind(query, hql, "visible", values.visible());
        bind(query, hql, "status", values.status());
        bind(query, hql, "words", values.words());
        bind(query, hql, "amount", values.amount());
        return query;
    }

    static void bind(MutationQuery query, String hql, String name, Object value) {
        if (hql.contains(":" + name)) {
            query.setParameter(name, value);
        }
    }

    private <E extends Row> MutationQuery criteriaDelete(ModelSelection selection, Class<E> type) {
        var builder = executor.session().getCriteriaBuilder();
        var delete = builder.createCriteriaDelete(type);
        JpaRoot<E> root = delete.from(type);
        Predicate predicate = predicate(selection, root);
        if (predicate != null) {
            delete.where(predicate);
        }
        return createMutationQuery(executor.session(), delete);
    }

    private <E extends Row> MutationQuery criteriaUpdate(
            ModelSelection selection, Class<E> type, Assignment assignment) {
        var builder = executor.session().getCriteriaBuilder();
        var update = builder.createCriteriaUpdate(type);
        JpaRoot<E> root = update.from(type);
        Values values = Values.of(Math.max(0, selection.step().values()));
        switch (assignment) {
            case CONSTANT ->
                update.set(
                        selection.kind().slots.get(selection.slot()),
                        executor.reference(selection.step().second()));
            case NULL -> update.set(selection.kind().slots.get(selection.slot()), null);
            case WORDS -> update.set("words", values.words());
            default -> {
                update.set("visible", values.visible());
                update.set("status", values.status());
                update.set("words", values.words());
                update.set("amount", values.amount());
            }
        }
        Predicate predicate = predicate(selection, root);
        if (predicate != null) {
            update.where(predicate);
        }
        return createMutationQuery(executor.session(), update);
    }

    Predicate predicate(ModelSelection selection, JpaRoot<? extends Row> root) {
        var builder = executor.session().getCriteriaBuilder();
        return switch (selection.condition()) {
            case IDS -> root.get("id").in(selection.idsOrNone(names));
            case PARENT ->
                builder.equal(
                        root.get(selection.kind().slots.get(selection.slot())),
                        executor.reference(selection.step().first()));
            case VISIBLE -> builder.isTrue(root.get("visible"));
            default -> null;
        };
    }

    /** What fails now is the statement itself, unless it flushes what is pending or has to wait for another session. */
    int execute(MutationQuery query, String text, boolean isFlushed) {
        try {
            return query.executeUpdate();
        } catch (RuntimeException e) {
            if (e instanceof UncountableStatementException || (alone && isFlushed)) {
                throw new AssertionError(text + " failed", e);
            }
            throw e;
        }
    }

    /** Fails unless a statement has changed these rows, and no others. */
    void told(int changed, Map<Item, State> rows, String text) {
        if (exact && changed != rows.size()) {
            throw new AssertionError("%s changed %d rows, but should have changed %s".formatted(text, changed, rows));
        }
        executor.changed(rows);
        if (exact) {
            executor.session().doWork(connection -> check(connection));
        }
    }

    private void check(Connection connection) throws SQLException {
        Database.check(view, names, connection, false);
    }

    Executor executor() {
        return executor;
    }

    Names names() {
        return names;
    }

    Rows view() {
        return view;
    }

    boolean isExact() {
        return exact;
    }

    static int few() {
        return FEW;
    }
}
