package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterRepair;
import io.countercache.samples.springboot.Rows.Counts;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Counters are written by the transaction that changed the rows, however Spring demarcates it. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
class TransactionsTest {

    @Autowired
    Transactions transactions;

    @Autowired
    BlogService blog;

    @Autowired
    PostRepository posts;

    @Autowired
    CommentRepository comments;

    @Autowired
    EntityManager entityManager;

    @Autowired
    EntityManagerFactory factory;

    @Autowired
    Rows rows;

    long apples;
    long plums;

    @BeforeEach
    void startOver() {
        rows.startOver();
        apples = rows.post("Apples");
        plums = rows.post("Plums");
    }

    @AfterEach
    void nothingDrifts() {
        assertThat(CounterRepair.verifyAll(factory).first()).isEmpty();
    }

    @Test
    void aCommitWritesTheCountersOfAllThatJoinedIt() throws Exception {
        transactions.required(() -> {
            blog.addComment(plums, "Good for jam", false);
            blog.moveComment(rows.comment("Best in October"), plums);
            assertThat(rows.of("Plums").comments()).isZero(); // not before the commit
        });
        assertThat(rows.of("Apples")).isEqualTo(Counts.of(2, 2));
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(2, 0));
    }

    @Test
    void aRollbackCountsNothing() {
        assertThatExceptionOfType(RollingBack.class)
                .isThrownBy(() -> transactions.required(() -> {
                    blog.addComment(plums, "Good for jam", false);
                    blog.addTag(plums, rows.tag("sweet"));
                    entityManager.flush();
                    throw new RollingBack();
                }));
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(0, 0));
        blog.addComment(plums, "Good for jam", false); // and nothing is left over for the next transaction
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0));
    }

    @Test
    void aCheckedExceptionCommits() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> transactions.required(() -> {
                    blog.addComment(plums, "Good for jam", false);
                    throw new IOException();
                }));
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0));
    }

    @Test
    void whatFailedInAJoinedMethodRollsAllBack() {
        assertThatExceptionOfType(UnexpectedRollbackException.class)
                .isThrownBy(() -> transactions.required(() -> {
                    blog.addComment(plums, "Good for jam", false);
                    assertThatThrownBy(() -> transactions.required(() -> {
                                blog.addComment(apples, "Crisp", false);
                                throw new RollingBack();
                            }))
                            .isInstanceOf(RollingBack.class);
                }));
        assertThat(rows.of("Apples")).isEqualTo(Counts.of(3, 2));
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(0, 0));
    }

    @Test
    void requiresNewIsCountedThoughTheOuterTransactionRollsBack() {
        assertThatExceptionOfType(RollingBack.class)
                .isThrownBy(() -> transactions.required(() -> {
                    addFlushed(plums, "Outer");
                    transactions.requiresNew(() -> addFlushed(plums, "Inner"));
                    throw new RollingBack();
                }));
        assertThat(rows.comments()).contains("Inner").doesNotContain("Outer");
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0));
    }

    @Test
    void requiresNewRollsBackAndTheOuterTransactionIsCounted() throws Exception {
        transactions.required(() -> {
            addFlushed(plums, "Outer");
            assertThatThrownBy(() -> transactions.requiresNew(() -> {
                        addFlushed(plums, "Inner");
                        addFlushed(apples, "Inner, too");
                        throw new RollingBack();
                    }))
                    .isInstanceOf(RollingBack.class);
        });
        assertThat(rows.comments()).contains("Outer").doesNotContain("Inner", "Inner, too");
        assertThat(rows.of("Apples")).isEqualTo(Counts.of(3, 2));
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0));
    }

    /** The outer transaction has pending counters of the same row, but no lock on it until it commits. */
    @Test
    void requiresNewAndTheOuterTransactionAreBothCounted() throws Exception {
        transactions.required(() -> {
            addFlushed(plums, "Outer");
            transactions.requiresNew(() -> addFlushed(plums, "Inner"));
            assertThat(rows.of("Plums").comments()).isOne();
        });
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(2, 0));
    }

    @Test
    void aReadOnlyTransactionReadsCountersAndWritesNothing() throws Exception {
        blog.addComment(plums, "Good for jam", false);
        transactions.readOnly(() -> {
            Post post = posts.findById(plums).orElseThrow();
            assertThat(post.getCommentsCount()).isOne();
            comments.findById(rows.comment("Good for jam")).orElseThrow().moveTo(posts.getReferenceById(apples));
            post.getTags().clear();
            assertThat(post.getCommentsCount()).isOne();
        });
        assertThat(rows.of("Apples")).isEqualTo(Counts.of(3, 2));
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0));
    }

    @Test
    void whatIsChangedBeforeTheCommitIsCounted() throws Exception {
        transactions.required(
                () -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        blog.addComment(plums, "At the last moment", false);
                    }
                }));
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0));
    }

    @Test
    void aStatelessSessionOnTheSameConnectionIsCountedInTheSameTransaction() throws Exception {
        transactions.required(() -> {
            blog.addComment(plums, "Stateful", false);
            try (var stateless = entityManager
                    .unwrap(Session.class)
                    .statelessWithOptions()
                    .connection()
                    .open()) {
                stateless.insert(new Comment(posts.getReferenceById(plums), "Stateless", false));
            }
        });
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(2, 0));
    }

    private void addFlushed(long post, String text) {
        blog.addComment(post, text, false);
        entityManager.flush();
    }

    private static final class RollingBack extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
