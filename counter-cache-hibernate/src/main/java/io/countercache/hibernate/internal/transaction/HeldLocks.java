package io.countercache.hibernate.internal.transaction;

import io.countercache.hibernate.internal.model.ParentRow;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The rows that a transaction has locked for the statements of children. They stay locked until it ends. */
final class HeldLocks {

    private final Set<ParentRow> alone = new HashSet<>();
    private final Set<ParentRow> shared = new HashSet<>();

    /** Remembers a row that no other transaction can write, nor refer to. */
    void add(ParentRow row) {
        alone.add(row);
    }

    /** Remembers a row that other transactions may have locked in the same way. */
    void addShared(ParentRow row) {
        shared.add(row);
    }

    /** Whether a row is locked well enough. */
    boolean contains(ParentRow row, boolean isShared) {
        return alone.contains(row) || (isShared && shared.contains(row));
    }

    /** @param rows for each row, whether it may be shared */
    boolean containsAll(Map<ParentRow, Boolean> rows) {
        return rows.entrySet().stream().allMatch(row -> contains(row.getKey(), row.getValue()));
    }
}
