package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Step.Action;
import io.countercache.hibernate.support.HibernateVersions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Steps that some sessions take: random, but the same for the same seed. */
@SuppressWarnings({"EnumOrdinal"})
record Program(long seed, int sessions, List<Step> steps) {

    private static final Kind[] CHILDREN = {
        Kind.COMMENT, Kind.COMMENT, Kind.NOTE, Kind.VOTE, Kind.NODE, Kind.PHOTO, Kind.CLIP
    };

    /** Otherwise bulk statements and stateless sessions are refused. */
    private static final boolean COUNTS_EVERYTHING = HibernateVersions.isSince("7.2");

    /** More than there are ways to say it. */
    private static final int BULK_VARIANTS = 100_000;

    private static final Map<Action, Integer> STATEFUL = new EnumMap<>(Action.class);
    private static final Map<Action, Integer> STATELESS = new EnumMap<>(Action.class);

    static {
        weigh(STATEFUL, 20, Action.PERSIST, Action.MOVE);
        weigh(STATEFUL, 10, Action.CHANGE);
        weigh(STATEFUL, 12, Action.COMMIT, Action.FLUSH, Action.REMOVE, Action.MERGE, Action.QUERY_COUNTERS);
        weigh(STATEFUL, 8, Action.ADD, Action.ORPHAN, Action.EDIT, Action.REFRESH, Action.FIND, Action.EVICT);
        weigh(STATEFUL, 6, Action.GARBLE, Action.MERGE_PARENT, Action.REMOVE_DETACHED, Action.OPEN, Action.ROLLBACK);
        weigh(STATEFUL, 4, Action.REMOVE_PARENT, Action.PERSIST_PARENT, Action.QUERY_CHILDREN, Action.RESUME);
        weigh(STATEFUL, 3, Action.PERSIST_FIRST, Action.REMOVE_AND_PERSIST, Action.CLEAR, Action.SKIP);
        weigh(
                STATEFUL,
                2,
                Action.QUERY_PARENTS,
                Action.RESET,
                Action.DRIFT,
                Action.CORRUPT,
                Action.WRITE,
                Action.SQUASH);
        weigh(STATEFUL, 2, Action.READ_ONLY, Action.FLUSH_MODE);
        weigh(STATEFUL, 1, Action.DUPLICATE);
        if (COUNTS_EVERYTHING) {
            weigh(STATEFUL, 6, Action.BULK_DELETE, Action.BULK_INSERT);
            weigh(STATEFUL, 14, Action.BULK_UPDATE);
        }
        weigh(STATELESS, 8, Action.INSERT, Action.UPDATE, Action.UPSERT, Action.DELETE, Action.COMMIT);
        weigh(STATELESS, 3, Action.BULK_DELETE, Action.BULK_UPDATE, Action.BULK_INSERT);
        weigh(STATELESS, 1, Action.ROLLBACK, Action.DRIFT, Action.RESET, Action.WRITE);
    }

    private static void weigh(Map<Action, Integer> actions, int weight, Action... weighed) {
        for (Action action : weighed) {
            actions.put(action, weight);
        }
    }

    /** What can be in a program for that many sessions. */
    static Set<Action> actions(int sessions) {
        Set<Action> actions = EnumSet.copyOf(STATEFUL.keySet());
        if (hasStateless(sessions)) {
            actions.addAll(STATELESS.keySet());
        }
        return actions;
    }

    private static boolean hasStateless(int sessions) {
        return sessions > 1 && COUNTS_EVERYTHING;
    }

    /** A program of that many steps, for sessions 1 to n, and with more than one for a stateless session too. */
    static Program random(long seed, int sessions, int length) {
        return new Program(seed, sessions, new Generator(seed, sessions).steps(length));
    }

    /** The same program without the steps that it does not need to fail. */
    Program shrunk(Predicate<Program> fails) {
        return new Program(seed, sessions, shrunk(steps, fewer -> fails.test(new Program(seed, sessions, fewer))));
    }

