package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * UPDATEs that are committed when it is known that they have not hit the row: that is only said. It happens to tables that get
 * row level security, a rule or a trigger while the application runs.
 */
@Tag("postgresql")
class MissedAtCommitTest {

    private static final String RULE = "create rule keep as on update to post do instead nothing";
    private static final String TRIGGER = """
            create function keep() returns trigger language plpgsql as 'begin return null; end';
            create trigger keep before update on post for each row execute function keep()""";
    private static final String UNCHANGED =
            " was not written, though the transaction is committed: the row is there, but the UPDATE has not changed it: let row"
                    + " level security, rules and triggers of post allow it; then correct it with"
                    + " CounterCaches.resetCounters(Post.class, id)";

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private static void comment(Session session, List<Post> posts) {
        posts.forEach(post -> session.persist(new Comment(session.getReference(Post.class, post.id))));
    }

    /** The errors that are logged while a transaction is committed. */
    private List<String> errorsOf(Consumer<Session> work) {
        try (LogMessages messages = new LogMessages("io.countercache")) {
            db.inTransaction(work);
            return messages.errors();
        }
    }

    /** What the message tells to do. */
    private void correct(List<Post> posts) {
        posts.forEach(
                post -> db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, post.id)));
        assertThat(db.number("select count(*) from post where comments_count = 1"))
                .isEqualTo(posts.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {RULE, TRIGGER})
    void aRowThatIsKeptFromTheUpdateIsAnError(String ddl) {
        List<Post> posts = Blog.posts(1, db);
        db.execute(ddl);
        assertThat(errorsOf(session -> comment(session, posts)))
                .containsExactly("commentsCount of Post " + posts.get(0).id + UNCHANGED);
        assertThat(db.number("select count(*) from comment")).isEqualTo(1);
        assertThat(db.number("select comments_count from post")).isZero();
        db.execute(ddl.equals(RULE) ? "drop rule keep on post" : "drop trigger keep on post");
        correct(posts);
    }

    @Test
    void rowsOfOneStatementOfWhichOneIsHiddenAreOneError() {
        List<Post> posts = Blog.posts(30, db);
        db.execute("""
                do $$ begin if not exists (select from pg_roles where rolname = 'guest') then create role guest; end if; end $$;
                grant usage on schema %1$s to guest;
                grant select, insert, update, delete on all tables in schema %1$s to guest;
                grant usage on all sequences in schema %1$s to guest;
                alter table post enable row level security;
                create policy p on post to guest using (id <> %2$d)
                """.formatted(db.connections().getSchema(), posts.get(17).id));
        assertThat(errorsOf(session -> {
                    session.createNativeMutationQuery("set local role guest").executeUpdate();
                    comment(session, posts);
                }))
                .containsExactly(
                        "commentsCount of Post " + posts.get(0).id + " or of one of 29 other rows" + UNCHANGED);
        assertThat(db.number("select count(*) from post where comments_count = 1"))
                .isEqualTo(29);
        correct(posts);
    }

    /** What is sent before the last statement can still be refused. */
    @Test
    void aRowOfAStatementBeforeTheLastIsAnException() {
        List<Post> posts = Blog.posts(1, db);
        Author author = db.persist(new Author("Ann"));
        db.execute("create rule keep as on update to author do instead nothing");
        assertThatThrownBy(() -> db.inTransaction(session ->
                        session.persist(new Comment(session.getReference(Post.class, posts.get(0).id), author))))
                .isInstanceOf(CounterCacheException.class)
                .hasMessageContaining(" cannot be written: the row is there, but the UPDATE has not changed it");
        assertThat(db.number("select count(*) from comment")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30})
    void aRowThatIsGoneIsNoError(int rows) {
        List<Post> posts = Blog.posts(rows, db);
        db.inTransaction(session -> comment(session, posts));
        List<String> errors = errorsOf(session -> {
            session.createSelectionQuery("from Comment", Comment.class)
                    .getResultList()
                    .forEach(session::remove);
            session.flush();
            unseen(session, "delete from post where id = " + posts.get(0).id);
        });
        assertThat(errors).isEmpty();
        assertThat(db.number("select count(*) from post")).isEqualTo(rows - 1);
    }

    @Test
    void aRowThatANewRowReferredToAndThatIsGoneIsAnError() {
        assertThat(errorsOf(session -> deleteUnseen(session, Blog.posts(1, db))))
                .singleElement()
                .asString()
                .matches(
                        "commentsCount of Post \\d+ was not written: a row that counts refers to it, but the UPDATE has"
                                + " found no row: .* call CounterCaches.flush\\(\\) before native SQL deletes rows of post; .*");
    }

    @Test
    void withWriteBeforeCommitItIsAnException() {
        List<Post> posts = Blog.posts(1, db);
        var configuration = db.configuration();
        configuration.setProperty(CounterCacheSettings.WRITE, "before_commit");
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            assertThatThrownBy(() -> factory.inTransaction(session -> deleteUnseen(session, posts)))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessageContaining(" cannot be written: a row that counts refers to it");
        }
        assertThat(db.number("select count(*) from post")).isEqualTo(1);
    }

    private static void deleteUnseen(Session session, List<Post> posts) {
        comment(session, posts);
        session.flush();
        unseen(session, "delete from comment");
        unseen(session, "delete from post");
    }

    /** By a statement of which neither Hibernate nor the library knows. */
    private static void unseen(Session session, String sql) {
        session.doWork(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        });
    }
}
