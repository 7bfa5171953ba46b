package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.modelcheck.Rows.Item;

/**
 * One step of a program. What it asks for may be impossible when its turn comes: then nothing happens, so that any step
 * can be taken out of a program.
 *
 * @param session which session does it; 0 is a stateless one
 * @param variant chooses between ways to do it
 * @param values what conditions and totals look at, see {@link Values#of}; negative to leave it alone
 */
record Step(int session, Action action, Item item, Item first, Item second, int variant, int values) {

    /** What a session can do, in words for each variant. */
    @SuppressWarnings("ImmutableEnumChecker") // never changed
    enum Action {
        PERSIST("persist %1$s on %2$s and %3$s"),
        PERSIST_FIRST("persist %1$s before its new parent %2$s"),
        PERSIST_PARENT("persist %1$s on %2$s"),
        ADD("add %1$s to the collection of %2$s"),
        REMOVE("remove %1$s", "remove %1$s by reference", "remove %1$s but leave it in collections"),
        REMOVE_DETACHED("remove the detached %1$s", "remove the detached %1$s, which says it is on %2$s"),
        REMOVE_AND_PERSIST("remove %1$s and persist it again"),
        REMOVE_PARENT("remove %1$s with its children", "remove %1$s after taking its children off"),
        ORPHAN("take %1$s out of its collection"),
        MOVE("move %1$s to %2$s", "move %1$s to %2$s as second parent"),
        CHANGE("change what counts of %1$s"),
        EDIT("edit %1$s"),
        GARBLE("assign a wrong count to %1$s"),
        MERGE("merge the detached %1$s, moved to %2$s", "merge the detached %1$s, moved to %2$s as second parent"),
        MERGE_PARENT("merge the detached %1$s with a wrong count"),
        EVICT("evict %1$s"),
        CLEAR("clear"),
        FIND("find %1$s"),
        OPEN("initialise the collection of %1$s"),
        REFRESH("refresh %1$s"),
        FLUSH("flush"),
        QUERY_COUNTERS("query the counters of %1$s in HQL", "query the counters of %1$s in SQL"),
        QUERY_CHILDREN("query the children of %1$s"),
        QUERY_PARENTS("query all parents"),
        READ_ONLY("clear, then turn read-only on or off"),
        FLUSH_MODE("change the flush mode"),
        DRIFT("ask for drift"),
        RESET("reset all counters"),
        SQUASH("squash the slots of all that are like %1$s"),
        CORRUPT("change the counters of %1$s in SQL, then reset them"),
        WRITE("flush counters"),
        SKIP("skip"),
        RESUME("end skip, then reset"),
        DUPLICATE("persist a duplicate comment on %1$s", "persist a duplicate note on %1$s"),
        COMMIT("commit", "commit, then clear", "commit, then go on in a new session"),
        ROLLBACK("roll back, then clear", "roll back, then go on in a new session", "roll back, and go on"),
        BULK_DELETE("bulk"),
        BULK_UPDATE("bulk"),
        BULK_INSERT("bulk"),
        INSERT("insert %1$s on %2$s and %3$s", "insert %1$s, and another one, on %2$s and %3$s"),
        UPDATE("update %1$s to %2$s and %3$s", "update %1$s, and the next one, to %2$s and %3$s"),
        UPSERT("upsert %1$s on %2$s", "upsert %1$s, and the next one, on %2$s"),
        DELETE("delete %1$s", "delete %1$s, which says it is on %2$s", "delete %1$s and the next one");

        private final String[] variants;

        Action(String... variants) {
            this.variants = variants;
        }

        int variants() {
            return variants.length;
        }

        boolean isBulk() {
            return this == BULK_DELETE || this == BULK_UPDATE || this == BULK_INSERT;
        }

        /** Whether it also says what conditions and totals look at. */
        boolean assigns() {
            return switch (this) {
                case PERSIST,
                        PERSIST_FIRST,
                        ADD,
                        CHANGE,
                        MOVE,
                        MERGE,
                        BULK_UPDATE,
                        BULK_INSERT,
                        INSERT,
                        UPDATE,
                        UPSERT -> true;
                default -> false;
            };
        }
    }

    @Override
    public String toString() {
        String who = session == 0 ? "stateless" : "session " + session;
        if (action.isBulk()) {
            return "%s: %s [%s, %s, %s, %s, values %d]"
                    .formatted(who, Bulk.describe(this), action, item, first, second, values);
        }
        return who + ": "
                + action.variants[variant % action.variants()].formatted(item, first, second)
                + (values >= 0 && item.kind().isValued() ? ", which is " + Values.of(values) : "");
    }
}
