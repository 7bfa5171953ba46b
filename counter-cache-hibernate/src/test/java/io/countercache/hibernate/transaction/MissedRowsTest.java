package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.query.NativeQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UPDATEs of counters that do not hit the row, and those that a constraint refuses. */
class MissedRowsTest {

    @Entity(name = "Firm")
    static class Firm {
        @Id
        Long id = 1L;
    }

    @Entity(name = "Team")
    static class Team {
        @Id
        Long id = 1L;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Firm firm;

        int membersCount;
    }

    @Entity(name = "Member")
    static class Member {
        @Id
        Long id = 1L;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache
        Team team;
    }

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.with(Post.class, Author.class, Comment.class, Firm.class, Team.class, Member.class);

    private Post post;

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    private static void comment(Session session, Post post) {
        session.persist(new Comment(session.getReference(Post.class, post.id)));
    }

    // ---- rows that are hidden ----

    /** In a role that row level security holds for. */
    private void asGuest(String policy, Consumer<Session> work) {
        db.execute("""
                do $$ begin if not exists (select from pg_roles where rolname = 'guest') then create role guest; end if; end $$;
                grant usage on schema %1$s to guest;
                grant select, insert, update, delete on all tables in schema %1$s to guest;
                grant usage on all sequences in schema %1$s to guest;
                alter table post enable row level security;
                %2$s
                """.formatted(db.connections().getSchema(), policy));
        inTransactionOfANewFactory(session -> {
            session.createNativeMutationQuery("set local role guest").executeUpdate();
            work.accept(session);
        });
    }

    /** Of one that is built when the tables are as they are now; what changes later is for {@link MissedAtCommitTest}. */
    private void inTransactionOfANewFactory(Consumer<Session> work) {
        try (SessionFactory factory = db.configuration().buildSessionFactory()) {
            factory.inTransaction(work);
        }
    }

    @Tag("postgresql")
    @Test
    void aRowThatRowLevelSecurityHidesIsAnException() {
        assertThatThrownBy(() -> asGuest("", session -> comment(session, post)))
                .isInstanceOf(CounterCacheException.class)
                .hasMessageStartingWith("commentsCount of Post " + post.id
                        + " cannot be written: a row that counts refers to it, but the UPDATE has found no row: let row level"
                        + " security show it to the UPDATE;");
        assertThat(db.number("select count(*) from comment")).isZero();
    }

    @Tag("postgresql")
    @Test
    void aRowThatMayBeReadButNotUpdatedIsAnException() {
        Comment comment = db.persist(new Comment(post));
        String policy = "create policy p on post for select to guest using (true);";
        assertThatThrownBy(() -> asGuest(policy, session -> session.remove(session.find(Comment.class, comment.id))))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage("commentsCount of Post " + post.id
                        + " cannot be written: the row is there, but the UPDATE has not changed it: let row level security,"
                        + " rules and triggers of post allow it");
        assertThat(db.number("select count(*) from comment")).isEqualTo(1);
    }

    @Tag("postgresql")
    @Test
    void oneOfManyRows() {
        List<Post> posts = Blog.posts(30, db);
        Post hidden = posts.get(17);
        String policy = "create policy p on post to guest using (id <> %d);".formatted(hidden.id);
        assertThatThrownBy(() -> asGuest(policy, session -> posts.forEach(each -> comment(session, each))))
                .isInstanceOf(CounterCacheException.class)
                .hasMessageStartingWith(
                        "commentsCount of Post " + hidden.id + " cannot be written: a row that counts refers");
    }

