package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** Counters of seed data, which no session has counted: {@code counter-cache.on-startup}. */
@ExtendWith(OutputCaptureExtension.class)
class OnStartupTest {

    private static final String THREAD = "counter-cache-startup";

    /** An application with the entities of the sample, and rows that data.sql inserts. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    private static ConfigurableApplicationContext start(String onStartup) throws InterruptedException {
        ConfigurableApplicationContext started = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.datasource.url=jdbc:h2:mem:seeded-" + onStartup,
                        "--spring.datasource.hikari.connection-init-sql=",
                        "--spring.jpa.hibernate.ddl-auto=create",
                        "--spring.jpa.defer-datasource-initialization=true",
                        "--spring.sql.init.mode=always",
                        "--spring.sql.init.data-locations=classpath:seed.sql",
                        "--counter-cache.on-startup=" + onStartup);
        for (Thread thread : threads()) {
            thread.join();
        }
        return started;
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(THREAD))
                .toList();
    }

    private static List<Integer> counts(ConfigurableApplicationContext application) {
        return application
                .getBean(JdbcTemplate.class)
                .queryForList("select comments_count from post order by id", Integer.class);
    }

    @Test
    void seedDataIsCounted(CapturedOutput output) throws InterruptedException {
        try (var application = start("repair")) {
            assertThat(counts(application)).containsExactly(2, 0, 1);
            assertThat(output)
                    .contains("Counters were repaired at start-up")
                    .contains("Post repaired: 3 rows, 2 wrong")
                    .contains("Post.commentsCount of 1001 was 0, and 2 are counted");
        }
    }

    @Test
    void whatAVerificationFindsIsLoggedAndStays(CapturedOutput output) throws InterruptedException {
        try (var application = start("verify")) {
            assertThat(counts(application)).containsExactly(0, 0, 0);
            assertThat(output).contains("Counters were verified at start-up", "Post verified: 3 rows, 2 wrong");
        }
    }

    @Test
    void byDefaultNothingIsDone(CapturedOutput output) throws InterruptedException {
        try (var application = start("off")) {
            assertThat(counts(application)).containsExactly(0, 0, 0);
            assertThat(output).doesNotContain("at start-up");
        }
    }
}
