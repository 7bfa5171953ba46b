package io.countercache.hibernate.documentation;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.support.Settings;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operations/settings.md against what is read. */
class SettingsPageTest {

    private static final Page PAGE = Page.of("docs/operations/settings.md");
    private static final String PREFIX = "hibernate.counter_cache.";

    /** {@code | [`name`](#..) | `default`, `value` |}, and in the section of a setting {@code | `value` (default) | ..}. */
    private static final Pattern ROW = Pattern.compile("\\| \\[`(" + Pattern.quote(PREFIX) + "\\w+)`].*?\\| (.*) \\|");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern VALUE = Pattern.compile("\\| `([^`]+)`( \\(default\\))? \\|.*");

    @Test
    void thePageHasAllSettingsAndNoOther() {
        assertThat(table().keySet()).containsExactlyInAnyOrderElementsOf(names());
    }

    @Test
    void thePageHasTheValuesOfEachSettingWithItsDefaultFirst() {
        table().forEach((name, values) -> {
            if (!values.contains("none")) {
                assertThat(codes(values)).as(name).isEqualTo(allowed(name));
                assertThat(section(name))
                        .as("the section of " + name)
                        .containsExactlyInAnyOrderElementsOf(allowed(name));
            }
        });
    }

    @Test
    void theDefaultOfThePageIsTheOneOfTheCode() {
        Settings defaults = Settings.read(Map.of());
        table().forEach((name, values) -> {
            Settings asWritten = values.contains("none")
                    ? defaults
                    : Settings.read(Map.of(name, codes(values).get(0)));
            assertThat(asWritten).as(name).isEqualTo(defaults);
            assertThat(defaultOfSection(name))
                    .as(name)
                    .isEqualTo(values.contains("none") ? "" : codes(values).get(0));
        });
    }

    private static Map<String, String> table() {
        return PAGE.lines().stream()
                .map(ROW::matcher)
                .filter(row -> row.matches())
                .collect(toMap(row -> row.group(1), row -> row.group(2), (one, other) -> one, TreeMap::new));
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    private static Stream<MatchResult> rows(String name) {
        return PAGE.lines().stream()
                .dropWhile(line -> !line.equals("## " + name))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .map(VALUE::matcher)
                .filter(row -> row.matches())
                .map(row -> row.toMatchResult());
    }

    private static List<String> section(String name) {
        return rows(name).map(row -> row.group(1)).toList();
    }

    private static String defaultOfSection(String name) {
        return rows(name)
                .filter(row -> row.group(2) != null)
                .map(row -> row.group(1))
                .findFirst()
                .orElse("");
    }

    /** What the message about a wrong value offers. */
    private static List<String> allowed(String name) {
        String[] offered = new String[1];
        assertThatThrownBy(() -> Settings.read(Map.of(name, "no such value")))
                .isInstanceOfSatisfying(
                        CounterMappingException.class, e -> offered[0] = Objects.requireNonNull(e.getMessage()));
        return List.of(offered[0].replaceFirst("(?s).*: use (.*)", "$1").strip().split(" or "));
    }

    static List<String> names() {
        return Stream.of(Settings.class.getFields())
                .filter(field -> field.getType() == String.class)
                .map(SettingsPageTest::value)
                .filter(value -> value.startsWith(PREFIX) && !value.contains("="))
                .toList();
    }

    private static String value(Field field) {
        try {
            return (String) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
