package io.countercache.samples.springboot3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.UncountableStatementException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Over HTTP, on a PostgreSQL. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BlogTest {

    private static final int THREADS = 8;
    private static final int REQUESTS = 50;

    private final HttpClient http = HttpClient.newHttpClient();

    /** A PostgreSQL for as long as the tests run. */
    @DynamicPropertySource
    static void database(DynamicPropertyRegistry settings) {
        try {
            EmbeddedPostgres postgres = EmbeddedPostgres.start();
            settings.add("spring.datasource.url", () -> postgres.getJdbcUrl("postgres", "postgres"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @LocalServerPort
    int port;

    @Autowired
    CommentRepository comments;

    long apples;
    long pears;

    @BeforeEach
    void twoPosts() throws Exception {
        apples = id(post("posts", "Apples"));
        pears = id(post("posts", "Pears"));
    }

    @AfterEach
    void nothingDrifts() throws Exception {
        assertThat(send("GET", "drift", "")).isEqualTo("[]");
    }

    @Test
    void aBulkStatementIsRefusedAndNotMiscounted() throws Exception {
        post("posts/%d/comments".formatted(apples), "one");
        assertThatThrownBy(comments::deleteAllInBatch).hasRootCauseInstanceOf(UncountableStatementException.class);
        assertThat(counts(apples)).isEqualTo("{\"comments\":1,\"tags\":0}");
    }

    @Test
    void manyRequestsAtOnceAreCounted() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Callable<Void>> writers = new ArrayList<>();
        for (int seed = 0; seed < THREADS; seed++) {
            Random random = new Random(seed);
            writers.add(() -> write(random));
        }
        for (Future<Void> written : threads.invokeAll(writers)) {
            written.get();
        }
        threads.shutdown();
        assertThat(counts(apples)).doesNotContain("\"comments\":0");
    }

    /** Adds, moves and removes comments, and a tag of its own. */
    private Void write(Random random) throws Exception {
        long tag = id(post("tags", "tag"));
        List<Long> comments = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            long post = random.nextBoolean() ? apples : pears;
            int choice = random.nextInt(10);
            if (choice < 4 || comments.isEmpty()) {
                comments.add(id(post("posts/%d/comments".formatted(post), "text")));
            } else if (choice < 6) {
                long comment = comments.get(random.nextInt(comments.size()));
                send("PUT", "comments/%d/post/%d".formatted(comment, post), "");
            } else if (choice < 8) {
                long comment = comments.remove(random.nextInt(comments.size()));
                send("DELETE", "comments/%d".formatted(comment), "");
            } else {
                send(choice == 8 ? "PUT" : "DELETE", "posts/%d/tags/%d".formatted(post, tag), "");
            }
        }
        return null;
    }

    private String counts(long post) throws Exception {
        return send("GET", "posts/%d".formatted(post), "");
    }

    private String post(String path, String text) throws Exception {
        return send("POST", path, text);
    }

    private static long id(String answer) {
        return Long.parseLong(answer);
    }

    private String send(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%d/%s".formatted(port, path)))
                .header("Content-Type", "text/plain")
                .method(method, BodyPublishers.ofString(body))
                .build();
        var response = http.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as("%s %s", method, path).isBetween(200, 204);
        return response.body();
    }
}
