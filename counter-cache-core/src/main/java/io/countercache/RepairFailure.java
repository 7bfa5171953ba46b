package io.countercache;

import org.jspecify.annotations.Nullable;

/**
 * A row, or a chunk of a table, that could not be repaired or verified; nothing in it was changed.
 *
 * @param entity the name of the parent entity
 * @param after the last id that was looked at before, null if there is none
 * @param upTo the id of the row, or the last one of the chunk; null if that is open to the end
 * @param cause the failure of the last attempt
 */
public record RepairFailure(
        String entity, @Nullable Object after, @Nullable Object upTo, Exception cause) {}