    @Tag("postgresql")
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 30})
    void aRuleThatKeepsTheUpdateFromTheRow(int rows) {
        refused(rows, "create rule keep as on update to post do instead nothing");
    }

    @Tag("postgresql")
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 30})
    void aTriggerThatKeepsTheUpdateFromTheRow(int rows) {
        refused(rows, """
                create function keep() returns trigger language plpgsql as 'begin return null; end';
                create trigger keep before update on post for each row execute function keep()""");
    }

    private void refused(int rows, String ddl) {
        List<Post> posts = Blog.posts(rows, db);
        db.execute(ddl);
        assertThatThrownBy(() -> inTransactionOfANewFactory(session -> posts.forEach(each -> comment(session, each))))
                .isInstanceOf(CounterCacheException.class)
                .hasMessageContaining(" cannot be written: the row is there, but the UPDATE has not changed it");
        assertThat(db.number("select count(*) from comment")).isZero();
    }

    @Tag("postgresql")
    @Test
    void aCorrectionThatHitsNoRowIsNotReported() {
        db.execute("create rule keep as on update to post do instead nothing");
        db.execute("alter table post disable rule keep");
        db.execute("update post set comments_count = 5");
        db.execute("alter table post enable rule keep");
        assertThatThrownBy(() ->
                        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, post.id)))
                .isInstanceOf(CounterCacheException.class);
        assertThat(CounterRepair.of(db.factory(), Post.class).repair().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.cause()).isInstanceOf(CounterCacheException.class));
        db.execute("drop rule keep on post");
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, post.id));
    }

    // ---- rows that are gone ----

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 30})
    void aRowThatIsGoneNeedsNoUpdate(int rows) {
        List<Post> posts = Blog.posts(rows, db);
        List<Comment> comments = posts.stream().map(Comment::new).toList();
        db.inTransaction(session -> comments.forEach(session::persist));
        db.inTransaction(session -> {
            comments.forEach(comment -> session.remove(session.find(Comment.class, comment.id)));
            session.flush();
            session.createNativeMutationQuery("delete from post where id = " + posts.get(0).id)
                    .executeUpdate();
        });
        assertThat(db.number("select count(*) from post")).isEqualTo(rows);
        assertThat(db.number("select sum(comments_count) from post")).isZero();
    }

    @Test
    void aRowThatTheDatabaseDeletesAlongWithItsNewChildNeedsNoUpdate() {
        Team team = new Team();
        team.firm = db.persist(new Firm());
        db.persist(team);
        db.inTransaction(session -> {
            Member member = new Member();
            member.team = session.getReference(Team.class, team.id);
            session.persist(member);
            session.flush();
            session.remove(session.find(Firm.class, team.firm.id));
        });
        assertThat(db.number("select count(*) from member")).isZero();
    }

    @Test
    void aRowThatIsDeletedByTheSessionAndInsertedAgainByAStatementIsCounted() {
        db.persist(new Comment(post));
        db.inTransaction(session -> {
            Post found = session.find(Post.class, post.id);
            session.remove(found);
            session.flush();
            session.createNativeMutationQuery(
                            "insert into post (id, title, version, comments_count) values (%d, 'again', 0, 0)"
                                    .formatted(post.id))
                    .executeUpdate();
            comment(session, post);
            Comment undone = new Comment(session.getReference(Post.class, post.id));
            session.persist(undone);
            session.flush();
            session.remove(undone);
        });
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }

    @Test
    void aRowThatIsDeletedAndInsertedAgainByStatementsIsCounted() {
        Comment comment = db.persist(new Comment(post));
        db.inTransaction(session -> {
            session.remove(session.find(Comment.class, comment.id));
            session.flush();
            session.createNativeMutationQuery("delete from post").executeUpdate();
            session.createNativeMutationQuery(
                            "insert into post (id, title, version, comments_count) values (%d, 'again', 0, 0)"
                                    .formatted(post.id))
                    .executeUpdate();
            comment(session, post);
        });
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }

    @Test
    void aRowThatIsNotFlushedYetIsNotDeletedByANativeStatement() {
        db.inTransaction(session -> {
            session.persist(new Post("new"));
            ((NativeQuery<?>) session.createNativeMutationQuery("delete from post"))
                    .addSynchronizedEntityClass(Firm.class) // so that Hibernate flushes only what concerns firms
                    .executeUpdate();
        });
        assertThat(db.text("select title from post")).isEqualTo("new");
    }

    /** With a new comment that is gone when the transaction ends, and no trace of that in the session. */
    private void afterANewComment(String... deletes) {
        db.inTransaction(session -> {
            comment(session, post);
            session.flush();
            List.of(deletes)
                    .forEach(sql -> session.createNativeMutationQuery(sql).executeUpdate());
        });
        assertThat(db.number("select count(*) from post")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from post where 1 = 1",
                "delete/* all */from post",
                "DELETE FROM \n post;",
                "delete from -- all\n post",
            })
    void aRowThatANativeStatementDeletesWithItsNewChildrenNeedsNoUpdate(String sql) {
        afterANewComment("delete from comment", sql);
    }

    @Tag("postgresql")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "truncate table comment, post",
                "truncate only comment, only post restart identity",
                "truncate post cascade",
                "with none as (select 1) delete from post",
                "with gone as (delete from post returning id) insert into author (name, comments_count) select 'x', 0 from gone",
                "do $$ begin delete from post; end $$",
                "merge into post p using post q on p.id = q.id when matched then delete",
            })
    void aRowThatADatabasesOwnStatementTakesWithItsNewChildrenNeedsNoUpdate(String sql) {
        afterANewComment(sql.startsWith("truncate") ? "delete from author" : "delete from comment", sql);
    }

    /** An early UPDATE would lock its row for longer than it has to be. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from author where name in (select title from post)",
                "update author set name = 'delete from post' where name = 'none'",
                "delete from comment where id = -1",
            })
    void otherNativeStatementsDoNotMakeTheUpdateComeEarlier(String sql) {
        List<String> sent = db.statementsOf(() -> db.inTransaction(session -> {
            comment(session, post);
            session.flush();
            session.createNativeMutationQuery(sql).executeUpdate();
        }));
        assertThat(sent).endsWith(sql, TestDatabase.counterUpdates(sent).get(0));
    }

    @Test
    @SinceHibernate("7.2")
    void aRowThatIsDeletedByTheSessionAndInsertedAgainByABulkStatementIsCounted() {
        Post other = db.persist(new Post("other"));
        db.inTransaction(session -> {
            session.remove(session.find(Post.class, post.id));
            session.flush();
            session.createMutationQuery(
                            "insert into Post (id, title, version, commentsCount) select %dL, p.title, 0, 0 from Post p where p.id = %dL"
                                    .formatted(post.id, other.id))
                    .executeUpdate();
            comment(session, post);
        });
        assertThat(db.number("select comments_count from post where id = " + post.id))
                .isEqualTo(1);
    }

    // ---- values that a constraint refuses ----

    @AfterEach
    void noConstraint() {
        db.execute("alter table post drop constraint if exists positive");
    }

    @Test
    void aConstraintThatADriftedCounterViolatesNamesTheRowAndTheRemedy() {
        Comment comment = db.persist(new Comment(post));
        db.execute("update post set comments_count = 0");
        db.execute("alter table post add constraint positive check (comments_count >= 0)");
        assertThatThrownBy(() -> db.inTransaction(session -> session.remove(session.find(Comment.class, comment.id))))
                .isInstanceOf(ConstraintViolationException.class)
                .hasMessageStartingWith("could not move commentsCount of Post " + post.id
                        + ", for a constraint does not allow the new value: if the counter has drifted, correct it with"
                        + " CounterCaches.resetCounters(Post.class, id) [");
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, post.id));
        db.inTransaction(session -> session.remove(session.find(Comment.class, comment.id)));
    }
}