    /** Takes steps out as long as the rest still fails: halves first, then less and less, then one by one. */
    static <S> List<S> shrunk(List<S> steps, Predicate<List<S>> fails) {
        List<S> shortest = steps;
        int chunk = steps.size() / 2;
        while (chunk > 0) {
            List<S> shorter = without(shortest, chunk, fails);
            boolean again = chunk == 1 && shorter.size() < shortest.size();
            shortest = shorter;
            chunk = again ? 1 : chunk / 2;
        }
        return shortest;
    }

    private static <S> List<S> without(List<S> steps, int chunk, Predicate<List<S>> fails) {
        List<S> shortest = steps;
        for (int from = Math.max(0, steps.size() - chunk); from >= 0; from -= chunk) {
            List<S> fewer = new ArrayList<>(shortest);
            fewer.subList(Math.min(from, fewer.size()), Math.min(from + chunk, fewer.size()))
                    .clear();
            if (fewer.size() < shortest.size() && fails.test(fewer)) {
                shortest = fewer;
            }
        }
        return shortest;
    }

    @Override
    public String toString() {
        return steps.stream().map(step -> "  " + step + "\n").collect(Collectors.joining());
    }

    /** Remembers roughly what is there, so that most steps are possible. */
    private static final class Generator {

        private final SplittableRandom random;
        private final int sessions;
        private final Map<Kind, List<Item>> alive = new EnumMap<>(Kind.class);
        private final Map<Kind, Integer> numbers = new HashMap<>();

        Generator(long seed, int sessions) {
            this.random = new SplittableRandom(seed);
            this.sessions = sessions;
            for (Kind kind : Kind.values()) {
                alive.put(kind, new ArrayList<>());
            }
            start(Kind.TEAM, 1);
            start(Kind.CLUB, 1);
            start(Kind.POST, 3);
            start(Kind.AUTHOR, 2);
            start(Kind.NODE, 2);
            start(Kind.COMMENT, 1);
            start(Kind.NOTE, 1);
        }

        private void start(Kind kind, int count) {
            for (int i = 0; i < count; i++) {
                fresh(kind);
            }
        }

        private Item fresh(Kind kind) {
            Item item = new Item(kind, numbers.merge(kind, 1, Integer::sum) - 1);
            alive.get(kind).add(item);
            return item;
        }

        List<Step> steps(int length) {
            List<Step> steps = new ArrayList<>();
            int session = 1;
            for (int i = 0; i < length; i++) {
                if (sessions > 1 && random.nextInt(3) == 0) {
                    session = hasStateless(sessions) ? random.nextInt(sessions + 1) : 1 + random.nextInt(sessions);
                }
                steps.add(step(session));
            }
            return steps;
        }

