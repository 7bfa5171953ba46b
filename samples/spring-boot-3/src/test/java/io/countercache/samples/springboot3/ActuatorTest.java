package io.countercache.samples.springboot3;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What an operator sees of the counters over HTTP, and can do about them. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.health.show-details=always",
            "counter-cache.health.drift-status=DRIFT",
            "management.endpoint.health.status.order=DOWN,DRIFT,UP",
            "server.error.include-message=always"
        })
class ActuatorTest {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();

    /** A PostgreSQL for as long as the tests run. */
    @DynamicPropertySource
    static void database(DynamicPropertyRegistry settings) throws IOException {
        EmbeddedPostgres postgres = EmbeddedPostgres.start();
        settings.add("spring.datasource.url", () -> postgres.getJdbcUrl("postgres", "postgres"));
    }

    @LocalServerPort
    int port;

    @Autowired
    PostRepository posts;

    @Autowired
    CommentRepository comments;

    @Autowired
    JdbcClient sql;

    @Autowired
    PlatformTransactionManager transactions;

    Post apples;

    @BeforeEach
    void aPostWithAComment() {
        sql.sql("delete from post_tags").update();
        sql.sql("delete from comment").update();
        sql.sql("delete from post").update();
        apples = posts.save(new Post("Apples"));
        comments.save(new Comment(apples, "one"));
    }

    @AfterEach
    void repaired() throws Exception {
        run("repair");
    }

    // ---- what there is ----

    @Test
    void theEndpointShowsWhatIsCounted() throws Exception {
        Object counters = List.of(
                Map.of(
                        "attribute", "commentsCount",
                        "counts", "children",
                        "of", "Comment.post",
                        "path", List.of(),
                        "touch", List.of()),
                Map.of(
                        "attribute", "tagsCount",
                        "counts", "elements",
                        "of", "Post.tags",
                        "path", List.of(),
                        "touch", List.of()));
        assertThat(in(get("countercaches"), "factories", "entityManagerFactory", "Post", "counters"))
                .isEqualTo(counters);
        assertThat(in(get("countercaches/Post"), "factories", "entityManagerFactory", "counters"))
                .isEqualTo(counters);
    }

    @Test
    void anEntityWithoutCountersIsNotFound() throws Exception {
        HttpResponse<String> unknown = send("GET", "countercaches/Comment");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEmpty();
        assertThat(status("POST", "countercaches/verify/Comment")).isEqualTo(400);
        assertThat(in(post("countercaches/verify/Comment"), "message"))
                .isEqualTo("Comment has no counters of children: name one of Post");
        assertThat(status("POST", "countercaches/destroy")).isEqualTo(400);
    }

    // ---- verify and repair ----

    @Test
    void whatIsWrongIsFoundAndRepaired() throws Exception {
        breakCounter();
        assertThat(in(run("verify/Post"), "run"))
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("operation", "VERIFY")
                .containsEntry("entity", "Post")
                .containsEntry("state", "DONE")
                .containsEntry("examined", 1)
                .containsEntry("drifted", 1)
                .containsEntry("failures", 0)
                .containsKeys("startedAt", "endedAt")
                .doesNotContainKeys("now", "failure");
        Object found = in(get("countercaches"), "factories", "entityManagerFactory", "Post", "lastVerified");
        assertThat(in(found, "repaired")).isEqualTo(false);
        assertThat(in(found, "examined")).isEqualTo(1);
        assertThat(in(found, "drifted")).isEqualTo(1);
        assertThat(in(found, "byCounter")).isEqualTo(Map.of("commentsCount", 1, "tagsCount", 0));
        assertThat(in(found, "first"))
                .isEqualTo(List.of(
                        Map.of("id", apples.id().intValue(), "counter", "commentsCount", "stored", 7, "actual", 1)));
        run("repair");
        assertThat(commentsCount()).isOne();
        assertThat(in(get("countercaches/Post"), "factories", "entityManagerFactory", "lastVerified", "repaired"))
                .isEqualTo(true);
    }

