package io.countercache;

import java.time.Duration;

/**
 * How far a repair has come.
 *
 * @param examined how many parent rows were looked at
 * @param total how many there were when it began
 * @param drifted how many of them had a counter that was wrong
 * @param lastId the id to go on after, should the repair be interrupted
 * @param elapsed how long it has taken so far
 */
public record RepairProgress(long examined, long total, long drifted, Object lastId, Duration elapsed) {}
