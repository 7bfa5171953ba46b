package io.countercache.hibernate.internal.support;

import io.countercache.CounterMappingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The settings of one session factory. {@code CounterCacheSettings} says what each of them means. */
public record Settings(
        boolean enabled,
        Write write,
        StaleChildren staleChildren,
        Bulk bulk,
        boolean collectionSize,
        CheckSchema checkSchema,
        DatabaseKind database,
        @Nullable Object listener) {

    public static final String ENABLED = "hibernate.counter_cache.enabled";
    public static final String WRITE = "hibernate.counter_cache.write";
    public static final String STALE_CHILDREN = "hibernate.counter_cache.stale_children";
    public static final String BULK = "hibernate.counter_cache.bulk";
    public static final String IGNORE_STATEMENT = BULK + "=ignore";
    public static final String COLLECTION_SIZE = "hibernate.counter_cache.collection_size";

    public static final String CHECK_SCHEMA = "hibernate.counter_cache.check_schema";

    public static final String DATABASE = "hibernate.counter_cache.database";

    public static final String LISTENER = "hibernate.counter_cache.listener";

    private static final String PREFIX = "hibernate.counter_cache.";
    private static final Set<String> NAMES =
            Set.of(ENABLED, WRITE, STALE_CHILDREN, BULK, COLLECTION_SIZE, CHECK_SCHEMA, DATABASE, LISTENER);

    private static final List<String> TRUE_OR_FALSE = List.of("true", "false");
    private static final String OFF = "off";

    public enum Write {
        WITH_COMMIT,
        BEFORE_COMMIT,
        FLUSH
    }

    public enum StaleChildren {
        LOCK,
        TRUST
    }

    public enum Bulk {
        COUNT,
        REJECT,
        IGNORE
    }

    public enum CheckSchema {
        WARN,
        FAIL,
        OFF
    }

    public enum DatabaseKind {
        AUTO,
        PORTABLE,
        POSTGRESQL,
        H2,
        MYSQL,
        MARIADB
    }

    /** Wrong settings, each with what is wrong. */
    public static CounterMappingException wrong(List<String> problems) {
        return new CounterMappingException(
                "%d wrong setting%s".formatted(problems.size(), problems.size() == 1 ? "" : "s"), problems);
    }

    /**
     * Reads the settings.
     *
     * @throws CounterMappingException that names all wrong ones: a misspelt setting would silently be without effect
     */
    public static Settings read(Map<String, Object> settings) {
        List<String> problems = new ArrayList<>(unknown(settings));
        Settings read = new Settings(
                Boolean.parseBoolean(value(settings, ENABLED, TRUE_OR_FALSE, problems)),
                value(settings, WRITE, Write.values(), problems),
                value(settings, STALE_CHILDREN, StaleChildren.values(), problems),
                value(settings, BULK, Bulk.values(), problems),
                Boolean.parseBoolean(value(settings, COLLECTION_SIZE, TRUE_OR_FALSE, problems)),
                value(settings, CHECK_SCHEMA, CheckSchema.values(), problems),
                value(settings, DATABASE, DatabaseKind.values(), problems),
                settings.get(LISTENER));
        if (!problems.isEmpty()) {
            throw wrong(problems);
        }
        return read;
    }

    /** Whether the library is to do nothing at all; for what has to know before all settings are read. */
    public static boolean isDisabled(Map<String, Object> settings) {
        Object enabled = settings.get(ENABLED);
        return enabled != null && enabled.toString().strip().equalsIgnoreCase("false");
    }

    private static List<String> unknown(Map<String, Object> settings) {
        return settings.keySet().stream()
                .filter(name -> isMeant(name) && !NAMES.contains(name))
                .sorted()
                .map(name -> "%s: there is no such setting: use %s, or remove it".formatted(name, nearest(name)))
                .toList();
    }

    /** Whether a name is one of these settings, or would be with another spelling of what they all begin with. */
    private static boolean isMeant(String name) {
        return letters(name).startsWith(letters(PREFIX));
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    }

    private static String nearest(String name) {
        return NAMES.stream()
                .min(Comparator.comparingInt((String known) -> distance(name, known))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** How many characters have to be inserted, deleted or replaced to make one text of another (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }

    private static <E extends Enum<E>> E value(
            Map<String, Object> settings, String name, E[] values, List<String> problems) {
        List<String> allowed = Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
        return values[allowed.indexOf(value(settings, name, allowed, problems))];
    }

    /** The first value allowed is the default, and stands in for one that is wrong. */
    private static String value(
            Map<String, Object> settings, String name, List<String> allowed, List<String> problems) {
        Object given = settings.get(name);
        String value = given == null ? allowed.get(0) : given.toString().strip().toLowerCase(Locale.ROOT);
        if (value.equals("false") && allowed.contains(OFF)) {
            return OFF; // as YAML reads it
        }
        if (!allowed.contains(value)) {
            problems.add("%s: '%s' is none of its values: use %s".formatted(name, given, String.join(" or ", allowed)));
            return allowed.get(0);
        }
        return value;
    }
}
