package io.countercache.hibernate.internal.support;

import io.countercache.CounterMappingException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.hibernate.cfg.AvailableSettings;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one session factory. {@code CounterCacheSettings} says what each of them means.
 *
 * @param batched whether the application has asked for JDBC batches, rather than having them by default
 */
public record Settings(
        boolean enabled, Write write, StaleChildren staleChildren, Bulk bulk, boolean collectionSize, boolean batched) {

    public static final String ENABLED = "hibernate.counter_cache.enabled";
    public static final String WRITE = "hibernate.counter_cache.write";
    public static final String STALE_CHILDREN = "hibernate.counter_cache.stale_children";
    public static final String BULK = "hibernate.counter_cache.bulk";
    public static final String IGNORE_STATEMENT = BULK + "=ignore";
    public static final String COLLECTION_SIZE = "hibernate.counter_cache.collection_size";

    private static final List<String> TRUE_OR_FALSE = List.of("true", "false");

    public enum Write {
        COMMIT,
        FLUSH
    }

    public enum StaleChildren {
        CHECK,
        LOCK,
        TRUST
    }

    public enum Bulk {
        COUNT,
        REJECT,
        IGNORE
    }

    public static Settings read(Map<String, Object> settings) {
        return new Settings(
                Boolean.parseBoolean(value(settings, ENABLED, TRUE_OR_FALSE)),
                Write.valueOf(value(settings, WRITE, names(Write.values())).toUpperCase(Locale.ROOT)),
                StaleChildren.valueOf(value(settings, STALE_CHILDREN, names(StaleChildren.values()))
                        .toUpperCase(Locale.ROOT)),
                Bulk.valueOf(value(settings, BULK, names(Bulk.values())).toUpperCase(Locale.ROOT)),
                Boolean.parseBoolean(value(settings, COLLECTION_SIZE, TRUE_OR_FALSE)),
                asksForBatches(settings.get(AvailableSettings.STATEMENT_BATCH_SIZE)));
    }

    private static boolean asksForBatches(@Nullable Object size) {
        return size != null && Integer.parseInt(size.toString().strip()) > 1;
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** The first value allowed is the default. */
    private static String value(Map<String, Object> settings, String name, List<String> allowed) {
        Object given = settings.get(name);
        if (given == null) {
            return allowed.get(0);
        }
        String value = given.toString().strip().toLowerCase(Locale.ROOT);
        if (!allowed.contains(value)) {
            throw new CounterMappingException(List.of("%s: '%s' is none of its values: use %s"
                    .formatted(name, given, allowed.stream().collect(Collectors.joining(" or ")))));
        }
        return value;
    }
}