    @Test
    void oneRunAtATime() throws Exception {
        breakCounter();
        CountDownLatch isLocked = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Thread holder = new Thread(() -> new TransactionTemplate(transactions).executeWithoutResult(status -> {
            sql.sql("select id from post for update").query(Long.class).list();
            isLocked.countDown();
            await(mayEnd);
        }));
        holder.start();
        await(isLocked);
        try {
            assertThat(in(post("countercaches/repair"), "begun")).isEqualTo(true); // and waits for the row
            Object other = post("countercaches/verify/Post");
            assertThat(in(other, "begun")).isEqualTo(false);
            assertThat(in(other, "run", "operation")).isEqualTo("REPAIR");
            assertThat(in(get("countercaches"), "run", "state")).isEqualTo("RUNNING");
        } finally {
            mayEnd.countDown();
            holder.join();
        }
        assertThat(in(ended(), "run", "state")).isEqualTo("DONE");
        assertThat(commentsCount()).isOne();
    }

    // ---- health and metrics ----

    @Test
    void theHealthTellsOfDrift() throws Exception {
        run("verify");
        assertThat(in(get("health"), "components", "counterCaches", "status")).isEqualTo("UP");
        breakCounter();
        run("verify");
        Object health = get("health");
        assertThat(in(health, "status")).isEqualTo("DRIFT");
        assertThat(in(health, "components", "counterCaches", "status")).isEqualTo("DRIFT");
        assertThat(in(health, "components", "counterCaches", "details", "entityManagerFactory", "Post", "drifted"))
                .isEqualTo(1);
        run("repair");
        assertThat(in(get("health"), "status")).isEqualTo("UP");
    }

    @Test
    void theMetersTellOfDrift() throws Exception {
        String drift = "metrics/counter.cache.drift?tag=entity:Post&tag=counter:commentsCount";
        breakCounter();
        run("verify");
        assertThat(in(get(drift), "measurements")).isEqualTo(List.of(Map.of("statistic", "VALUE", "value", 1.0)));
        run("repair");
        assertThat(in(get(drift), "measurements")).isEqualTo(List.of(Map.of("statistic", "VALUE", "value", 0.0)));
    }

    @Test
    void theMetricsAreThere() throws Exception {
        comments.save(new Comment(apples, "two"));
        assertThat(in(get("metrics/counter.cache.rows"), "name")).isEqualTo("counter.cache.rows");
        breakCounter();
        run("verify");
        String drift =
                "metrics/counter.cache.drift?tag=entityManagerFactory:entityManagerFactory&tag=entity:Post&tag=counter:commentsCount";
        assertThat(in(get(drift), "measurements")).isEqualTo(List.of(Map.of("statistic", "VALUE", "value", 1.0)));
        run("repair");
        assertThat(in(get(drift), "measurements")).isEqualTo(List.of(Map.of("statistic", "VALUE", "value", 0.0)));
    }

    // ---- steps ----

    private void breakCounter() {
        sql.sql("update post set comments_count = 7").update();
    }

    private int commentsCount() {
        return sql.sql("select comments_count from post").query(Integer.class).single();
    }

    /** Does it, and waits until it has ended. */
    private Object run(String what) throws Exception {
        assertThat(in(post("countercaches/" + what), "begun")).isEqualTo(true);
        return ended();
    }

    private Object ended() throws Exception {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            Object answer = get("countercaches");
            if (!"RUNNING".equals(in(answer, "run", "state"))) {
                return answer;
            }
            assertThat(System.nanoTime()).as("it goes on: %s", answer).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object in(Object json, String... names) {
        Object value = json;
        for (String each : names) {
            assertThat(value).as("in %s", json).isInstanceOf(Map.class);
            value = ((Map<?, ?>) value).get(each);
        }
        return value;
    }

    private Object get(String path) throws Exception {
        return JsonMapper.builder().build().readValue(send("GET", path).body(), Object.class);
    }

    /** As {@code curl -X POST} does it: without a body, and without saying of which type that would be. */
    private Object post(String path) throws Exception {
        return JsonMapper.builder().build().readValue(send("POST", path).body(), Object.class);
    }

    private int status(String method, String path) throws Exception {
        return send(method, path).statusCode();
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/actuator/%s".formatted(port, path)))
                .method(method, BodyPublishers.noBody())
                .build();
        return http.send(request, BodyHandlers.ofString());
    }
}
