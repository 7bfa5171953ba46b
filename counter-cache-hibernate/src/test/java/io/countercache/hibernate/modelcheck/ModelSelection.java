package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Counts;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import io.countercache.hibernate.modelcheck.Step.Action;
import io.countercache.hibernate.modelcheck.Values.Stage;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.hibernate.query.CommonQueryContract;

/** The rows that a bulk statement is about: in HQL, where each of them is {@code c}, and in the model. */
record ModelSelection(Step step, boolean isWhole, int slot, Condition condition) {

    enum Condition {
        ALL(""),
        IDS("c.id in (:ids)"),
        TEXT("c.%4$s like :text"),
        PARENT("c.%1$s = :first"),
        PARENT_ID("c.%1$s.id = :firstId"),
        NO_PARENT("c.%1$s is null"),
        BELOW("c.%1$s.id in (select p.id from %2$s p where p.id <= :firstId)"),
        FURTHER("exists (select 1 from %2$s p where p = c.%1$s and p.%3$s is not null)"),
        JOINED("c.%1$s.%3$s = (select p.%3$s from %2$s p where p = :first)"),
        BUSY("exists (select 1 from %2$s p where p = c.%1$s and p.%5$s > 1)"),
        VISIBLE("c.visible"),
        OPEN("c.status = OPEN or c.words is null"),
        LONG("c.words > 3");

        private final String hql;

        Condition(String hql) {
            this.hql = hql;
        }

        /** Whether rows of a kind have what it looks at. */
        private boolean suits(Kind kind, Step step) {
            return switch (this) {
                case ALL, IDS, TEXT -> true;
                case PARENT, PARENT_ID, BELOW -> !kind.slots.isEmpty() && step.first() != null;
                case NO_PARENT, BUSY -> !kind.slots.isEmpty();
                case FURTHER -> further(kind, slot(step)) != null;
                case JOINED -> step.first() != null && further(kind, slot(step)) != null;
                case VISIBLE, OPEN, LONG -> kind.isValued();
            };
        }
    }

    /** What is there, as a session sees it. */
    record Seen(SortedMap<Item, State> rows, Counts counts, Names names) {

        static Seen of(Rows rows, Names names) {
            SortedMap<Item, State> all = rows.all();
            return new Seen(all, Counts.of(all), names);
        }

        /** Where the first association of a row leads to. */
        Item next(Item item) {
            State state = item == null ? null : rows.get(item);
            return state == null || state.parents().isEmpty()
                    ? null
                    : state.parents().get(0);
        }
    }

    static ModelSelection of(Step step) {
        Kind kind = step.item().kind();
        List<Condition> conditions = List.of(Condition.values()).stream()
                .filter(each -> each.suits(kind, step))
                .toList();
        boolean isWhole = kind == Kind.PHOTO && step.action() != Action.BULK_INSERT && step.variant() / 7 % 2 == 0;
        return new ModelSelection(step, isWhole, slot(step), conditions.get(step.variant() % conditions.size()));
    }

    /** Which of its associations it looks at or changes. */
    static int slot(Step step) {
        return slot(step.action(), step.item().kind(), step.variant());
    }

    static int slot(Action action, Kind kind, int variant) {
        return action == Action.BULK_INSERT || kind.slots.isEmpty() ? 0 : variant / 900 % kind.slots.size();
    }

    private static String further(Kind kind, int slot) {
        return kind.slots.isEmpty() || kind.parent(slot).slots.isEmpty()
                ? null
                : kind.parent(slot).slots.get(0);
    }

    Kind kind() {
        return step.item().kind();
    }

    /** The name of the entity: of a hierarchy it may be the whole. */
    String entity() {
        return type().getSimpleName();
    }

    Class<? extends Row> type() {
        return isWhole ? Teams.Media.class : kind().type;
    }

    boolean isAll() {
        return condition == Condition.ALL;
    }

    /** Whether it follows an association of the row. */
    boolean isJoined() {
        return condition == Condition.JOINED;
    }

    boolean readsCounters() {
        return condition == Condition.BUSY;
    }

    /** Whether it can also be said in Criteria. */
    boolean isSimple() {
        return condition == Condition.ALL
                || condition == Condition.IDS
                || condition == Condition.PARENT
                || condition == Condition.VISIBLE;
    }

