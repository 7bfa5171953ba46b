package io.countercache.hibernate.internal.condition;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A pattern of {@code like}: characters, '_' for any one character, and '%' for any number of characters. */
final class LikePattern {

    private static final int ANY_ONE = -1;
    private static final int ANY = -2;

    private final int[] parts;
    private final boolean utf16;

    /**
     * @param escape the character that makes the next one stand for itself. If it is null there is none, not even the backslash,
     *     which is the default of both databases: Hibernate turns it off
     * @param utf16 whether the database counts a character beyond the basic plane as two
     */
    LikePattern(String pattern, @Nullable Character escape, boolean utf16) {
        this.utf16 = utf16;
        this.parts = parts(characters(pattern), escape);
    }

    private int[] characters(String text) {
        return (utf16 ? text.chars() : text.codePoints()).toArray();
    }

    private static int[] parts(int[] pattern, @Nullable Character escape) {
        int[] parts = new int[pattern.length];
        int length = 0;
        for (int i = 0; i < pattern.length; i++) {
            int character = pattern[i];
            if (escape != null && character == escape) {
                i++;
                // one database takes the character literally; the other refuses the pattern, but only when it reads
                // a row
                if (i == pattern.length || (pattern[i] != '%' && pattern[i] != '_' && pattern[i] != escape)) {
                    throw new IllegalArgumentException(
                            "the escape character '%s' has to stand before '%%', '_' or itself: double it"
                                    .formatted(escape));
                }
                parts[length++] = pattern[i];
            } else {
                parts[length++] = character == '%' ? ANY : character == '_' ? ANY_ONE : character;
            }
        }
        return Arrays.copyOf(parts, length);
    }

    /**
     * Whether a text matches. After a mismatch only the last '%' is tried again, with one character more. Trying an earlier one
     * again could not lead to a match.
     */
    boolean matches(String value) {
        int[] text = characters(value);
        int at = 0;
        int part = 0;
        int lastAny = -1;
        int lastAt = 0;
        while (at < text.length) {
            if (part < parts.length && (parts[part] == text[at] || parts[part] == ANY_ONE)) {
                at++;
                part++;
            } else if (part < parts.length && parts[part] == ANY) {
                lastAny = part++;
                lastAt = at;
            } else if (lastAny >= 0) {
                part = lastAny + 1;
                at = ++lastAt;
            } else {
                return false;
            }
        }
        while (part < parts.length && parts[part] == ANY) {
            part++;
        }
        return part == parts.length;
    }
}
