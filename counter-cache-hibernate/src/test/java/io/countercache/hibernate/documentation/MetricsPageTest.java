package io.countercache.hibernate.documentation;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.micrometer.CounterCacheMetrics;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.persistence.EntityManagerFactory;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** docs/operations/metrics.md against the meters that there are. */
class MetricsPageTest {

    private static final Page PAGE = Page.of("docs/operations/metrics.md");

    /** {@code | `counter.cache.drift` | gauge, rows | `entity`, `counter` | ..}. */
    private static final Pattern ROW = Pattern.compile("\\| `(counter\\.cache\\.[a-z.]+)` \\| [^|]* \\| ([^|]*)\\|.*");

    private static final Pattern CODE = Pattern.compile("`(\\w+)`");

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Comment.class, Author.class);

    final MeterRegistry registry = new SimpleMeterRegistry();

    @BeforeEach
    void bound() {
        bind(db.factory(), registry);
    }

    private static void bind(EntityManagerFactory entityManagerFactory, MeterRegistry registry) {
        // tag::bind[]
        new CounterCacheMetrics(entityManagerFactory, Tags.empty()).bindTo(registry);
        // end::bind[]
    }

    @Test
    void thePageHasAllMetersWithTheirTags() {
        Map<String, Set<String>> described = new TreeMap<>();
        PAGE.lines().stream().map(ROW::matcher).filter(row -> row.matches()).forEach(row -> {
            Set<String> tags = CODE.matcher(row.group(2))
                    .results()
                    .map(tag -> tag.group(1))
                    .collect(toSet());
            tags.add("entityManagerFactory"); // the page says so of all
            described.put(row.group(1), tags);
        });
        Map<String, Set<String>> actual = new TreeMap<>();
        registry.getMeters()
                .forEach(meter -> meter.getId().getTags().stream()
                        .map(Tag::getKey)
                        .forEach(actual.computeIfAbsent(meter.getId().getName(), name -> new HashSet<>())::add));
        assertThat(described).isEqualTo(actual);
    }

    /** Prometheus puts the unit of a gauge behind its name. */
    @Test
    void theAlertAsksForAMeter() {
        Meter.Id drift = registry.get("counter.cache.drift")
                .tagKeys("entity", "counter")
                .meters()
                .iterator()
                .next()
                .getId();
        assertThat(PAGE.blocks())
                .filteredOn(block -> block.language().equals("yaml"))
                .singleElement()
                .extracting(Page.Block::code)
                .asString()
                .contains("by (entity, counter) ("
                        + NamingConvention.snakeCase.name(drift.getName(), drift.getType()) + "_" + drift.getBaseUnit()
                        + ") ");
    }
}
