package io.countercache;

import java.time.Duration;

/**
 * How far a repair has come.
 *
 * @param examined how many parent rows were examined
 * @param total how many rows there were when the repair began
 * @param drifted how many of them had a counter that was wrong
 * @param lastId the last id done so far; pass it to {@code after(..)} to resume an interrupted repair
 * @param elapsed how long it has taken so far
 */
public record RepairProgress(long examined, long total, long drifted, Object lastId, Duration elapsed) {}
