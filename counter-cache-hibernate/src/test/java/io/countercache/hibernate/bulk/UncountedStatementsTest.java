package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that are executed without being counted, and warned of. */
class UncountedStatementsTest {

    @RegisterExtension
    final TestDatabase database = TestDatabase.with(Post.class, Author.class, Comment.class);

    private final LogMessages messages = new LogMessages("io.countercache.hibernate.internal.bulk.UncountedStatements");

    @AfterEach
    void stopListening() {
        messages.close();
    }

    private void execute(String sql) {
        database.inTransaction(session -> session.createNativeMutationQuery(sql).executeUpdate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from comment where text = 'none'",
                "  /* nightly */ DELETE FROM comment",
                "update comment set post_id = null",
                "insert into comment (id, version) select 1, 0 from comment where id = -1",
            })
    void nativeSqlOnCountedRowsIsWarnedOfOnce(String sql) {
        IntStream.range(0, 3).forEach(any -> execute(sql));

        assertThat(messages.texts()).hasSize(1);
        assertThat(messages.texts().get(0))
                .contains(
                        "native SQL is not counted", sql, "Author.commentsCount, Post.commentsCount", "CounterRepair");
    }

    @Test
    void nativeSqlElsewhereIsNot() {
        execute("delete from author where name = 'none'");
        execute("update post set title = 'comment' where id = -1");
        database.inTransaction(session -> session.createNativeQuery("select count(*) from comment", Long.class)
                .getSingleResult());

        assertThat(messages.texts()).isEmpty();
    }

    @Test
    void aBulkUpdateThatSetsACounterIsWarnedOfOnce() {
        for (int i = 0; i < 2; i++) {
            database.inTransaction(
                    session -> update(session, "update Post set commentsCount = 0 where title = 'none'"));
        }
        database.inTransaction(session -> update(session, "update Post set title = 'x'"));

        assertThat(messages.texts()).hasSize(1);
        assertThat(messages.texts().get(0))
                .contains("sets Post.commentsCount, which is kept equal to its count already");
    }

    private static void update(Session session, String hql) {
        session.createMutationQuery(hql).executeUpdate();
    }

    @Test
    void aStatelessSessionSeesTheCountersThatItHasMoved() {
        Post post = database.persist(new Post("one"));
        database.factory().inStatelessTransaction(session -> {
            session.setJdbcBatchSize(10);
            session.insert(new Comment(post));
            assertThat(session.createSelectionQuery("select commentsCount from Post", Integer.class)
                            .getSingleResult())
                    .isEqualTo(1);
            session.insert(new Comment(post));
            assertThat(session.createMutationQuery("update Post set title = 'two' where commentsCount = 2")
                            .executeUpdate())
                    .isEqualTo(1);
            session.insert(new Comment(post));
            assertThat(session.createMutationQuery("delete from Comment c where c.post.commentsCount = 3")
                            .executeUpdate())
                    .isEqualTo(3);
        });
    }
}