    /** What an application calls a row. */
    static String text(Kind kind) {
        return kind == Kind.POST ? "title" : kind == Kind.AUTHOR || kind.root() == Kind.TEAM ? "name" : "text";
    }

    /** The condition, after {@code where}; with others in a form, for what stands beside it. */
    String where() {
        return isAll() ? "" : " where " + fill(condition.hql);
    }

    /** Fills in: the association, the entity that it leads to, the association of that, the text, and a counter of that. */
    String fill(String hql) {
        if (kind().slots.isEmpty()) {
            return hql.formatted("", "", "", text(kind()));
        }
        Kind parent = kind().parent(slot);
        return hql.formatted(
                kind().slots.get(slot),
                parent.type.getSimpleName(),
                further(kind(), slot),
                text(kind()),
                counter().attribute);
    }

    Counter counter() {
        return kind().parent(slot).counters().get(0);
    }

    List<Item> items() {
        int number = step.item().number();
        return IntStream.of(number, number + 1, number - 1)
                .mapToObj(each -> new Item(kind(), each))
                .toList();
    }

    private List<Long> ids(Names names) {
        return items().stream().map(names::id).filter(Objects::nonNull).toList();
    }

    /** The ids of an IN list; one that no row has if there are none. */
    List<Long> idsOrNone(Names names) {
        List<Long> ids = ids(names);
        return ids.isEmpty() ? List.of(0L) : ids;
    }

    /** Whether one of its ids may be known only after a flush. */
    boolean hasUnborn(Names names) {
        return condition == Condition.IDS && ids(names).size() < items().size();
    }

    private String prefix() {
        return kind().letter + "" + step.item().number() % 10 + "%";
    }

    /** An SQL query for what has a text: the model does not know it. Null for other conditions. */
    String texts() {
        return condition != Condition.TEXT
                ? null
                : "select r.id from %s r where %s like '%s'%s"
                        .formatted(
                                kind() == Kind.CLUB ? "team" : kind().table(),
                                text(kind()),
                                prefix(),
                                isWhole || !kind().table().equals("media")
                                        ? ""
                                        : kind().filter().replace("where", "and"));
    }

    void bind(CommonQueryContract query, String hql, Names names, Object first) {
        if (hql.contains(":ids")) {
            query.setParameterList("ids", idsOrNone(names));
        }
        if (hql.contains(":text")) {
            query.setParameter("text", prefix());
        }
        if (hql.contains(":firstId")) {
            query.setParameter("firstId", names.id(step.first()));
        } else if (hql.contains(":first")) {
            query.setParameter("first", first);
        }
    }

    /** Whether a row is of the entity that the statement names. */
    boolean isOf(Item item) {
        return item.kind() == kind()
                || (isWhole && item.kind().root() == Kind.PHOTO)
                || (kind() == Kind.TEAM && item.kind() == Kind.CLUB);
    }

    /** Whether the condition is true for a row. */
    boolean isTrue(Map.Entry<Item, State> row, Seen seen) {
        State state = row.getValue();
        Item parent = state.parents().isEmpty() ? null : state.parents().get(slot);
        Integer words = state.values().words();
        return switch (condition) {
            case ALL -> true;
            case IDS -> items().contains(row.getKey());
            case TEXT -> throw new IllegalStateException(condition.toString());
            case PARENT, PARENT_ID -> step.first().equals(parent);
            case NO_PARENT -> parent == null;
            case BELOW ->
                parent != null && seen.names().id(parent) <= seen.names().id(step.first());
            case FURTHER -> seen.next(parent) != null;
            case JOINED -> seen.next(parent) != null && seen.next(parent).equals(seen.next(step.first()));
            case BUSY -> parent != null && seen.counts().of(parent, counter()).compareTo(BigDecimal.ONE) > 0;
            case VISIBLE -> state.values().visible();
            case OPEN -> state.values().status() == Stage.OPEN || words == null;
            case LONG -> words != null && words > 3;
        };
    }

    /** The rows for which the condition is true. */
    TreeSet<Item> in(Seen seen) {
        TreeSet<Item> selected = new TreeSet<>();
        for (Map.Entry<Item, State> row : seen.rows().entrySet()) {
            if (isOf(row.getKey()) && isTrue(row, seen)) {
                selected.add(row.getKey());
            }
        }
        return selected;
    }
}
