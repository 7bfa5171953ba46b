package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.samples.springboot.Rows.Counts;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TransactionRequiredException;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.jdbc.core.JdbcTemplate;

/** The {@code CounterCaches} that is there without configuration: one for all transactions of the application. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
class CounterCachesTest {

    @Autowired
    CounterCaches counters;

    @Autowired
    EntityManager entityManager;

    @Autowired
    JdbcTemplate jdbcTemplate;

    @Autowired
    Transactions transactions;

    @Autowired
    BlogService blog;

    @Autowired
    Recounts recounts;

    @Autowired
    PostRepository posts;

    @Autowired
    Rows rows;

    long plums;

    @BeforeEach
    void startOver() {
        rows.startOver();
        plums = rows.post("Plums");
    }

    @Test
    void itServesTheTransactionThatIsUnderWay() throws Exception {
        blog.addCommentBySql(plums);
        transactions.required(() -> {
            Post post = posts.findById(plums).orElseThrow();
            assertThat(counters.on(Post.class, plums).reset())
                    .containsExactly(new Drift("Post", plums, "commentsCount", 0, 1L));
            assertThat(post.getCommentsCount()).isOne(); // in this session
        });
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0));
        transactions.required(
                () -> assertThat(counters.on(Post.class, plums).drift()).isEmpty());
    }

    @Test
    void anInnerTransactionHasItsOwnSession() throws Exception {
        transactions.required(() -> {
            blog.addComment(plums, "Outer", false);
            transactions.requiresNew(counters::flush);
            assertThat(rows.of("Plums").comments()).isZero();
            counters.flush();
            assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0)); // plain SQL of the same transaction sees it
        });
    }

    @Test
    void sqlOfTheTransactionSeesWhatIsFlushed() throws Exception {
        transactions.required(() -> {
            blog.addComment(plums, "Good for jam", false);
            assertThat(jdbcTemplate.queryForObject(
                            "select comments_count from post where id = ?", Integer.class, plums))
                    .isZero();
            assertThat(flushedCount(plums)).isOne();
        });
    }

    private @Nullable Integer flushedCount(long id) {
        // tag::flush[]
        counters.flush();
        Integer count = jdbcTemplate.queryForObject("select comments_count from post where id = ?", Integer.class, id);
        // end::flush[]
        return count;
    }

    @Test
    @SuppressWarnings("try") // what is skipped needs no more than to be closed
    void skippingEndsWithTheSessionThatBeganIt() throws Exception {
        transactions.required(() -> {
            try (var skipped = counters.skip()) {
                blog.addComment(plums, "Skipped", false);
                transactions.requiresNew(() -> blog.addComment(plums, "Counted", false));
            }
            blog.addComment(plums, "Counted, too", false);
        });
        assertThat(rows.of("Plums")).isEqualTo(new Counts(2, 3, 0, 0));
        assertThat(recounts.recount(plums)).containsExactly(new Drift("Post", plums, "commentsCount", 2, 3L));
    }

    @Test
    void aReadOnlyTransactionSeesDrift() throws Exception {
        blog.addCommentBySql(plums);
        transactions.readOnly(() -> assertThat(counters.on(Post.class, plums).drift())
                .containsExactly(new Drift("Post", plums, "commentsCount", 0, 1L)));
        assertThat(rows.of("Plums")).isEqualTo(new Counts(0, 1, 0, 0));
    }

    @Test
    void outsideATransactionItSaysWhatToDo() {
        String remedy =
                "Counters can be reached in a transaction only: put @Transactional on the calling method, or use CounterRepair";
        for (CounterCaches each : List.of(counters, CounterCaches.of(entityManager))) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> each.on(Post.class, plums),
                    () -> each.on(Post.class, List.of(plums)),
                    () -> each.bump(Post.class, Map.of("title", "Plums"), "commentsCount"),
                    each::verify,
                    each::flush,
                    each::skip,
                    () -> each.resetCounters(Post.class, plums))) {
                assertThatThrownBy(call)
                        .isInstanceOf(TransactionRequiredException.class)
                        .hasMessage(remedy)
                        .hasCauseInstanceOf(IllegalStateException.class); // Spring's
            }
        }
        assertThatThrownBy(() -> transactions.supports(counters::flush))
                .isInstanceOf(TransactionRequiredException.class)
                .hasMessage(
                        "Counters can be flushed in a transaction only: begin one (in Spring: @Transactional on the calling method)");
    }
}
