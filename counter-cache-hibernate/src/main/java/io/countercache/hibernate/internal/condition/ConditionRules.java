package io.countercache.hibernate.internal.condition;

/**
 * What databases answer differently.
 *
 * @param likeMatchesUtf16 whether LIKE counts a character beyond the Basic Multilingual Plane as two
 * @param cutsSeconds whether a time loses the digits that its column has no place for, where others round it
 */
public record ConditionRules(boolean likeMatchesUtf16, boolean cutsSeconds) {}