        private Step step(int session) {
            Action action = choose(session == 0 ? STATELESS : STATEFUL);
            Kind kind = CHILDREN[random.nextInt(CHILDREN.length)];
            int variant = random.nextInt(
                    action.isBulk() ? BULK_VARIANTS : action == Action.CORRUPT ? 100 : action.variants() * 2);
            Item item = switch (action) {
                case PERSIST -> fresh(kind);
                case ADD -> fresh(kind == Kind.NOTE || kind == Kind.NODE ? kind : Kind.COMMENT);
                case INSERT -> fresh(random.nextInt(5) == 0 ? onTheWay() : kind);
                case BULK_INSERT -> fresh(random.nextInt(4) == 0 ? onTheWay() : kind);
                case BULK_UPDATE -> any(random.nextInt(3) == 0 ? onTheWay() : kind);
                case BULK_DELETE -> any(random.nextInt(4) == 0 ? parent() : kind);
                case PERSIST_FIRST -> fresh(late());
                case MOVE, MERGE, UPDATE, DELETE -> any(random.nextInt(3) == 0 ? onTheWay() : kind);
                case CHANGE -> any(kind == Kind.NODE ? Kind.COMMENT : kind);
                case UPSERT -> random.nextBoolean() ? fresh(Kind.VOTE) : any(Kind.VOTE);
                case PERSIST_PARENT -> fresh(parent());
                case ORPHAN -> any(random.nextInt(3) == 0 ? kind : Kind.COMMENT);
                case REMOVE_PARENT, GARBLE, MERGE_PARENT, OPEN, QUERY_COUNTERS, QUERY_CHILDREN, CORRUPT, SQUASH ->
                    any(random.nextInt(4) == 0 ? Kind.NODE : parent());
                case EDIT, EVICT, FIND, REFRESH -> any(Kind.values()[random.nextInt(Kind.values().length)]);
                case DUPLICATE -> any(Kind.POST);
                default -> any(kind);
            };
            if (action.isBulk()) {
                return bulk(session, action, item, variant);
            }
            Item first = null;
            Item second = null;
            if (!item.kind().slots.isEmpty()) {
                if (action == Action.PERSIST_FIRST) {
                    first = fresh(parentOf(item, 0));
                } else if (action == Action.ADD) {
                    first = any(kind == Kind.NOTE ? Kind.AUTHOR : item.kind().parent(0));
                } else if (random.nextInt(6) > 0) {
                    boolean other = (action == Action.MOVE || action == Action.MERGE) && variant % 2 == 1;
                    first = any(parentOf(item, other && item.kind().slots.size() > 1 ? 1 : 0));
                }
                second = item.kind().slots.size() > 1 && random.nextInt(6) > 0
                        ? any(item.kind().parent(1))
                        : null;
            }
            if ((action == Action.REMOVE || action == Action.REMOVE_PARENT || action == Action.DELETE)
                    && alive.get(item.kind()).size() > 2
                    && random.nextInt(5) > 0) {
                alive.get(item.kind()).remove(item);
            }
            boolean keepsValues = (action == Action.MOVE || action == Action.MERGE) && random.nextBoolean();
            int values = keepsValues || !action.assigns() ? -1 : random.nextInt(Values.ALL);
            return new Step(session, action, item, first, second, variant, values);
        }

        /** An UPDATE looks at the association that it may change. */
        private Step bulk(int session, Action action, Item item, int variant) {
            List<String> slots = item.kind().slots;
            int slot = ModelSelection.slot(action, item.kind(), variant);
            int other = action == Action.BULK_INSERT ? Math.min(1, slots.size() - 1) : slot;
            Item first = slots.isEmpty() || random.nextInt(6) == 0 ? null : any(parentOf(item, slot));
            Item second = slots.isEmpty() || random.nextInt(6) == 0 ? null : any(parentOf(item, other));
            return new Step(session, action, item, first, second, variant, random.nextInt(Values.ALL));
        }

        private Kind parent() {
            return pick(Kind.POST, Kind.POST, Kind.POST, Kind.AUTHOR, Kind.AUTHOR, Kind.TEAM, Kind.CLUB);
        }

        /** What counters further up are counted through. */
        private Kind onTheWay() {
            return pick(Kind.POST, Kind.POST, Kind.AUTHOR);
        }

        /** What is persisted before its parent. */
        private Kind late() {
            return pick(Kind.COMMENT, Kind.VOTE, Kind.COMMENT, Kind.VOTE, Kind.POST, Kind.AUTHOR, Kind.CLIP);
        }

        private Kind parentOf(Item child, int slot) {
            Kind kind = child.kind().parent(slot);
            return kind == Kind.TEAM && random.nextBoolean() ? Kind.CLUB : kind;
        }

        private Kind pick(Kind... kinds) {
            return kinds[random.nextInt(kinds.length)];
        }

        private Item any(Kind kind) {
            List<Item> items = alive.get(kind);
            return items.isEmpty() ? fresh(kind) : items.get(random.nextInt(items.size()));
        }

        private Action choose(Map<Action, Integer> actions) {
            int sum = actions.values().stream().mapToInt(weight -> weight).sum();
            int at = random.nextInt(sum);
            for (Map.Entry<Action, Integer> action : actions.entrySet()) {
                at -= action.getValue();
                if (at < 0) {
                    return action.getKey();
                }
            }
            throw new IllegalStateException();
        }
    }
}
