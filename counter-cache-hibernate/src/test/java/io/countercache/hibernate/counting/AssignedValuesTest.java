package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Values that the application assigns to a counter of a managed parent: dropped, and said so once. */
class AssignedValuesTest {

    @Entity(name = "Song")
    static class Song {
        @Id
        Long id = 1L;

        String title;

        int likesCount;

        @Counter
        long plays;
    }

    @Entity(name = "Fan")
    static class Fan {
        @Id
        Long id;

        String name;

        @ManyToOne(cascade = CascadeType.MERGE)
        @CounterCache("likesCount")
        Song song;

        static Fan of(Song song, long id) {
            Fan fan = new Fan();
            fan.id = id;
            fan.song = song;
            return fan;
        }
    }

    private static final String WARNING =
            "Song.likesCount: the value 99 that was assigned is not stored: it is kept equal"
                    + " to its count: leave it alone, or correct it with CounterCaches.resetCounters(..)";

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Song.class, Fan.class);

    @BeforeEach
    void song() {
        Song song = db.persist(new Song());
        db.persist(Fan.of(song, 1));
    }

    private static Song song(Session session) {
        return session.find(Song.class, 1L);
    }

    private static LogMessages messages() {
        return new LogMessages("io.countercache.hibernate.internal.entity");
    }

    @Test
    void anAssignedValueIsWarnedOfOnce() {
        try (LogMessages messages = messages()) {
            for (int i = 0; i < 2; i++) {
                db.inTransaction(session -> {
                    song(session).likesCount = 99;
                    song(session).plays = 99;
                    session.flush();
                    assertThat(song(session).likesCount).isEqualTo(1);
                    assertThat(song(session).plays).isZero();
                });
            }
            assertThat(messages.texts())
                    .containsExactly(
                            WARNING,
                            "Song.plays: the value 99 that was assigned is not stored: it is changed by"
                                    + " Counters.increment(..) and the like, which miss nothing that others add, or by"
                                    + " Counters.set(..)");
        }
    }

    @Test
    void aManagedInstanceThatIsMergedIsWarnedOfToo() {
        try (LogMessages messages = messages()) {
            db.inTransaction(session -> {
                song(session).likesCount = 99;
                session.merge(song(session));
            });
            assertThat(messages.texts()).containsExactly(WARNING);
        }
    }

    /** It may be an old value, and there is no telling it from one that was assigned. */
    @Test
    void aMergedValueIsDroppedAtOnceAndToldWithoutAWarning() {
        Song detached = db.fromTransaction(AssignedValuesTest::song);
        db.persist(Fan.of(detached, 2));
        detached.title = "new";
        try (LogMessages messages = messages()) {
            for (int i = 0; i < 2; i++) {
                db.inTransaction(session -> {
                    Song merged = session.merge(detached);
                    assertThat(merged.likesCount).isEqualTo(2);
                    assertThat(merged.title).isEqualTo("new");
                });
            }
            assertThat(messages.texts())
                    .containsExactly(
                            "Song.likesCount: the value 1 of a merged instance is not stored, as it may be an old one: it is"
                                    + " kept equal to its count: leave it alone, or correct it with"
                                    + " CounterCaches.resetCounters(..)");
            assertThat(messages.warnings()).isEmpty();
        }
    }

    /** As Spring Data saves what was loaded in another transaction. */
    @Test
    void aCounterThatIsAssignedAndThenMergedIsWarnedOf() {
        Song detached = db.fromTransaction(AssignedValuesTest::song);
        detached.plays = 99;
        try (LogMessages messages = messages()) {
            for (int i = 0; i < 2; i++) {
                db.inTransaction(session -> session.merge(detached));
            }
            assertThat(messages.warnings())
                    .containsExactly(
                            "Song.plays: the value 99 of a merged instance is not stored, as it may be an old one: it is changed by"
                                    + " Counters.increment(..) and the like, which miss nothing that others add, or by"
                                    + " Counters.set(..)");
        }
        assertThat(db.number("select plays from song")).isZero();
    }

    @Test
    void aParentThatIsMergedAlongWithItsChildIsRightAtOnceToo() {
        Fan detached = db.fromTransaction(session -> session.find(Fan.class, 1L));
        db.persist(Fan.of(detached.song, 2));
        detached.name = "new";
        db.inTransaction(session -> {
            Song managed = song(session);
            session.merge(detached);
            assertThat(managed.likesCount).isEqualTo(2);
        });
    }

    @Test
    void whatTheLibraryShowsIsNotWarnedOf() {
        try (LogMessages messages = messages()) {
            db.inTransaction(session -> {
                Song song = song(session);
                session.persist(Fan.of(song, 2));
                session.flush();
                CounterCaches.of(session).on(Song.class, 1L).increment("plays");
                session.flush();
                session.refresh(song);
                assertThat(song.likesCount).isEqualTo(2);
                assertThat(song.plays).isEqualTo(1);
            });
            assertThat(messages.texts()).isEmpty();
        }
    }

    // ---- read-only instances ----

    @Test
    void aReadOnlyInstanceShowsTheRightValueAfterTheFlush() {
        db.inTransaction(session -> {
            session.setDefaultReadOnly(true);
            Song song = song(session);
            song.likesCount = 99;
            session.flush();
            assertThat(song.likesCount).isEqualTo(1);
            session.persist(Fan.of(song, 2));
            song.likesCount = 99;
            session.flush();
            assertThat(song.likesCount).isEqualTo(2);
            song.likesCount = 99;
            session.refresh(song);
            assertThat(song.likesCount).isEqualTo(2);
            session.flush();
            assertThat(song.likesCount).isEqualTo(2);
        });
    }

    @Test
    void aReadOnlyInstanceThatIsMadeModifiableShowsTheRightValue() {
        db.inTransaction(session -> {
            session.setDefaultReadOnly(true);
            Song song = song(session);
            song.likesCount = 99;
            session.setReadOnly(song, false);
            song.title = "new";
            session.flush();
            assertThat(song.likesCount).isEqualTo(1);
            session.persist(Fan.of(song, 2));
            session.flush();
            assertThat(song.likesCount).isEqualTo(2);
        });
        assertThat(db.number("select count(*) from song where title = 'new' and likes_count = 2"))
                .isEqualTo(1);
    }
}
