package io.countercache.hibernate.internal.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.ParentRow;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CounterDeltasTest {

    private static final CounterDefinition COMMENTS = counter("Post", "post", "commentsCount", "Comment", "post");
    private static final CounterDefinition LIKES = counter("Post", "post", "likesCount", "Like", "post");
    private static final CounterDefinition AUTHORED = counter("Author", "author", "commentsCount", "Comment", "author");
    private static final Comparator<ParentRow> LOCK_ORDER =
            Comparator.comparing(ParentRow::table).thenComparing(row -> (Integer) row.id());

    private final CounterDeltas deltas = new CounterDeltas();

    private static CounterDefinition counter(
            String parent, String table, String counter, String child, String association) {
        return new CounterDefinition(
                parent, table, counter, child, association, Counts.CHILDREN, List.of(), "", "", List.of(), null);
    }

    private static ParentRow post(int id) {
        return new ParentRow("post", id);
    }

    private void add(CounterDefinition counter, ParentRow row, long amount) {
        deltas.add(counter, row, BigDecimal.valueOf(amount));
    }

    private List<String> drained() {
        return deltas.drain(LOCK_ORDER).stream()
                .map(row -> row.row().table()
                        + row.row().id()
                        + row.amounts().entrySet().stream()
                                .map(amount -> " " + amount.getKey().counter() + "=" + amount.getValue())
                                .reduce("", String::concat))
                .toList();
    }

    @Test
    void deltasOfARowAndCounterAreSummed() {
        add(COMMENTS, post(1), 1);
        add(COMMENTS, post(1), 1);
        add(LIKES, post(1), -1);
        assertThat(drained()).containsExactly("post1 commentsCount=2 likesCount=-1");
    }

    @Test
    void aSumOfZeroDisappears() {
        add(COMMENTS, post(1), 1);
        add(LIKES, post(1), 1);
        add(COMMENTS, post(1), -1);
        assertThat(deltas.of(post(1))).containsOnlyKeys(LIKES);
        add(LIKES, post(1), -1);
        assertThat(deltas.isEmpty()).isTrue();
    }

    @Test
    void aSumOfFractionsThatIsZeroDisappears() {
        deltas.add(COMMENTS, post(1), new BigDecimal("1.10"));
        deltas.add(COMMENTS, post(1), new BigDecimal("-1.1"));
        assertThat(deltas.isEmpty()).isTrue();
    }

    @Test
    void rowsAreDrainedInLockOrder() {
        add(COMMENTS, post(3), 1);
        add(COMMENTS, post(1), 1);
        add(AUTHORED, new ParentRow("author", 2), 1);
        assertThat(drained())
                .containsExactly("author2 commentsCount=1", "post1 commentsCount=1", "post3 commentsCount=1");
        assertThat(deltas.isEmpty()).isTrue();
    }

    @Test
    void countersOfTheSameNameInDifferentTablesAreDifferent() {
        add(COMMENTS, post(1), 1);
        add(AUTHORED, new ParentRow("author", 1), 1);
        assertThat(deltas.of(post(1)).keySet())
                .isNotEqualTo(deltas.of(new ParentRow("author", 1)).keySet());
    }

    @Test
    void aDroppedRowIsForgottenUntilItIsRevived() {
        add(COMMENTS, post(1), 1);
        deltas.drop(post(1));
        add(COMMENTS, post(1), -1);
        assertThat(deltas.isEmpty()).isTrue();
        deltas.revive(post(1));
        add(COMMENTS, post(1), 1);
        assertThat(drained()).containsExactly("post1 commentsCount=1");
    }

    @Test
    void whatTheyConcernIsAQuestionOfTables() {
        assertThat(deltas.concern("post")).isFalse();
        add(COMMENTS, post(1), 1);
        assertThat(deltas.concern("post")).isTrue();
        assertThat(deltas.concern("author")).isFalse();
    }

    @Test
    void aRollbackTakesBackWhatWasAddedAndDrainedSince() {
        add(COMMENTS, post(1), 1);
        add(LIKES, post(2), 3);
        int savepoint = deltas.savepoint();
        add(COMMENTS, post(1), 5);
        add(COMMENTS, post(3), 1);
        assertThat(drained()).containsExactly("post1 commentsCount=6", "post2 likesCount=3", "post3 commentsCount=1");
        add(LIKES, post(2), 1);
        deltas.rollback(savepoint);
        assertThat(drained()).containsExactly("post1 commentsCount=1", "post2 likesCount=3");
    }

    @Test
    void aRollbackTakesBackWhatWasDroppedAndRevivedSince() {
        add(COMMENTS, post(1), 1);
        deltas.drop(post(2));
        int savepoint = deltas.savepoint();
        deltas.drop(post(1));
        deltas.revive(post(2));
        deltas.rollback(savepoint);
        add(COMMENTS, post(1), 1);
        add(COMMENTS, post(2), -1);
        assertThat(drained()).containsExactly("post1 commentsCount=2");
    }

    @Test
    void aNewChildSaysThatADroppedRowIsThereAgain() {
        deltas.drop(post(1));
        int savepoint = deltas.savepoint();
        add(COMMENTS, post(1), 1);
        add(COMMENTS, post(1), 1);
        add(COMMENTS, post(1), -1);
        assertThat(drained()).containsExactly("post1 commentsCount=1");
        deltas.rollback(savepoint);
        add(COMMENTS, post(1), -1);
        assertThat(deltas.isEmpty()).isTrue();
    }

    @Test
    void aRollbackToAnEarlierSavepointTakesBackTheLaterOnesToo() {
        add(COMMENTS, post(1), 1);
        int first = deltas.savepoint();
        add(COMMENTS, post(1), 1);
        int second = deltas.savepoint();
        add(COMMENTS, post(1), -2);
        deltas.rollback(second);
        assertThat(deltas.of(post(1))).containsEntry(COMMENTS, BigDecimal.valueOf(2));
        assertThat(deltas.savepoint()).isEqualTo(second);
        add(COMMENTS, post(2), 1);
        deltas.rollback(first);
        assertThat(drained()).containsExactly("post1 commentsCount=1");
    }

    /** What is allocated is a little more than what stays, because the table grows. */
    @Test
    void aPendingRowTakesLittleMemory() {
        List<Integer> ids = IntStream.range(1_000, 101_000).boxed().toList();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        ids.forEach(id -> deltas.add(COMMENTS, id, BigDecimal.ONE));
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated / ids.size()).as("bytes for each row").isLessThan(150);
    }
}
