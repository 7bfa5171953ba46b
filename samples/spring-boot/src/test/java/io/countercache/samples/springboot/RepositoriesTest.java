package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.samples.springboot.Rows.Counts;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** What the methods of a Spring Data repository change is counted. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
class RepositoriesTest {

    @Autowired
    PostRepository posts;

    @Autowired
    CommentRepository comments;

    @Autowired
    PostSummaries summaries;

    @Autowired
    SpamRepository spam;

    @Autowired
    BlogService blog;

    @Autowired
    Transactions transactions;

    @Autowired
    EntityManagerFactory factory;

    @Autowired
    CounterCaches counters;

    @Autowired
    Rows rows;

    @BeforeEach
    void startOver() {
        rows.startOver();
    }

    @AfterEach
    void nothingDrifts() {
        assertThat(CounterRepair.verifyAll(factory).first()).isEmpty();
    }

    @Test
    void deleteAll() {
        long post = rows.post("Apples");
        // tag::deleteAll[]
        comments.deleteAll(comments.findByPostId(post));
        // end::deleteAll[]
        assertCounts(0, 2, 0);
    }

    @Test
    void deleteAllById() {
        comments.deleteAllById(List.of(rows.comment("Best in October"), rows.comment("You have won")));
        assertCounts(2, 1, 0);
    }

    @Test
    void aDerivedDelete() throws Exception {
        transactions.required(() -> assertThat(spam.deleteBySpamTrue()).isEqualTo(2));
        assertCounts(2, 1, 0);
    }

    @Test
    void savingWhatWasLoadedBeforeOthersCommented() throws Exception {
        Post stale = posts.findByIdInOrderById(List.of(rows.post("Apples"))).get(0);
        blog.addComment(rows.post("Apples"), "Crisp", false);
        stale.getTags().clear();
        posts.save(stale);
        assertThat(rows.of("Apples")).isEqualTo(Counts.of(4, 0));
    }

    @Test
    void savingADetachedCommentThatHasAnotherPost() {
        Comment comment = comments.findById(rows.comment("Best in October")).orElseThrow();
        comment.moveTo(posts.getReferenceById(rows.post("Plums")));
        comments.save(comment);
        assertCounts(2, 2, 1);
    }

    @Test
    void deleteAllInBatch() {
        comments.deleteAllInBatch();
        assertCounts(0, 0, 0);
    }

    @Test
    void deleteAllInBatchOfSome() {
        comments.deleteAllInBatch(comments.findByPostId(rows.post("Apples")));
        assertCounts(0, 2, 0);
    }

    @Test
    void deleteAllByIdInBatch() {
        comments.deleteAllByIdInBatch(List.of(rows.comment("Best in October"), rows.comment("You have won")));
        assertCounts(2, 1, 0);
    }

    @Test
    void aModifyingDelete() {
        assertThat(blog.deleteSpam()).isEqualTo(2);
        assertCounts(2, 1, 0);
    }

    @Test
    void aModifyingDeleteOfWhatTheSameTransactionAdded() throws Exception {
        transactions.required(() -> {
            blog.addComment(rows.post("Plums"), "Cheap plums", true);
            blog.addComment(rows.post("Plums"), "Good for jam", false);
            assertThat(blog.deleteSpam()).isEqualTo(3);
        });
        assertCounts(2, 1, 1);
    }

    @Test
    void aModifyingDeleteThatIsNotCounted() throws Exception {
        long post = rows.post("Apples");
        transactions.required(() -> {
            assertThat(spam.deleteUncounted(post)).isEqualTo(3);
            assertThat(counters.resetCounters(Post.class, post))
                    .containsExactly(new Drift("Post", post, "commentsCount", 3, 0L));
        });
        assertCounts(0, 2, 0);
    }

    @Test
    void aModifyingUpdate() throws Exception {
        transactions.required(() -> assertThat(spam.moveSpam(posts.getReferenceById(rows.post("Plums"))))
                .isEqualTo(2));
        assertCounts(2, 1, 2);
    }

    @Test
    void aModifyingInsert() throws Exception {
        transactions.required(() -> assertThat(spam.repeatSpam()).isEqualTo(2));
        assertCounts(4, 3, 0);
    }

    @Test
    void aProjectionHasTheCounter() throws Exception {
        transactions.required(() -> {
            blog.addComment(rows.post("Plums"), "Good for jam", false);
            assertThat(summaries.findByCommentsCountGreaterThanOrderByTitle(0))
                    .containsExactly(
                            new PostSummary("Apples", 3), new PostSummary("Pears", 2), new PostSummary("Plums", 1));
        });
    }

    private void assertCounts(int apples, int pears, int plums) {
        assertThat(List.of(rows.of("Apples"), rows.of("Pears"), rows.of("Plums")))
                .containsExactly(Counts.of(apples, 2), Counts.of(pears, 1), Counts.of(plums, 0));
    }
}
