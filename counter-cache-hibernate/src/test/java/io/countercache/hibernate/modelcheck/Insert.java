package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A bulk INSERT: in HQL, and what the rows are like that it inserts. */
record Insert(ModelSelection selection, Form form) {

    /** Where its rows come from. */
    enum Form {
        VALUES,
        TWO_VALUES,
        VALUES_AND_ID,
        COPIES,
        CRITERIA_COPIES,
        OF_PARENTS,
        CONFLICT
    }

    static Insert of(Step step) {
        ModelSelection selection = ModelSelection.of(step);
        Form form = Form.values()[step.variant() / 30 % Form.values().length];
        Kind kind = selection.kind();
        boolean isImpossible = form == Form.VALUES_AND_ID && (kind == Kind.NOTE || kind == Kind.NODE);
        return new Insert(selection, isImpossible ? Form.VALUES : form);
    }

    private Kind kind() {
        return selection.kind();
    }

    Item item() {
        return selection.step().item();
    }

    /** Whether what it inserts cannot be known: rows that may be there, or of which Hibernate only tells the table. */
    boolean isRefused() {
        return form == Form.CONFLICT || (form == Form.VALUES_AND_ID && kind().root() == Kind.PHOTO);
    }

    boolean isOfValues() {
        return switch (form) {
            case VALUES, TWO_VALUES, VALUES_AND_ID, CONFLICT -> true;
            default -> false;
        };
    }

    Long id() {
        return 3_000_000L + item().number();
    }

    /** What the text of each row ends with. */
    String mark() {
        return "~" + item();
    }

    State state() {
        Step step = selection.step();
        Item[] parents = {step.first(), step.second()};
        return new State(
                new ArrayList<>(Arrays.asList(parents).subList(0, kind().slots.size())),
                kind().isValued() ? Values.of(Math.max(0, step.values())) : Values.NONE);
    }

    /** What a parent gets. */
    State child(Item parent) {
        List<Item> parents = new ArrayList<>(state().parents());
        parents.replaceAll(any -> null);
        parents.set(0, parent);
        return new State(
                parents, kind().isValued() ? new Values(true, null, 3, BigDecimal.valueOf(150, 2)) : Values.NONE);
    }

    /** The entity whose rows it selects. */
    Kind source() {
        return form == Form.OF_PARENTS ? kind().parent(0) : kind();
    }

    /** The attributes, each with what it is set to. */
    Map<String, String> attributes() {
        Map<String, String> attributes = new LinkedHashMap<>();
        State state = state();
        String source = form == Form.OF_PARENTS ? null : "c.";
        attributes.put(
                ModelSelection.text(kind()),
                isOfValues() ? "'" + mark() + "'" : "concat(cast(c.id as String), '" + mark() + "')");
        for (int slot = 0; slot < kind().slots.size(); slot++) {
            String name = kind().slots.get(slot);
            if (isOfValues()) {
                attributes.put(name, state.parents().get(slot) == null ? "null" : ":parent" + slot);
            } else if (source != null) {
                attributes.put(name, source + name);
            } else if (slot == 0) {
                attributes.put(name, "c");
            }
        }
        if (kind().isValued()) {
            Values values = state.values();
            put(attributes, "visible", values.visible(), source, "true");
            put(attributes, "status", values.status(), source, null);
            put(attributes, "words", values.words(), source, "3");
            put(attributes, "amount", values.amount(), source, "1.50bd");
        }
        kind().counters().forEach(counter -> attributes.put(counter.attribute, zero(counter)));
        if (form == Form.VALUES_AND_ID || form == Form.CONFLICT) {
            attributes.put("id", id() + "L");
        }
        return attributes;
    }

    private void put(Map<String, String> attributes, String name, Object value, String source, String given) {
        if (isOfValues()) {
            attributes.put(name, value == null ? "null" : ":" + name);
        } else if (source != null) {
            attributes.put(name, source + name);
        } else if (given != null) {
            attributes.put(name, given);
        }
    }

    private static String zero(Counter counter) {
        return "cast(0 as %s)".formatted(counter.type().getSimpleName());
    }

    String hql() {
        Map<String, String> attributes = attributes();
        String into = "insert into %s (%s) ".formatted(selection.entity(), String.join(", ", attributes.keySet()));
        String row = String.join(", ", attributes.values());
        return switch (form) {
            case VALUES, VALUES_AND_ID -> into + "values (" + row + ")";
            case TWO_VALUES -> into + "values (" + row + "), (" + row.replace(mark(), "2" + mark()) + ")";
            case CONFLICT -> into + "values (" + row + ") on conflict do nothing";
            case OF_PARENTS ->
                into + "select " + row + " from " + source().type.getSimpleName() + " c where c.id = :firstId";
            case COPIES, CRITERIA_COPIES ->
                into + "select " + row + " from " + selection.entity() + " c" + selection.where();
        };
    }

    boolean isCriteria() {
        return form == Form.CRITERIA_COPIES && selection.isSimple();
    }

    /** An SQL query for the ids of its rows, and for what each of them was made from. */
    String inserted() {
        String text = ModelSelection.text(kind());
        return isOfValues()
                ? "select n.id from %1$s n where n.%2$s in ('%3$s', '2%3$s') order by n.%2$s desc"
                        .formatted(kind().table(), text, mark())
                : "select n.id, o.id from %1$s n join %4$s o on n.%2$s = concat(o.id, '%3$s')"
                        .formatted(
                                kind().table(),
                                text,
                                mark(),
                                source().from().substring(0, source().from().indexOf(' ')));
    }

    @Override
    public String toString() {
        return hql() + (isCriteria() ? " (in Criteria)" : "");
    }
}
