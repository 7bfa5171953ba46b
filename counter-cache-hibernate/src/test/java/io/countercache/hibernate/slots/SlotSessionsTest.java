package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Cacheable;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import org.hibernate.LockMode;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.annotations.DynamicUpdate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a session does with a row, it shows the whole value of a counter with slots, and writes none of it to the column. */
@Tag("databases")
class SlotSessionsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Song.class, Play.class)
            .setting("hibernate.cache.region.factory_class", "jcache")
            .setting(
                    "hibernate.javax.cache.provider", "com.github.benmanes.caffeine.jcache.spi.CaffeineCachingProvider")
            .setting("hibernate.javax.cache.missing_cache_strategy", "create")
            .setting("hibernate.cache.use_query_cache", true);

    @Entity(name = "Song")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
    @DynamicUpdate
    static class Song {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Version
        int version;

        String title = "a song";

        int playsCount;

        @Counter(slots = 3)
        long likes;
    }

    @Entity(name = "Play")
    static class Play {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 3)
        Song song;

        Play() {}

        Play(Song song) {
            this.song = song;
        }
    }

    private Song song;

    @BeforeEach
    void aSongThatIsPlayed() {
        song = db.persist(new Song());
        play(2);
        db.inTransaction(session -> like(session, 4));
    }

    private void play(int times) {
        for (int i = 0; i < times; i++) {
            db.inTransaction(session -> session.persist(new Play(session.getReference(Song.class, song.id))));
        }
    }

    private void like(Session session, int times) {
        CounterCaches.of(session).on(Song.class, song.id).increment("likes", times);
    }

    private void require(int plays, long likes) {
        for (int read = 0; read < 2; read++) { // from the database, and then from the cache
            Song found = db.fromTransaction(session -> session.find(Song.class, song.id));
            assertThat(found.playsCount).isEqualTo(plays);
            assertThat(found.likes).isEqualTo(likes);
        }
        assertThat(db.<Long>fromTransaction(
                        session -> session.createSelectionQuery("select likes from Song where id = :id", Long.class)
                                .setParameter("id", song.id)
                                .getSingleResult()))
                .isEqualTo(likes);
        CounterRepair.verifyAll(db.factory()).requireClean();
    }

    @Test
    void aMergeWritesNothingOfIt() {
        Song detached = db.fromTransaction(session -> session.find(Song.class, song.id));
        play(1);
        detached.title = "another title";
        detached.playsCount = 77;
        detached.likes = 88;
        db.inTransaction(session -> session.merge(detached));
        require(3, 4);
    }

    @Test
    @BeforeHibernate(value = "8.0", because = "8.0.0.Beta1 cannot read a cached entity in a stateless session")
    void aStatelessSessionReadsTheWholeValueAndWritesNothingOfIt() {
        try (StatelessSession session = db.factory().openStatelessSession()) {
            session.beginTransaction();
            Song found = session.get(Song.class, song.id);
            assertThat(found.playsCount).isEqualTo(2);
            found.title = "another title";
            session.update(found);
            session.getTransaction().commit();
            play(1);
            session.beginTransaction();
            session.refresh(found);
            assertThat(found.playsCount).isEqualTo(3);
            Song locked = session.get(Song.class, song.id, LockMode.PESSIMISTIC_WRITE);
            assertThat(locked.likes).isEqualTo(4);
            session.getTransaction().commit();
        }
        require(3, 4);
    }

    @Test
    void aSavepointTakesBackWhatWasAddedToSlots() {
        db.inTransaction(session -> session.doWork(connection -> {
            like(session, 1);
            var savepoint = connection.setSavepoint();
            like(session, 10);
            CounterCaches.of(session).on(Song.class, song.id).take("likes", 3);
            connection.rollback(savepoint);
        }));
        require(2, 5);
    }

    @Test
    void aSongAndItsPlaysOfOneTransaction() {
        Song added = new Song();
        db.inTransaction(session -> {
            session.persist(added);
            session.persist(new Play(added));
            session.flush();
            session.persist(new Play(added));
            CounterCaches.of(session).flush();
            CounterCaches.of(session).on(Song.class, added.id).increment("likes");
            assertThat(added.likes).isEqualTo(1);
            session.persist(new Play(added));
            session.flush();
            session.refresh(added);
            assertThat(added.playsCount).isEqualTo(3);
        });
        assertThat(db.fromTransaction(session -> session.find(Song.class, added.id)).playsCount)
                .isEqualTo(3);
        db.inTransaction(session -> {
            session.persist(new Play(session.getReference(Song.class, added.id)));
            CounterCaches.of(session).on(Song.class, added.id).increment("likes");
            session.flush();
            session.createSelectionQuery("from Play p where p.song.id = :id", Play.class)
                    .setParameter("id", added.id)
                    .getResultList()
                    .forEach(session::remove);
            session.remove(session.find(Song.class, added.id));
        });
        require(2, 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"likes = likes + 1, title = 'x'", "title = 'x', likes = 10", "playsCount = 0"})
    void aStatementThatSetsTheValueIsRefused(String assignments) {
        assertThatThrownBy(
                        () -> db.inTransaction(session -> session.createMutationQuery("update Song set " + assignments)
                                .executeUpdate()))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining(
                        "which has slots that it would leave as they are: use Counters.increment or Counters.set, or Counters.reset for a counter of an association");
        require(2, 4);
    }

    @Test
    void aNativeQueryForAnEntityReadsTheWholeValue() {
        Song found =
                db.fromTransaction(session -> session.createNativeQuery("select {s.*} from song s", Song.class, "s")
                        .getSingleResult());
        assertThat(found.likes).isEqualTo(4);
        require(2, 4);
    }

    @Test
    void theCacheHasWhatWasReadAfterASquashThatALockHasWaitedFor() throws Exception {
        assumeTrue(TestServer.HAS_SLOTS);
        db.factory().getCache().evictAllRegions();
        OpenSquash.whileWaits(
                () -> db.inTransaction(session -> assertThat(
                                SameSource.find(session, Song.class, song.id, LockModeType.PESSIMISTIC_WRITE)
                                        .playsCount)
                        .isEqualTo(2)),
                db,
                "update song set plays_count = plays_count + 2",
                "delete from song_slots where counter = 'PLAYS_COUNT'");
        require(2, 4);
    }
}
