package io.countercache.hibernate.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.internal.support.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What an IDE completes in {@code application.properties} is what the settings are: it is made of their classes, and what it says of
 * them is the beginning of their javadoc.
 */
@Tag("postgresql") // once is enough: it asks no database
class ConfigurationMetadataTest {

    private static final Path FILE = Path.of("src/main/resources/META-INF/spring-configuration-metadata.json");
    private static final Path SOURCES = Path.of("src/main/java");

    private final List<Map<String, Object>> properties = new ArrayList<>();
    private final List<Map<String, Object>> hints = new ArrayList<>();

    @Test
    void anIdeCompletesWhatThereIs() throws Exception {
        settings();
        properties(new CounterCacheProperties(), "counter-cache");
        actuator();
        String expected = new ObjectMapper()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(ordered("properties", properties, "hints", hints))
                + "\n";
        Path copy = Path.of("target", "spring-configuration-metadata.json");
        Files.writeString(copy, expected);
        assertThat(FILE).as("copy it from %s", copy).hasContent(expected);
    }

    /** The settings of a session factory: each is a component of {@link Settings}, and a constant for users. */
    private void settings() throws ReflectiveOperationException {
        Settings defaults = Settings.read(Map.of());
        for (RecordComponent each : Settings.class.getRecordComponents()) {
            String constant = each.getName().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
            String name = (String) CounterCacheSettings.class.getField(constant).get(null);
            Comment comment = Comment.of(CounterCacheSettings.class, name);
            Object value = each.getAccessor().invoke(defaults);
            String property = "spring.jpa.properties." + name;
            if (each.getType() == boolean.class) {
                add(property, Boolean.class, comment.text(List.of()), value);
            } else if (each.getType().isEnum()) {
                List<String> values = lower(each.getType().getEnumConstants());
                add(
                        property,
                        String.class,
                        comment.text(values),
                        value.toString().toLowerCase(Locale.ROOT));
                hints.add(ordered(
                        "name",
                        property,
                        "values",
                        values.stream()
                                .map(allowed -> ordered("value", allowed, "description", comment.text(allowed, values)))
                                .toList()));
            } else { // a class of the application
                add(property, Class.class, comment.text(List.of()), value);
                hints.add(ordered(
                        "name",
                        property,
                        "providers",
                        List.of(ordered(
                                "name",
                                "class-reference",
                                "parameters",
                                ordered("target", "io.countercache.CounterListener")))));
            }
        }
    }

    /** The properties of a class as Spring Boot binds them. */
    private void properties(Object bean, String prefix) throws ReflectiveOperationException {
        List<Method> getters = Stream.of(bean.getClass().getDeclaredMethods())
                .filter(method -> method.getName().startsWith("get"))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
        for (Method getter : getters) {
            String name = prefix + "."
                    + getter.getName()
                            .substring("get".length())
                            .replaceAll("(?<=.)([A-Z])", "-$1")
                            .toLowerCase(Locale.ROOT);
            Object value = getter.invoke(bean);
            if (value.getClass().getEnclosingClass() == CounterCacheProperties.class && !(value instanceof Enum)) {
                properties(value, name);
            } else {
                Object shown = value instanceof Enum ? value.toString().toLowerCase(Locale.ROOT) : value;
                Comment comment = Comment.of(CounterCacheProperties.class, name);
                add(name, getter.getReturnType(), comment.text(List.of()), shown);
            }
        }
    }

    /** What Spring Boot has for each endpoint and each part of the health. */
    private void actuator() {
        properties.add(ordered(
                "name",
                "management.endpoint.countercaches.access",
                "type",
                "org.springframework.boot.actuate.endpoint.Access",
                "description",
                "Permitted level of access for the countercaches endpoint.",
                "defaultValue",
                "unrestricted"));
        add(
                "management.health.counter-caches.enabled",
                Boolean.class,
                "Whether to enable the health of counters.",
                true);
    }

    private void add(String name, Class<?> type, String description, Object defaultValue) {
        Map<String, Object> property = ordered("name", name, "type", type.getName(), "description", description);
        if (defaultValue != null) {
            property.put("defaultValue", defaultValue);
        }
        properties.add(property);
    }

    private static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    private static List<String> lower(Object[] constants) {
        return Arrays.stream(constants)
                .map(each -> each.toString().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** What the javadoc says of a setting, after its name. */
    private record Comment(String name, String all) {

        static Comment of(Class<?> type, String name) {
            Matcher comment = Pattern.compile(
                            "/\\*\\*\\s*\\* \\{@code " + Pattern.quote(name) + "\\}: (.*?)\\*/", Pattern.DOTALL)
                    .matcher(source(type));
            assertThat(comment.find())
                    .as("no comment in %s begins with %s", type, name)
                    .isTrue();
            return new Comment(
                    name,
                    comment.group(1)
                            .replaceAll("(?m)^ *\\*( @.*)?", "")
                            .replaceAll("\\{@link \\S+ ([^}]+)}", "$1")
                            .replaceAll("\\{@link [a-z.]*([^}]*)}", "$1")
                            .replaceAll("Default [^.]*\\.", "")
                            .replaceAll("</?(ul|p)>", " ")
                            .strip());
        }

        /** What it says before what it says of single values. */
        String text(List<String> values) {
            Matcher first = beginning(values).matcher(all);
            return sentence(values.isEmpty() || !first.find() ? all : all.substring(0, first.start()));
        }

        /** What it says of one of its values. */
        String text(String value, List<String> values) {
            String start = "{@code " + value + "}: ";
            assertThat(all).as("%s: nothing is said of %s", name, value).contains(start);
            String rest = all.substring(all.indexOf(start) + start.length());
            Matcher next = beginning(values).matcher(rest);
            return sentence(next.find() ? rest.substring(0, next.start()) : rest);
        }

        private static Pattern beginning(List<String> values) {
            return Pattern.compile("(<li>\\s*)?\\{@code (" + String.join("|", values) + ")\\}: ");
        }

        private static String sentence(String text) {
            String plain = text.replaceAll("\\{@code ([^}]*)\\}", "$1")
                    .replaceAll("\\s+", " ")
                    .strip();
            return plain.substring(0, 1).toUpperCase(Locale.ROOT) + plain.substring(1);
        }

        private static String source(Class<?> type) {
            try {
                return Files.readString(SOURCES.resolve(type.getName().replace('.', '/') + ".java"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
