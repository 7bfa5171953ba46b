package io.countercache.hibernate.observe;

import static io.countercache.hibernate.support.TestServer.IS_H2;
import static io.countercache.hibernate.support.TestServer.IS_MARIADB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.observe.FlightRecorder;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.EventType;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The events of the JDK's Flight Recorder. */
class FlightRecorderTest {

    private static final String WRITE = "io.countercache.CounterWrite";
    private static final String RECOUNT = "io.countercache.Recount";
    private static final String REPAIR = "io.countercache.Repair";

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Comment.class, Author.class);

    @TempDir
    Path directory;

    /** What was recorded of these events while this ran: an event that names none has not been turned on. */
    private List<RecordedEvent> during(Runnable work, String... turnedOn) {
        try (Recording recording = new Recording()) {
            Path file = Files.createTempFile(directory, "events", ".jfr");
            Stream.of(turnedOn).forEach(recording::enable);
            recording.start();
            work.run();
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().startsWith("io.countercache."))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void comment(List<Post> posts) {
        db.inTransaction(session ->
                posts.forEach(post -> session.persist(new Comment(session.getReference(Post.class, post.id)))));
    }

    @Test
    void aCounterWriteSaysWhatIsWrittenAndHow() {
        List<Post> posts = Blog.posts(2, db);

        List<RecordedEvent> events = during(() -> comment(posts), WRITE);

        assertThat(events).hasSize(1);
        RecordedEvent event = events.get(0);
        assertThat(event.getEventType().getName()).isEqualTo(WRITE);
        assertThat(event.getString("entity")).isEqualTo("Post");
        assertThat(event.getString("counters")).isEqualTo("commentsCount");
        assertThat(event.getInt("rows")).isEqualTo(2);
        assertThat(event.getString("statement")).isEqualTo(IS_H2 || IS_MARIADB ? "batch" : "several");
        assertThat(event.getBoolean("withCommit")).isEqualTo(!IS_H2 && !IS_MARIADB);
        assertThat(event.getDuration().toNanos()).isPositive();
        assertThat(event.getStackTrace().getFrames())
                .anyMatch(frame ->
                        frame.getMethod().getType().getName().equals(getClass().getName()));
    }

    /** An UPDATE of many rows by arrays, and one by hand. */
    @Test
    void eachWayToWriteHasAName() {
        List<Post> posts = Blog.posts(30, db);

        assertThat(during(() -> comment(posts), WRITE))
                .extracting(event -> event.getString("statement"))
                .containsExactly(IS_H2 || IS_MARIADB ? "batch" : "array");
        assertThat(during(
                        () -> db.inTransaction(session -> {
                            CounterCaches.of(session)
                                    .on(Post.class, posts.get(0).id)
                                    .increment("commentsCount");
                            CounterCaches.of(session)
                                    .on(Post.class, posts.get(0).id)
                                    .decrement("commentsCount");
                        }),
                        WRITE))
                .extracting(event -> event.getString("statement"))
                .containsExactly("update", "update");
    }

    @Test
    void aRecountSaysWhatItHasFound() {
        List<Long> posts = Blog.posts(3, db).stream().map(post -> post.id).toList();
        db.execute("update post set comments_count = 7 where title <> 'post 0'");

        List<RecordedEvent> events = during(
                () -> db.inTransaction(session -> {
                    CounterCaches.of(session).on(Post.class, posts).drift();
                    CounterCaches.of(session).on(Post.class, posts).reset();
                }),
                RECOUNT);

        assertThat(events)
                .extracting(
                        event -> event.getString("entity"),
                        event -> event.getLong("rows"),
                        event -> event.getLong("wrong"),
                        event -> event.getBoolean("corrected"))
                .containsExactly(tuple("Post", 3L, 2L, false), tuple("Post", 3L, 2L, true));
    }

    @Test
    void aChunkOfARepairIsAnEvent() {
        Blog.posts(3, db);
        db.execute("update post set comments_count = 7 where title <> 'post 0'");
        CounterRepair repair = CounterRepair.of(db.factory(), Post.class).chunkSize(2);

        List<RecordedEvent> events = during(
                () -> {
                    repair.verify();
                    repair.repair();
                },
                REPAIR);

        assertThat(events)
                .extracting(
                        event -> event.getString("entity"),
                        event -> event.getInt("chunk"),
                        event -> event.getLong("examined"),
                        event -> event.getLong("drifted"),
                        event -> event.getBoolean("corrected"))
                .containsExactly(
                        tuple("Post", 1, 2L, 1L, false),
                        tuple("Post", 2, 1L, 1L, false),
                        tuple("Post", 1, 2L, 1L, true),
                        tuple("Post", 2, 1L, 1L, true));
    }

    @Test
    void allAreOffUnlessTheyAreTurnedOn() {
        List<Post> posts = Blog.posts(2, db);

        assertThat(during(() -> {
                    comment(posts);
                    db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, posts.get(0).id));
                    assertThat(FlightRecorder.counterWrite()).isNull();
                    assertThat(FlightRecorder.recount()).isNull();
                    assertThat(FlightRecorder.repair()).isNull();
                }))
                .isEmpty();
    }

    /** That is what tools show them by. */
    @Test
    void theyHaveLabelsAndACategory() {
        during(
                () -> {
                    FlightRecorder.counterWrite(); // only classes that are loaded are known
                    FlightRecorder.recount();
                    FlightRecorder.repair();
                },
                WRITE,
                RECOUNT,
                REPAIR);

        List<EventType> types = jdk.jfr.FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .filter(type -> type.getName().startsWith("io.countercache."))
                .toList();

        assertThat(types).extracting(EventType::getName).contains(WRITE, RECOUNT, REPAIR);
        assertThat(types).allSatisfy(type -> {
            assertThat(type.getCategoryNames()).containsExactly("Counter Cache");
            assertThat(type.getLabel()).isNotBlank();
            assertThat(type.getFields())
                    .allSatisfy(field -> assertThat(field.getLabel()).isNotBlank());
        });
    }
}
