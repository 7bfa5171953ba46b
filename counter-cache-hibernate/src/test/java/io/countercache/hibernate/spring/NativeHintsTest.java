package io.countercache.hibernate.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.support.ReflectiveLookups;
import io.countercache.hibernate.support.ReflectiveLookups.Lookup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.collection.spi.PersistentBag;
import org.hibernate.mapping.Property;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableMutationStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** A native image is told of all that the library looks up by reflection, with Spring and without. */
@Tag("postgresql") // once is enough: it asks no database
class NativeHintsTest {

    private static final String FILES = "META-INF/native-image/io.countercache/counter-cache-hibernate/";

    /** What is looked up by what is no constant: the class of an object, or the classes of the application. */
    private static final Set<String> NOT_CONSTANT = Set.of(
            "AnnotatedMembers.of", // of the application
            "BootDifferences.filters",
            "CounterCacheHints.registerHints", // when the image is built
            "DeclarationReader.readClass", // of the application
            "HibernateFields.open", // whoever calls it has the class
            "HibernateFields.serialized",
            "MissingAttribute.notPersistent", // of the application
            "OptionalClass.exists", // whoever calls it has the class
            "OptionalMethod.of", // whoever calls it has the class
            "OptionalMethod.orOf",
            "PostgreSqlDriver.method",
            "RefusingHook.proxy",
            "Savepoints.isThere", // whoever calls it has the class
            "TouchedAttribute.annotations"); // of the application

    /** And what that is: the types of {@link #NOT_CONSTANT}. */
    private static final List<String> TYPES_OF_OBJECTS = List.of(
            "org.hibernate.internal.FilterConfiguration",
            "org.hibernate.mapping.FilterConfiguration",
            "org.hibernate.query.sqm.mutation.spi.SqmMultiTableInsertStrategy",
            "org.hibernate.query.sqm.mutation.spi.SqmMultiTableMutationStrategy",
            "org.hibernate.tuple.entity.EntityMetamodel",
            "org.postgresql.core.BaseConnection");

    @Test
    void allThatIsLookedUpIsListed() throws Exception {
        SortedSet<String> methods = new TreeSet<>(TYPES_OF_OBJECTS);
        SortedSet<String> fields = new TreeSet<>();
        SortedSet<String> classes = new TreeSet<>();
        SortedSet<String> others = new TreeSet<>();
        for (Lookup each : ReflectiveLookups.all()) {
            if (each.found().isEmpty()) {
                others.add(each.place());
            } else if (each.by().equals("open") || each.by().contains("Field")) {
                fields.addAll(each.found());
            } else if (each.by().equals("of") || each.by().contains("Method")) {
                methods.addAll(each.found());
            } else {
                classes.addAll(each.found());
            }
        }
        classes.removeAll(methods);
        assertThat(others).isEqualTo(new TreeSet<>(NOT_CONSTANT));
        assertThat(methods).isEqualTo(new TreeSet<>(CounterCacheHints.METHODS));
        assertThat(fields).isEqualTo(new TreeSet<>(CounterCacheHints.FIELDS.keySet()));
        assertThat(classes).isEqualTo(new TreeSet<>(CounterCacheHints.CLASSES));
    }

    @Test
    void theServicesAreListed() {
        CounterCacheHints.SERVICES.forEach(
                (file, services) -> assertThat(content(file).lines()).as(file).containsExactlyElementsOf(services));
    }

    @Test
    void springFindsTheHints() throws NoSuchMethodException {
        RuntimeHints hints = new RuntimeHints();
        SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
                .load(RuntimeHintsRegistrar.class)
                .stream()
                .filter(CounterCacheHints.class::isInstance)
                .forEach(each -> each.registerHints(hints, getClass().getClassLoader()));
        var reflection = RuntimeHintsPredicates.reflection();
        assertThat(reflection.onMethodInvocation(Property.class.getMethod("getName")))
                .accepts(hints);
        assertThat(reflection.onFieldAccess(AbstractEntityPersister.class, "sqmMultiTableInsertStrategy"))
                .accepts(hints);
        assertThat(reflection.onFieldAccess(PersistentBag.class, "bag")).accepts(hints);
        assertThat(RuntimeHintsPredicates.proxies().forInterfaces(SqmMultiTableMutationStrategy.class))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.resource()
                        .forResource("META-INF/services/org.hibernate.integrator.spi.Integrator"))
                .accepts(hints);
    }

    @Test
    void thoseWithoutSpringHaveTheSameReflection() {
        SortedMap<String, List<String>> types = new TreeMap<>();
        CounterCacheHints.CLASSES.forEach(type -> add(types, type, ""));
        CounterCacheHints.METHODS.forEach(type -> add(types, type, ", \"allPublicMethods\": true"));
        CounterCacheHints.COPIED.forEach(type -> add(types, type, ", \"allDeclaredFields\": true"));
        CounterCacheHints.FIELDS.forEach((type, fields) -> add(
                types,
                type,
                fields.stream()
                        .map("{\"name\": \"%s\"}"::formatted)
                        .collect(Collectors.joining(", ", ", \"fields\": [", "]"))));
        CounterCacheHints.SERVICES.values().stream()
                .flatMap(Collection::stream)
                .forEach(type -> add(types, type, ", \"allPublicConstructors\": true"));
        assertThat(content(FILES + "reflect-config.json"))
                .isEqualTo(list(types.entrySet().stream()
                        .map(each ->
                                "{\"name\": \"%s\"%s}".formatted(each.getKey(), String.join("", each.getValue())))));
    }

    private static void add(SortedMap<String, List<String>> types, String type, String members) {
        types.computeIfAbsent(type, any -> new ArrayList<>()).add(members);
    }

    @Test
    void thoseWithoutSpringHaveTheSameProxies() {
        assertThat(content(FILES + "proxy-config.json"))
                .isEqualTo(list(CounterCacheHints.PROXIES.stream().map("{\"interfaces\": [\"%s\"]}"::formatted)));
    }

    @Test
    void thoseWithoutSpringHaveTheSameResources() {
        assertThat(content(FILES + "resource-config.json"))
                .isEqualTo("{\"resources\": {\"includes\":\n%s}}\n"
                        .formatted(list(CounterCacheHints.SERVICES.keySet().stream()
                                .sorted()
                                .map("{\"pattern\": \"\\\\Q%s\\\\E\"}"::formatted))));
    }

    private static String list(Stream<String> lines) {
        return lines.collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
    }

    private static String content(String file) {
        try (InputStream content = CounterCacheHints.class.getClassLoader().getResourceAsStream(file)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
