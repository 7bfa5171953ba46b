package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.CounterSchema;
import io.countercache.hibernate.documentation.Blocks;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("postgresql")
class HotCountersTest {

    @Entity(name = "Video")
    static class Video {
        @Id
        long id = 1;

        // tag::parent[]
        int commentsCount;

        @Counter(slots = 16)
        long views;
        // end::parent[]
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        @GeneratedValue
        Long id;

        // tag::child[]
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 16)
        Video video;
        // end::child[]

        Comment() {}

        Comment(Video video) {
            this.video = video;
        }
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Video.class, Comment.class);

    private Video aVideo() {
        return db.persist(new Video());
    }

    private void view(Video video) {
        db.inTransaction(
                session -> CounterCaches.of(session).on(Video.class, video.id).increment("views", 5));
    }

    private void comment(Video video) {
        db.inTransaction(session -> session.persist(new Comment(session.getReference(Video.class, video.id))));
    }

    private void shows(int comments, long views) {
        Video shown = db.fromTransaction(session -> session.find(Video.class, 1L));
        assertThat(shown.commentsCount).isEqualTo(comments);
        assertThat(shown.views).isEqualTo(views);
    }

    @Test
    void theScript() {
        List<String> onThePage = Blocks.testedBy("HotCountersTest#theScript");

        assertThat(Stream.of(script(db.factory()).split(";", -1)).map(Blocks::inOneLine))
                .containsExactlyElementsOf(
                        Stream.concat(onThePage.stream(), Stream.of("")).toList());

        db.execute("drop table comment");
        db.execute("drop table video_slots");
        db.execute("drop table video");
        db.execute("create table video (id bigint primary key)");
        onThePage.forEach(db::execute);
        db.execute("create table comment (id bigint primary key, video_id bigint references video)");
        db.execute("create index on comment (video_id)");
        startsWithThisSchema();
    }

    private static String script(EntityManagerFactory entityManagerFactory) {
        // tag::script[]
        String script = CounterSchema.of(entityManagerFactory).script();
        // end::script[]
        return script;
    }

    private void startsWithThisSchema() {
        Configuration strict = db.configuration();
        strict.getProperties().put("hibernate.hbm2ddl.auto", "none");
        strict.getProperties().put(CounterCacheSettings.CHECK_SCHEMA, "fail");
        strict.buildSessionFactory().close();
    }

    @Test
    void adding() {
        Video video = aVideo();

        List<String> statements = db.statementsOf(() -> comment(video));

        // with the COMMIT in the same text
        assertThat(statements.stream().map(Blocks::inOneLine))
                .anyMatch(sent -> sent.startsWith(
                        Blocks.testedBy("HotCountersTest#adding").get(0)));
        shows(1, 0);
    }

    @Test
    void reading() {
        Video video = aVideo();
        view(video);

        List<String> statements = db.statementsOf(() -> db.inTransaction(session -> assertThat(
                        session.createSelectionQuery("select v.views from Video v where v.id = :id", Long.class)
                                .setParameter("id", video.id)
                                .getSingleResult())
                .isEqualTo(5)));

        assertThat(statements.stream().map(Blocks::inOneLine).map(HotCountersTest::withoutBlanks))
                .containsExactlyElementsOf(Blocks.testedBy("HotCountersTest#reading").stream()
                        .map(HotCountersTest::withoutBlanks)
                        .toList());
    }

    private static String withoutBlanks(String sql) {
        return sql.replace(" ", "");
    }

    @Test
    void squashing() {
        Video video = aVideo();
        view(video);
        comment(video);

        assertThat(squash(db.factory())).isEqualTo(2);
        assertThat(db.number("select views from video")).isEqualTo(5);
        assertThat(db.number("select count(*) from video_slots")).isZero();
        shows(1, 5);
    }

    private static long squash(EntityManagerFactory entityManagerFactory) {
        // tag::squash[]
        long gone = CounterRepair.of(entityManagerFactory, Video.class).squash();
        // end::squash[]
        return gone;
    }

    @Test
    void nativeSql() {
        Video video = aVideo();
        view(video);
        String query = inCapitals(Blocks.testedBy("HotCountersTest#nativeSql").get(0));

        assertThat(db.number("select views from video")).isZero();
        assertThat(db.number(query.replace("select v.id,", "select"))).isEqualTo(5);
        db.inTransaction(session -> assertThat(session.createNativeQuery("select * from video", Video.class)
                        .getSingleResult()
                        .views)
                .isZero());
        db.execute("update video set views = views + 1");
        shows(0, 6);
    }

    /** The texts of a statement as they are on the page: {@code Blocks} has all in small letters. */
    private static String inCapitals(String sql) {
        return Pattern.compile("'\\w+'")
                .matcher(sql)
                .replaceAll(name -> name.group().toUpperCase(Locale.ROOT));
    }

    @Test
    void backToAColumn() {
        Video video = aVideo();
        view(video);
        comment(video);

        Blocks.testedBy("HotCountersTest#backToAColumn").stream()
                .map(HotCountersTest::inCapitals)
                .forEach(db::execute);

        assertThat(db.text("select concat(comments_count, ' ', views) from video"))
                .isEqualTo("1 5");
    }

    /** An instance of the application that does not know the slots adds to the column. */
    @Test
    void toSlots() {
        Video video = aVideo();
        db.execute("update video set views = 100");

        view(video);

        shows(0, 105);
    }
}
