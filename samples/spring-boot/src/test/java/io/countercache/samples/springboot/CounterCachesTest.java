package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.samples.springboot.Rows.Counts;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TransactionRequiredException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** One {@code CounterCaches} for the whole application, made of the entity manager that Spring injects. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
class CounterCachesTest {

    @Autowired
    CounterCaches counters;

    @Autowired
    EntityManager entityManager;

    @Autowired
    Transactions transactions;

    @Autowired
    BlogService blog;

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
        assertThat(blog.recount(plums)).containsExactly(new Drift("Post", plums, "commentsCount", 2, 3L));
    }

    @Test
    void aReadOnlyTransactionSeesDrift() throws Exception {
        blog.addCommentBySql(plums);
        transactions.readOnly(() -> assertThat(counters.on(Post.class, plums).drift())
                .containsExactly(new Drift("Post", plums, "commentsCount", 0, 1L)));
        assertThat(rows.of("Plums")).isEqualTo(new Counts(0, 1, 0, 0));
    }

    @Test
    void outsideATransactionItSaysSo() {
        assertThatThrownBy(() -> counters.on(Post.class, plums))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("No transactional EntityManager available");
        assertThatThrownBy(() -> CounterCaches.of(entityManager).flush())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("No transactional EntityManager available");
        assertThatThrownBy(() -> transactions.supports(counters::flush))
                .isInstanceOf(TransactionRequiredException.class)
                .hasMessage("Counters can be flushed in a transaction only: begin one");
    }
}
