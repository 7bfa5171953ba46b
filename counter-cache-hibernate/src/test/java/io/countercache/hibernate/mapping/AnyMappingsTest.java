package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.countercache.CounterCache;
import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.DiscriminatorType;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.Version;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.annotations.Any;
import org.hibernate.annotations.AnyDiscriminator;
import org.hibernate.annotations.AnyDiscriminatorValue;
import org.hibernate.annotations.AnyKeyJavaClass;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An association that leads to rows of several entities, which may have the same ids: each entity has a counter. */
class AnyMappingsTest {

    private static final AtomicLong IDS = new AtomicLong(1000);
    private static final long NOTE = 7;

    @Entity(name = "Post")
    static class Post {
        @Id
        Long id = IDS.incrementAndGet();

        int notesCount;
        int loudCount;
        long starsTotal;
        int votesCount;
        int reviewsCount;
        int pinsCount;
    }

    @Entity(name = "Photo")
    static class Photo {
        @Id
        long id = IDS.incrementAndGet();

        int notesCount;
        int loudCount;
        long starsTotal;
        int votesCount;
        int reviewsCount;
        int pinsCount;
    }

    @Entity(name = "Panorama")
    static class Panorama extends Photo {}

    @Entity(name = "Note")
    static class Note {
        @Id
        Long id = IDS.incrementAndGet();

        String text;
        boolean loud;
        int stars = 1;

        @Any(fetch = FetchType.LAZY)
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyDiscriminatorValue(discriminator = "F", entity = Photo.class)
        @AnyDiscriminatorValue(discriminator = "W", entity = Panorama.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "subject_id")
        @Column(name = "subject_type")
        @CounterCache
        @CounterCache(value = "loudCount", where = "loud")
        @CounterCache(value = "starsTotal", sum = "stars")
        Object subject;
    }

    /** Loaded with what it is about. */
    @Entity(name = "Vote")
    static class Vote {
        @Id
        Long id = IDS.incrementAndGet();

        @Any
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyDiscriminatorValue(discriminator = "F", entity = Photo.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "subject_id")
        @Column(name = "subject_type")
        @CounterCache
        Object subject;
    }

    @Entity(name = "Review")
    static class Review {
        @Id
        Long id = IDS.incrementAndGet();

        @Version
        int version;

        @Any(fetch = FetchType.LAZY)
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyDiscriminatorValue(discriminator = "F", entity = Photo.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "subject_id")
        @Column(name = "subject_type")
        @CounterCache
        Object subject;
    }

    @Entity(name = "Work")
    @Inheritance(strategy = InheritanceType.JOINED)
    abstract static class Work {
        @Id
        Long id = IDS.incrementAndGet();

        int heartsCount;
    }

    @Entity(name = "Film")
    static class Film extends Work {
        String title;
    }

    @Entity(name = "Song")
    static class Song extends Work {
        String title;
    }

    @Entity(name = "Heart")
    static class Heart {
        @Id
        Long id = IDS.incrementAndGet();

        @Any(fetch = FetchType.LAZY)
        @AnyDiscriminator(DiscriminatorType.INTEGER)
        @AnyDiscriminatorValue(discriminator = "1", entity = Film.class)
        @AnyDiscriminatorValue(discriminator = "2", entity = Song.class)
        @AnyDiscriminatorValue(discriminator = "3", entity = Paper.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "subject_id")
        @Column(name = "subject_type")
        @CounterCache
        Object subject;
    }

    @Entity(name = "Paper")
    @SoftDelete
    static class Paper {
        @Id
        Long id = IDS.incrementAndGet();

        int heartsCount;
    }

    @Embeddable
    static class Place {
        String name = "place";

