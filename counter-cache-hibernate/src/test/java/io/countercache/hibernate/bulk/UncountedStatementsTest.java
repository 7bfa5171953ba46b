package io.countercache.hibernate.bulk;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that are executed without being counted, and warned of. */
@SinceHibernate("7.2")
class UncountedStatementsTest {

    @Entity(name = "Room")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Room {
        @Id
        long id;

        String name;
    }

    @Entity(name = "Hall")
    static class Hall extends Room {
        int seatsCount;
    }

    /** Is counted, and has a counter itself. */
    @Entity(name = "Seat")
    static class Seat {
        @Id
        long id;

        int boltsCount;

        @ManyToOne
        @CounterCache
        Hall room;
    }

    @Entity(name = "Bolt")
    static class Bolt {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Seat seat;
    }

    @RegisterExtension
    final TestDatabase database =
            TestDatabase.with(Post.class, Author.class, Comment.class, Room.class, Hall.class, Seat.class, Bolt.class);

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

    /** An application that writes values into its texts has one statement, not as many as values. */
    @Test
    void nativeSqlIsWarnedOfOncePerStatementWhateverItsValues() {
        for (int i = 0; i < 3; i++) {
            execute("delete from comment where id = " + i);
            execute("update comment set text = 'it''s " + i + "' where id in (-1" + ", -2".repeat(i) + ")");
            execute("update comment set post_id = null where text = 'v" + i + "' and version > 1." + i);
        }
        assertThat(messages.texts()).hasSize(3);
    }

    @Test
    void nativeSqlIsWarnedOfOnceHoweverManyRowsItInserts() {
        for (int i = 1; i < 4; i++) {
            String more = ", (%d, lower('It''s'), null)".formatted(-i).repeat(i);
            execute("insert into comment (id, text, version) select * from (values (0, lower('x'), 1)" + more
                    + ") v where 1 = 0");
        }
        assertThat(messages.texts()).hasSize(1);
    }

    @Test
    void nativeSqlMayHaveALongListInAThreadWithASmallStack() throws InterruptedException {
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        String sql = "delete from comment where id in (-1" + ", -2".repeat(60_000) + ")";
        Thread small = new Thread(null, () -> execute(" ".repeat(1000) + sql), "small", 400_000);
        small.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
        small.start();
        small.join();
        assertThat(failures).isEmpty();
        assertThat(messages.texts()).hasSize(1);
    }

    @Test
    void aCounterThatBulkUpdatesSetIsWarnedOfOnce() {
        for (int i = 0; i < 2; i++) {
            String title = "none" + i;
            database.inTransaction(
                    session -> update(session, "update Post set commentsCount = 0 where title = '" + title + "'"));
        }
        database.inTransaction(session -> update(session, "update Post set title = 'x'"));

        assertThat(messages.texts())
                .singleElement()
                .asString()
                .contains(
                        "sets Post.commentsCount, which is kept equal to its count already: remove it, or reset the counter afterwards");
        database.inTransaction(session -> update(session, "update Author set commentsCount = commentsCount"));
        assertThat(messages.texts()).hasSize(2);
    }

    @Test
    void aCounterThatABulkInsertSetsIsWarnedOfUnlessItIsZero() {
        database.inTransaction(session ->
                update(session, "insert into Post (id, title, commentsCount) select c.id, 'a, b)', 0 from Comment c"));
        database.inTransaction(
                session -> update(session, "insert into Post (id, title, commentsCount) values (7, 'a, (b', 0)"));
        assertThat(messages.texts()).isEmpty();

        database.inTransaction(
                session -> update(session, "insert into Post (id, commentsCount, title) values (8, 1 - 1, 'x')"));
        assertThat(messages.texts()).singleElement().asString().contains("sets Post.commentsCount");
    }

    @Test
    void aCounterInOneOfSeveralTablesIsWarnedOf() {
        database.inTransaction(session -> {
            update(session, "update Hall set seatsCount = 0, name = 'x' where name = 'none'");
            update(session, "update Hall set seatsCount = 0 where name = 'none'");
            update(session, "update Room set name = 'x' where id = 1");
        });
        assertThat(messages.texts()).singleElement().asString().contains("sets Hall.seatsCount");
    }

    @Test
    void aCounterThatACountedUpdateSetsIsWarnedOf() {
        database.inTransaction(session -> update(session, "update Seat set room = null, boltsCount = 0"));
        assertThat(messages.texts()).singleElement().asString().contains("sets Seat.boltsCount");
    }

    private static void update(Session session, String hql) {
        session.createMutationQuery(hql).executeUpdate();
    }

    @Test
    void aStatelessSessionSeesTheCountersThatItHasMoved() {
        Post post = database.persist(new Post("one"));
        database.factory().inStatelessTransaction(session -> {
            session.setJdbcBatchSize(10);
            insert(session, new Comment(post));
            assertThat(session.createSelectionQuery("select commentsCount from Post", Integer.class)
                            .getSingleResult())
                    .isEqualTo(1);
            insert(session, new Comment(post));
            assertThat(session.createMutationQuery("update Post set title = 'two' where commentsCount = 2")
                            .executeUpdate())
                    .isEqualTo(1);
            insert(session, new Comment(post));
            assertThat(session.createMutationQuery("delete from Comment c where c.post.commentsCount = 3")
                            .executeUpdate())
                    .isEqualTo(3);
        });
    }
}
