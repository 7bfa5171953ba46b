package io.countercache;

import org.jspecify.annotations.Nullable;

/**
 * A chunk of a table that could not be repaired or verified; nothing in it was changed.
 *
 * @param entity the name of the parent entity
 * @param after the last id before the chunk, null if it is the first
 * @param upTo the last id of the chunk, null if it is open to the end
 * @param cause the failure of the last attempt
 */
public record RepairFailure(
        String entity, @Nullable Object after, @Nullable Object upTo, Exception cause) {}
