package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions that move counters of so many rows that these go to PostgreSQL in one statement. */
class ManyRowsTest {

    private static final int ROWS = 40;

    @MappedSuperclass
    abstract static class Box {
        int thingsCount;

        @Column(precision = 12, scale = 2)
        BigDecimal priceTotal;

        double weightTotal;

        Instant changedAt;
    }

    @Entity(name = "LongBox")
    static class LongBox extends Box {
        @Id
        long id;
    }

    @Entity(name = "IntBox")
    static class IntBox extends Box {
        @Id
        int id;
    }

    @Entity(name = "ShortBox")
    static class ShortBox extends Box {
        @Id
        short id;
    }

    @Entity(name = "UuidBox")
    static class UuidBox extends Box {
        @Id
        UUID id;
    }

    @Entity(name = "TextBox")
    static class TextBox extends Box {
        @Id
        String id;
    }

    /** A number to Java, and a text to the database. */
    @Entity(name = "CodeBox")
    static class CodeBox extends Box {
        @Id
        @JdbcTypeCode(SqlTypes.VARCHAR)
        Long id;
    }

    @Entity(name = "Thing")
    static class Thing {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Column(precision = 12, scale = 2)
        BigDecimal price;

        double weight;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "thingsCount", touch = "changedAt")
        @CounterCache(value = "priceTotal", sum = "price")
        @CounterCache(value = "weightTotal", sum = "weight")
        LongBox byLong;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "thingsCount", touch = "changedAt")
        @CounterCache(value = "priceTotal", sum = "price")
        @CounterCache(value = "weightTotal", sum = "weight")
        IntBox byInt;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "thingsCount", touch = "changedAt")
        @CounterCache(value = "priceTotal", sum = "price")
        @CounterCache(value = "weightTotal", sum = "weight")
        ShortBox byShort;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "thingsCount", touch = "changedAt")
        @CounterCache(value = "priceTotal", sum = "price")
        @CounterCache(value = "weightTotal", sum = "weight")
        UuidBox byUuid;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "thingsCount", touch = "changedAt")
        @CounterCache(value = "priceTotal", sum = "price")
        @CounterCache(value = "weightTotal", sum = "weight")
        TextBox byText;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("thingsCount")
        CodeBox byCode;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Post.class,
            Author.class,
            Comment.class,
            LongBox.class,
            IntBox.class,
            ShortBox.class,
            UuidBox.class,
            TextBox.class,
            CodeBox.class,
            Thing.class);

    private List<Post> posts(int number) {
        return db.fromTransaction(session -> {
            List<Post> posts = new ArrayList<>();
            for (int i = 0; i < number; i++) {
                Post post = new Post("post " + i);
                session.persist(post);
                posts.add(post);
            }
            return posts;
        });
    }

    private static void comment(Session session, List<Post> posts) {
        posts.forEach(post -> session.persist(new Comment(session.getReference(Post.class, post.id))));
    }

    @Test
    void rowsOfEachTypeOfIdMoveByCountsAndTotalsOfEachType() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        List<List<Object>> boxes = db.fromTransaction(session -> {
            List<List<Object>> all = new ArrayList<>();
            for (int i = 0; i < ROWS; i++) {
                LongBox byLong = new LongBox();
                byLong.id = i;
                IntBox byInt = new IntBox();
                byInt.id = i;
                ShortBox byShort = new ShortBox();
                byShort.id = (short) i;
                UuidBox byUuid = new UuidBox();
                byUuid.id = UUID.randomUUID();
                TextBox byText = new TextBox();
                byText.id = "box " + i;
                all.add(List.of(byLong, byInt, byShort, byUuid, byText));
            }
            all.forEach(row -> row.forEach(session::persist));
            return all;
        });
        List<String> sql = counterUpdates(db.statementsOf(() -> db.inTransaction(session -> {
            for (int i = 0; i < ROWS; i++) {
                Thing thing = new Thing();
                thing.price = new BigDecimal("0.10").multiply(BigDecimal.valueOf(i));
                thing.weight = i / 2.0;
                thing.byLong = (LongBox) boxes.get(i).get(0);
                thing.byInt = (IntBox) boxes.get(i).get(1);
                thing.byShort = (ShortBox) boxes.get(i).get(2);
                thing.byUuid = (UuidBox) boxes.get(i).get(3);
                thing.byText = (TextBox) boxes.get(i).get(4);
                session.persist(thing);
            }
        })));
        for (String table : List.of("long_box", "int_box", "short_box", "uuid_box", "text_box")) {
            assertThat(db.number("select count(*) from " + table
                            + " where things_count <> 1 or changed_at is null or price_total is null"))
                    .isZero();
            assertThat(db.text("select sum(price_total) from " + table)).startsWith("78");
            assertThat(db.number("select sum(weight_total) from " + table)).isEqualTo(390);
        }
        if (TestServer.IS_POSTGRESQL) {
            // those with a text as id go row by row, the others in one statement for each table: also that of the first
            // thing, which adds nothing to the totals
            assertThat(sql).filteredOn(text -> text.contains("text_box p")).isEmpty();
            assertThat(sql)
                    .filteredOn(text -> text.contains("update long_box "))
                    .hasSize(1);
        }
    }

    @Test
    void idsThatTheDatabaseHasAsAnotherTypeMoveRowByRow() {
        List<CodeBox> boxes = db.fromTransaction(session -> {
            List<CodeBox> all = new ArrayList<>();
            for (long i = 0; i < ROWS; i++) {
                CodeBox box = new CodeBox();
                box.id = i;
                session.persist(box);
                all.add(box);
            }
            return all;
        });
        db.inTransaction(session -> boxes.forEach(box -> {
            Thing thing = new Thing();
            thing.byCode = box;
            session.persist(thing);
        }));
        assertThat(db.number("select count(*) from code_box where things_count = 1"))
                .isEqualTo(ROWS);
    }

    @Test
    @Tag("postgresql")
    void manyRowsAreOneStatement() {
        List<Post> posts = posts(ROWS);
        assertThat(counterUpdates(db.statementsOf(() -> db.inTransaction(session -> comment(session, posts)))))
                .hasSize(1);
        assertThat(db.number("select count(*) from post where comments_count = 1"))
                .isEqualTo(ROWS);
    }

    /** Which is how some pools of connections want it: every value is a text in the statement. */
    @Test
    @Tag("postgresql")
    void aDriverThatSendsTextsOnlyMovesThemToo() {
        List<Post> posts = posts(ROWS);
        HikariConfig simple = new HikariConfig();
        db.connections().copyStateTo(simple);
        simple.addDataSourceProperty("preferQueryMode", "simple");
        try (HikariDataSource connections = new HikariDataSource(simple)) {
            var configuration = db.configuration();
            configuration.getProperties().put("hibernate.connection.datasource", db.recording(connections));
            try (SessionFactory factory = configuration.buildSessionFactory()) {
                assertThat(counterUpdates(
                                db.statementsOf(() -> factory.inTransaction(session -> comment(session, posts)))))
                        .hasSize(1);
            }
        }
        assertThat(db.number("select count(*) from post where comments_count = 1"))
                .isEqualTo(ROWS);
    }

    /** They are locked one after the other, whatever order the planner reads them in: here they lie the other way round. */
    @OwnDatabase
    @Test
    @Tag("postgresql")
    void rowsAreLockedInTheOrderOfTheirIds() {
        List<Post> posts = posts(ROWS);
        db.execute("create table turned as select * from post order by id desc");
        db.execute("delete from post");
        db.execute("insert into post select * from turned order by id desc");
        db.execute("analyze post");
        Post locked = posts.get(ROWS / 2);
        try (Concurrently others = new Concurrently(db)) {
            Future<?> writing;
            try (Session holder = db.factory().openSession()) {
                holder.beginTransaction();
                holder.createNativeMutationQuery(
                                "update post set comments_count = comments_count + 5 where id = " + locked.id)
                        .executeUpdate();
                writing = others.start(() -> db.inTransaction(session -> {
                    List<Post> shuffled = new ArrayList<>(posts);
                    Collections.shuffle(shuffled, new Random(1));
                    comment(session, shuffled);
                }));
                others.awaitWaiting(1);
                assertThat(free()).isEqualTo(ROWS - ROWS / 2 - 1);
                holder.getTransaction().commit();
            }
            Concurrently.finish(writing);
        }
        assertThat(db.number("select comments_count from post where id = " + locked.id))
                .isEqualTo(6);
        db.execute("update post set comments_count = comments_count - 5 where id = " + locked.id);
        db.execute("drop table turned");
    }

    /** How many of the rows nobody has locked for a change. */
    private int free() {
        return db.fromTransaction(
                session -> session.createNativeQuery("select id from post for no key update skip locked", Long.class)
                        .getResultList()
                        .size());
    }

    @Test
    void transactionsThatShareManyRowsNeverDeadlock() {
        List<Post> posts = posts(ROWS);
        AtomicInteger seeds = new AtomicInteger();
        TrafficTest.onThreads(8, () -> {
            Random random = new Random(seeds.incrementAndGet());
            for (int i = 0; i < 15; i++) {
                List<Post> shuffled = new ArrayList<>(posts);
                Collections.shuffle(shuffled, random);
                // some in one statement, some row by row
                int rows = random.nextBoolean() ? 30 : 10;
                db.inTransaction(session -> comment(session, shuffled.subList(0, rows)));
            }
            return null;
        });
        assertThat(db.number("select sum(comments_count) from post"))
                .isEqualTo(db.number("select count(*) from comment"));
    }

    @Test
    void aRowThatIsGoneIsLeftOut() {
        List<Post> posts = posts(ROWS);
        db.inTransaction(session -> {
            comment(session, posts);
            session.flush();
            session.createSelectionQuery("from Comment where post = :post", Comment.class)
                    .setParameter("post", posts.get(3))
                    .getResultList()
                    .forEach(session::remove);
            session.remove(session.find(Post.class, posts.get(3).id));
        });
        assertThat(db.number("select sum(comments_count) from post")).isEqualTo(ROWS - 1);
    }

    @Test
    void managedRowsShowWhatTheyMovedBy() {
        List<Post> posts = posts(ROWS);
        db.inTransaction(session -> {
            List<Post> managed = posts.stream()
                    .map(post -> session.find(Post.class, post.id))
                    .toList();
            managed.forEach(post -> post.add(new Comment()));
            CounterCaches.of(session).flush();
            assertThat(managed).allMatch(post -> post.commentsCount == 1);
            assertThat(session.isDirty()).isFalse();
        });
    }

    @OwnDatabase
    @Test
    void aFailureSaysWhatFailed() {
        List<Post> posts = posts(ROWS);
        db.execute("alter table post add constraint few check (comments_count < 1)");
        assertThatThrownBy(() -> db.inTransaction(session -> comment(session, posts)))
                .hasMessageContaining("could not move commentsCount of Post");
        assertThat(db.number("select count(*) from comment")).isZero();
    }
}