        @Any(fetch = FetchType.LAZY)
        @AnyDiscriminatorValue(discriminator = "P", entity = Post.class)
        @AnyDiscriminatorValue(discriminator = "F", entity = Photo.class)
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "subject_id")
        @Column(name = "subject_type")
        @CounterCache("pinsCount")
        Object subject;
    }

    @Entity(name = "Pin")
    static class Pin {
        @Id
        Long id = IDS.incrementAndGet();

        Place place = new Place();
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Post.class,
            Photo.class,
            Panorama.class,
            Note.class,
            Vote.class,
            Review.class,
            Work.class,
            Film.class,
            Song.class,
            Paper.class,
            Heart.class,
            Pin.class);

    @BeforeEach
    void aNoteOnThePostOfAPostAndAPhotoWithTheSameId() {
        for (long id = 1; id <= 2; id++) {
            Post post = new Post();
            post.id = id;
            db.persist(post);
            Photo photo = new Photo();
            photo.id = id;
            db.persist(photo);
        }
        Panorama panorama = new Panorama();
        panorama.id = 3;
        db.persist(panorama);
        db.inTransaction(session -> {
            Note note = new Note();
            note.id = NOTE;
            note.subject = session.getReference(Post.class, 1L);
            session.persist(note);
        });
    }

    private long post(long id) {
        return db.number("select notes_count from post where id = " + id);
    }

    private long photo(long id) {
        return db.number("select notes_count from photo where id = " + id);
    }

    private void assertCounts(long firstPost, long secondPost, long firstPhoto, long secondPhoto) {
        assertThat(List.of(post(1), post(2), photo(1), photo(2)))
                .containsExactly(firstPost, secondPost, firstPhoto, secondPhoto);
        assertThat(CounterRepair.verifyAll(db.factory()).isClean()).isTrue();
    }

    private static Note note(Session session) {
        return session.find(Note.class, NOTE);
    }

    private void move(Class<?> type, long id) {
        db.inTransaction(session -> note(session).subject = session.getReference(type, id));
    }

    // ---- the life of each ----

    @Test
    void notesOfPosts() {
        new CountedLife<>(
                        db,
                        Post.class,
                        Post::new,
                        Note::new,
                        (note, post) -> note.subject = post,
                        post -> post.notesCount,
                        "update post set notes_count = 100 where id > 1000")
                .isLived();
    }

    @Test
    void notesOfPhotos() {
        new CountedLife<>(
                        db,
                        Photo.class,
                        Photo::new,
                        Note::new,
                        (note, photo) -> note.subject = photo,
                        photo -> photo.notesCount,
                        "update photo set notes_count = 100 where id > 1000")
                .isLived();
    }

    @Test
    void notesOfASubclass() {
        new CountedLife<>(
                        db,
                        Panorama.class,
                        Panorama::new,
                        Note::new,
                        (note, panorama) -> note.subject = panorama,
                        panorama -> panorama.notesCount,
                        "update photo set notes_count = 100 where id > 1000")
                .isLived();
    }

    @Test
    void votesThatAreLoadedWithTheirSubject() {
        new CountedLife<>(
                        db,
                        Photo.class,
                        Photo::new,
                        Vote::new,
                        (vote, photo) -> vote.subject = photo,
                        photo -> photo.votesCount,
                        "update photo set votes_count = 100 where id > 1000")
                .isLived();
    }

    @Test
    void heartsOfJoinedSubclassesThatInheritOneCounter() {
        new CountedLife<>(
                        db,
                        Song.class,
                        Song::new,
                        Heart::new,
                        (heart, song) -> heart.subject = song,
                        song -> song.heartsCount,
                        "update work set hearts_count = 100")
                .isLived();
    }

    @Test
    void heartsOfWhatIsSoftDeleted() {
        new CountedLife<>(
                        db,
                        Paper.class,
                        Paper::new,
                        Heart::new,
                        (heart, paper) -> heart.subject = paper,
                        paper -> paper.heartsCount,
                        "update paper set hearts_count = 100")
                .isLived();
    }

    @Test
    void pinsWithASubjectInAnEmbeddable() {
        new CountedLife<>(
                        db,
                        Post.class,
                        Post::new,
                        Pin::new,
                        (pin, post) -> pin.place.subject = post,
                        post -> post.pinsCount,
                        "update post set pins_count = 100 where id > 1000")
                .isNotUpdatedInBulk()
                .isLived();
    }

    // ---- from one type to another ----

    @Test
    void aMoveToARowOfTheSameTypeChangesTwoRows() {
        move(Post.class, 2);
        assertCounts(0, 1, 0, 0);
    }

    @Test
    void aMoveToARowOfAnotherTypeWithTheSameIdChangesBoth() {
        move(Photo.class, 1);
        assertCounts(0, 0, 1, 0);
        move(Post.class, 1);
        assertCounts(1, 0, 0, 0);
    }

    @Test
    void aMoveToARowOfAnotherTypeWithAnotherIdChangesBoth() {
        move(Photo.class, 2);
        assertCounts(0, 0, 0, 1);
    }

    @Test
    void aRowOfASubclassIsCountedInTheCounterOfItsSuperclass() {
        move(Panorama.class, 3);
        assertThat(photo(3)).isEqualTo(1);
        db.inTransaction(session -> assertThat(CounterCaches.of(session)
                        .resetCounters(Panorama.class, 3L, "notesCount", "loudCount", "starsTotal"))
                .isEmpty());
        move(Photo.class, 1);
        assertThat(photo(3)).isZero();
        assertCounts(0, 0, 1, 0);
    }

    @Test
    void theSameRowAsOneOfAnotherTypeStaysCounted() {
        db.execute("update note set subject_type = 'F', subject_id = 3");
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Post.class, 1L));
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Photo.class, 3L));
        db.inTransaction(session -> {
            Note note = note(session);
            session.evict(note.subject);
            note.subject = session.getReference(Panorama.class, 3L);
        });
        assertThat(db.text("select subject_type from note")).isEqualTo("W");
        assertThat(photo(3)).isEqualTo(1);
    }

    @Test
    void noneAndBack() {
        db.inTransaction(session -> note(session).subject = null);
        assertCounts(0, 0, 0, 0);
        move(Photo.class, 1);
        assertCounts(0, 0, 1, 0);
    }

    @Test
    void aMergeMovesBetweenTypes() {
        Note detached = db.fromTransaction(AnyMappingsTest::note);
        detached.subject = db.fromTransaction(session -> session.find(Photo.class, 1L));
        db.inTransaction(session -> session.merge(detached));
        assertCounts(0, 0, 1, 0);
    }

    @Test
    void aRemoveIsCountedByTheType() {
        move(Photo.class, 1);
        db.inTransaction(session -> session.remove(note(session)));
        assertCounts(0, 0, 0, 0);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionMovesBetweenTypes() {
        Note detached = db.fromTransaction(AnyMappingsTest::note);
        detached.subject = db.fromTransaction(session -> session.find(Photo.class, 1L));
        db.factory().inStatelessTransaction(session -> session.update(detached));
        assertCounts(0, 0, 1, 0);
        db.factory().inStatelessTransaction(session -> {
            Note read = session.get(Note.class, NOTE);
            read.text = "edited";
            read.subject = session.get(Photo.class, 1L); // Hibernate cannot write the proxy that it has read
            session.update(read);
        });
        assertCounts(0, 0, 1, 0);
        db.factory().inStatelessTransaction(session -> session.upsert(detached));
        assertCounts(0, 0, 1, 0);
        db.factory().inStatelessTransaction(session -> session.delete(session.get(Note.class, NOTE)));
        assertCounts(0, 0, 0, 0);
    }

    @Test
    void managedRowsOfBothTypesShowTheMove() {
        db.inTransaction(session -> {
            Post post = session.find(Post.class, 1L);
            Photo photo = session.find(Photo.class, 1L);
            note(session).subject = photo;
            session.flush();
            assertThat(post.notesCount).isZero();
            assertThat(photo.notesCount).isEqualTo(1);
        });
    }

    @Test
    void aQueryOfEitherTypeSeesTheMove() {
        db.inTransaction(session -> {
            note(session).subject = session.getReference(Photo.class, 1L);
            assertThat(session.createSelectionQuery("select p.notesCount from Photo p where p.id = 1", Integer.class)
                            .getSingleResult())
                    .isEqualTo(1);
            assertThat(session.createSelectionQuery("select p.notesCount from Post p where p.id = 1", Integer.class)
                            .getSingleResult())
                    .isZero();
        });
    }

    // ---- where, sum ----

    private static void edit(TestDatabase db, BiConsumer<Session, Note> change) {
        db.inTransaction(session -> change.accept(session, note(session)));
    }

    private String rest(String table) {
        return db.text("select concat(loud_count, ' ', stars_total) from " + table + " where id = 1");
    }

    @Test
    void conditionsAndTotalsAreThoseOfTheType() {
        assertThat(rest("post")).isEqualTo("0 1");
        edit(db, (session, note) -> {
            note.loud = true;
            note.stars = 5;
        });
        assertThat(rest("post")).isEqualTo("1 5");
        edit(db, (session, note) -> note.subject = session.getReference(Photo.class, 1L));
        assertThat(rest("post")).isEqualTo("0 0");
        assertThat(rest("photo")).isEqualTo("1 5");
        edit(db, (session, note) -> {
            note.subject = session.getReference(Post.class, 1L);
            note.loud = false;
            note.stars = 3;
        });
        assertThat(rest("post")).isEqualTo("0 3");
        assertThat(rest("photo")).isEqualTo("0 0");
    }

    // ---- recounts ----

    @Test
    void resetAndRepairTellTheTypesApart() {
        db.execute("insert into note (id, loud, stars, subject_type, subject_id) values (8, true, 4, 'F', 1)");
        db.execute("insert into note (id, loud, stars, subject_type, subject_id) values (9, true, 4, 'W', 3)");
        db.inTransaction(session -> {
            assertThat(CounterCaches.of(session).resetCounters(Post.class, 1L)).isEmpty();
            assertThat(CounterCaches.of(session).resetCounters(Photo.class, 1L))
                    .extracting(Drift::counter, drift -> drift.actual().longValue())
                    .containsExactlyInAnyOrder(
                            tuple("notesCount", 1L), tuple("loudCount", 1L), tuple("starsTotal", 4L));
        });
        assertThat(CounterRepair.of(db.factory(), Photo.class)
                        .chunkSize(1)
                        .repair()
                        .first())
                .extracting(Drift::id)
                .containsOnly(3L);
        assertCounts(1, 0, 1, 0);
        assertThat(photo(3)).isEqualTo(1);
    }

    @Test
    void whatIsLeftOfARowThatIsGoneIsMovedAndRemoved() {
        db.inTransaction(session -> session.remove(session.find(Post.class, 1L)));
        db.inTransaction(session -> {
            Note other = new Note();
            other.id = NOTE + 1;
            other.subject = session.getReference(Post.class, 1L);
            session.persist(other);
        });
        move(Photo.class, 1);
        db.inTransaction(session -> session.remove(session.find(Note.class, NOTE + 1)));
        assertThat(photo(1)).isEqualTo(1);
    }

    // ---- nothing is loaded ----

    @Test
    void countingLoadsNothing() {
        var statements = db.statementsOf(() -> db.inTransaction(session -> {
            Note note = note(session);
            Object before = note.subject;
            Object after = session.getReference(Photo.class, 2L);
            note.subject = after;
            session.flush();
            session.remove(note);
            session.flush();
            assertThat(Hibernate.isInitialized(before)).isFalse();
            assertThat(Hibernate.isInitialized(after)).isFalse();
        }));
        assertThat(statements)
                .noneMatch(sql -> (sql.contains("from post") || sql.contains("from photo"))
                        && !sql.matches("select id from .* for update"));
        assertCounts(0, 0, 0, 0);
    }

    // ---- two transactions ----

    /** Both have loaded the note before either changes it. */
    private void oneAfterTheOther(BiConsumer<Session, Note> earlier, BiConsumer<Session, Note> later) {
        try (Session one = db.factory().openSession();
                Session other = db.factory().openSession()) {
            one.beginTransaction();
            other.beginTransaction();
            Note ofOne = note(one);
            Note ofOther = note(other);
            earlier.accept(one, ofOne);
            later.accept(other, ofOther);
            one.getTransaction().commit();
            other.getTransaction().commit();
        }
    }

    /** The same, but the later one waits for the row when the earlier one commits. */
    private void atTheSameTime(BiConsumer<Session, Note> earlier, BiConsumer<Session, Note> later) {
        try (Session one = db.factory().openSession();
                Session other = db.factory().openSession();
                Concurrently concurrently = new Concurrently(db)) {
            one.beginTransaction();
            other.beginTransaction();
            Note ofOne = note(one);
            Note ofOther = note(other);
            earlier.accept(one, ofOne);
            one.flush();
            later.accept(other, ofOther);
            var waiting = concurrently.start(() -> other.getTransaction().commit());
            concurrently.awaitWaiting(1);
            one.getTransaction().commit();
            Concurrently.finish(waiting);
        }
    }

    private static BiConsumer<Session, Note> to(Class<?> type, long id) {
        return (session, note) -> note.subject = session.getReference(type, id);
    }

    @ParameterizedTest(name = "waits: {0}")
    @ValueSource(booleans = {true, false})
    void aStaleMoveTakesTheNoteFromTheRowOfTheTypeThatItIsOn(boolean waits) {
        if (waits) {
            atTheSameTime(to(Photo.class, 1), to(Post.class, 2));
        } else {
            oneAfterTheOther(to(Photo.class, 1), to(Post.class, 2));
        }
        assertCounts(0, 1, 0, 0);
    }

    @Test
    void aStaleMoveWithinATypeTakesTheNoteFromTheOtherType() {
        move(Photo.class, 1);
        oneAfterTheOther(to(Post.class, 1), to(Photo.class, 2));
        assertCounts(0, 0, 0, 1);
    }

    @Test
    void aStaleTakeOffIsOneFromTheOtherType() {
        oneAfterTheOther(to(Photo.class, 1), (session, note) -> note.subject = null);
        assertCounts(0, 0, 0, 0);
    }

    @Test
    void aStaleRemoveIsOneFromTheOtherType() {
        atTheSameTime(to(Photo.class, 1), Session::remove);
        assertCounts(0, 0, 0, 0);
    }

    @Test
    void aStaleEditMovesTheNoteBackAndThatIsCounted() {
        oneAfterTheOther(to(Photo.class, 1), (session, note) -> note.text = "edited");
        assertThat(db.text("select concat(text, subject_type) from note")).isEqualTo("editedP");
        assertCounts(1, 0, 0, 0);
    }

    @Test
    void aStaleMoveToTheSameRowAsOneOfAnotherTypeTakesTheNoteBack() {
        move(Photo.class, 1);
        db.execute("update note set subject_id = 3");
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Photo.class, 1L));
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Photo.class, 3L));
        oneAfterTheOther(to(Post.class, 1), (session, note) -> {
            session.evict(note.subject);
            note.subject = session.getReference(Panorama.class, 3L);
        });
        assertThat(photo(3)).isEqualTo(1);
        assertCounts(0, 0, 0, 0);
    }

    @Test
    void aStaleChangeOfWhatIsCountedMovesTheNoteBackAndIsCountedThere() {
        oneAfterTheOther(to(Photo.class, 1), (session, note) -> note.stars = 9);
        assertThat(rest("post")).isEqualTo("0 9");
        assertThat(rest("photo")).isEqualTo("0 0");
    }

    @Test
    void aStaleEditOfTheEmbeddableThatAPinIsInWritesItsSubjectAndIsCounted() {
        Pin pin = new Pin();
        pin.id = NOTE;
        pin.place.subject = db.fromTransaction(session -> session.find(Post.class, 1L));
        db.persist(pin);
        try (Session one = db.factory().openSession();
                Session other = db.factory().openSession()) {
            one.beginTransaction();
            other.beginTransaction();
            Pin ofOther = other.find(Pin.class, NOTE);
            one.find(Pin.class, NOTE).place.subject = one.getReference(Photo.class, 1L);
            ofOther.place.name = "edited";
            one.getTransaction().commit();
            other.getTransaction().commit();
        }
        assertThat(db.number("select pins_count from post where id = 1")
                        + db.number("select pins_count from photo where id = 1"))
                .isEqualTo(1);
    }

    @Test
    void aStaleMoveOfAReviewWithAVersionFails() {
        db.inTransaction(session -> {
            Review review = new Review();
            review.id = NOTE;
            review.subject = session.getReference(Post.class, 1L);
            session.persist(review);
        });
        assertThatThrownBy(() -> {
                    try (Session one = db.factory().openSession();
                            Session other = db.factory().openSession()) {
                        one.beginTransaction();
                        other.beginTransaction();
                        Review ofOther = other.find(Review.class, NOTE);
                        one.find(Review.class, NOTE).subject = one.getReference(Photo.class, 1L);
                        ofOther.subject = null;
                        one.getTransaction().commit();
                        other.getTransaction().commit();
                    }
                })
                .isInstanceOf(OptimisticLockException.class);
        assertThat(db.number("select reviews_count from photo where id = 1")).isEqualTo(1);
    }
}
