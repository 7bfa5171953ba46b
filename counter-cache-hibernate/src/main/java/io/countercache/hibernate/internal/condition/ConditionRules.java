package io.countercache.hibernate.internal.condition;

import org.jspecify.annotations.Nullable;

/**
 * What databases answer differently.
 *
 * @param likeMatchesUtf16 whether LIKE counts a character beyond the Basic Multilingual Plane as two
 * @param cutsSeconds whether a time loses the digits that its column has no place for, where others round it
 * @param comparesTexts how texts are compared otherwise than in memory; null if they are not
 */
public record ConditionRules(
        boolean likeMatchesUtf16,
        boolean cutsSeconds,
        @Nullable String comparesTexts) {}
