package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.samples.springboot.Rows.Counts;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Two transactions change a post themselves, and count on each other's. */
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
class DeadlockTest {

    @Autowired
    BlogService blog;

    @Autowired
    Retries retries;

    @Autowired
    PlatformTransactionManager transactions;

    @Autowired
    JdbcClient sql;

    @Autowired
    Rows rows;

    final CyclicBarrier bothHaveLocked = new CyclicBarrier(2);
    final AtomicInteger attempts = new AtomicInteger();

    @BeforeEach
    void startOver() {
        rows.startOver();
    }

    @Test
    void springNamesTheDeadlock() {
        TransactionTemplate transaction = new TransactionTemplate(transactions);
        assertThatThrownBy(() -> both(work -> transaction.executeWithoutResult(status -> work.run())))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(CannotAcquireLockException.class)
                .hasMessageContaining("deadlock detected");
    }

    @Test
    void theTransactionIsTriedAgain() {
        int before = rows.of("Apples").comments();
        both(retries::inTransaction);
        assertThat(attempts).hasValue(3);
        assertThat(rows.of("Apples")).isEqualTo(Counts.of(before + 1, 2));
        assertThat(rows.of("Plums")).isEqualTo(Counts.of(1, 0));
    }

    private interface Transaction {
        void run(Runnable work);
    }

    private void both(Transaction transaction) {
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(() -> transaction.run(() -> lockAndComment("Plums", "Apples")));
        CompletableFuture<Void> one =
                CompletableFuture.runAsync(() -> transaction.run(() -> lockAndComment("Apples", "Plums")));
        CompletableFuture.allOf(one, other).orTimeout(60, TimeUnit.SECONDS).join();
    }

    private void lockAndComment(String changed, String commented) {
        sql.sql("update post set title = title where title = ?").param(changed).update();
        if (attempts.incrementAndGet() <= 2) {
            meet();
        }
        blog.addComment(rows.post(commented), "Compared with " + changed, false);
    }

    private void meet() {
        try {
            bothHaveLocked.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
