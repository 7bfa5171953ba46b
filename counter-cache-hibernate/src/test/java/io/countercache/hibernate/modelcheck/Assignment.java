package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelSelection.Seen;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import io.countercache.hibernate.modelcheck.Values.Stage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** What a bulk UPDATE sets: in HQL, see {@link ModelSelection#fill}, and in the model. */
enum Assignment {
    CONSTANT("c.%1$s = :to"),
    NULL("c.%1$s = null"),
    SUBQUERY("c.%1$s = (select p from %2$s p where p.id = :toId)"),
    OF_PARENT("c.%1$s = (select p.%1$s from %6$s p where p = c.%7$s)"),
    PATH("c.%1$s = c.%7$s.%1$s"),
    CONSTANT_AND_VALUES("c.%1$s = :to, c.words = c.words + 1, c.status = PAID"),
    NULL_AND_VALUES("c.%1$s = null, c.amount = :amount"),
    VALUES("c.visible = :visible, c.status = :status, c.words = :words, c.amount = :amount"),
    WORDS("c.words = :words"),
    MORE("c.words = c.words + 1"),
    DOUBLE("c.amount = c.amount * 2, c.words = coalesce(c.words, 7)"),
    FLIP("c.visible = case when c.visible then false else true end"),
    COUNTED("c.words = (select cast(p.%5$s as Integer) from %2$s p where p = c.%1$s)"),
    TEXT("c.%4$s = concat(c.%4$s, '+')");

    private final String hql;

    Assignment(String hql) {
        this.hql = hql;
    }

    static Assignment of(ModelSelection selection) {
        List<Assignment> suitable =
                List.of(values()).stream().filter(each -> each.suits(selection)).toList();
        return suitable.get(selection.step().variant() / 30 % suitable.size());
    }

    private boolean suits(ModelSelection selection) {
        Kind kind = selection.kind();
        return switch (this) {
            case CONSTANT, SUBQUERY -> !kind.slots.isEmpty() && selection.step().second() != null;
            case NULL -> !kind.slots.isEmpty();
            case OF_PARENT, PATH -> kind == Kind.NODE || (isOnPost(kind) && selection.slot() == 1);
            case CONSTANT_AND_VALUES -> kind.isValued() && selection.step().second() != null;
            case NULL_AND_VALUES, VALUES, WORDS, MORE, DOUBLE, FLIP, COUNTED -> kind.isValued();
            case TEXT -> true;
        };
    }

    private static boolean isOnPost(Kind kind) {
        return kind == Kind.COMMENT || kind == Kind.NOTE;
    }

    String hql(ModelSelection selection) {
        boolean isNode = selection.kind() == Kind.NODE;
        return selection.fill(
                hql.replace("%6$s", isNode ? "Node" : "Post").replace("%7$s", isNode ? "parent" : "post"));
    }

    /** Whether Hibernate leaves out a row: one that has nothing where the path leads through. */
    boolean leavesOut(State state) {
        return this == PATH && state.parents().get(0) == null;
    }

    boolean refers() {
        return this == CONSTANT || this == SUBQUERY || this == CONSTANT_AND_VALUES;
    }

    /** Whether it follows an association of the row. */
    boolean isJoined() {
        return this == OF_PARENT || this == COUNTED || this == PATH;
    }

    boolean readsCounters() {
        return this == COUNTED;
    }

    /** Whether it can also be said in Criteria. */
    boolean isSimple() {
        return this == CONSTANT || this == NULL || this == VALUES || this == WORDS;
    }

    /** Whether it changes nothing that is counted. */
    boolean isEdit() {
        return this == TEXT;
    }

    /** What a row is like then. */
    State apply(State state, ModelSelection of, Seen seen) {
        Values values = state.values();
        Values given = Values.of(Math.max(0, of.step().values()));
        Item to = of.step().second();
        return switch (this) {
            case CONSTANT, SUBQUERY -> moved(state, of, to);
            case NULL -> moved(state, of, null);
            case OF_PARENT, PATH -> moved(state, of, seen.next(state.parents().get(0)));
            case CONSTANT_AND_VALUES ->
                moved(with(state, values.visible(), Stage.PAID, more(values), values.amount()), of, to);
            case NULL_AND_VALUES ->
                moved(with(state, values.visible(), values.status(), values.words(), given.amount()), of, null);
            case VALUES -> new State(state.parents(), given);
            case WORDS -> with(state, values.visible(), values.status(), given.words(), values.amount());
            case MORE -> with(state, values.visible(), values.status(), more(values), values.amount());
            case DOUBLE ->
                with(
                        state,
                        values.visible(),
                        values.status(),
                        values.words() == null ? Integer.valueOf(7) : values.words(),
                        values.amount() == null ? null : values.amount().multiply(BigDecimal.valueOf(2)));
            case FLIP -> with(state, !values.visible(), values.status(), values.words(), values.amount());
            case COUNTED -> {
                Item parent = state.parents().get(of.slot());
                yield with(
                        state,
                        values.visible(),
                        values.status(),
                        parent == null
                                ? null
                                : (Integer)
                                        seen.counts().of(parent, of.counter()).intValue(),
                        values.amount());
            }
            case TEXT -> state;
        };
    }

    private static Integer more(Values values) {
        return values.words() == null ? null : values.words() + 1;
    }

    private static State with(State state, boolean visible, Stage status, Integer words, BigDecimal amount) {
        return new State(state.parents(), new Values(visible, status, words, amount));
    }

    private static State moved(State state, ModelSelection of, Item to) {
        List<Item> parents = new ArrayList<>(state.parents());
        parents.set(of.slot(), to);
        return new State(parents, state.values());
    }
}
