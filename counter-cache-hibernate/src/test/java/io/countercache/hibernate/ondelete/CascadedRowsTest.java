package io.countercache.hibernate.ondelete;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.Boot;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.Id;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SQLDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A join table that is counted from both sides, and whose rows the database deletes along with either of them. */
class CascadedRowsTest {

    @Entity(name = "Album")
    static class Album {
        @Id
        long id;

        Album() {}

        Album(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Song")
    static class Song {
        @Id
        long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Album album;

        @ManyToMany
        @JoinTable(foreignKey = @ForeignKey(name = "song_of_fans"))
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache
        Set<Fan> fans = new HashSet<>();

        int fansCount;

        Song() {}

        Song(long id, Album album, Fan... fans) {
            this.id = id;
            this.album = album;
            this.fans.addAll(List.of(fans));
        }
    }

    @Entity(name = "Fan")
    static class Fan {
        @Id
        long id;

        @ManyToMany(mappedBy = "fans")
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache("likesCount")
        Set<Song> likes = new HashSet<>();

        int likesCount;

        /** Counted from both sides, too: of the same table. */
        @ManyToMany
        @JoinTable(foreignKey = @ForeignKey(name = "fan_of_fans"))
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache
        Set<Fan> follows = new HashSet<>();

        @ManyToMany(mappedBy = "follows")
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache
        Set<Fan> followers = new HashSet<>();

        int followsCount;
        int followersCount;

        Fan() {}

        Fan(long id) {
            this.id = id;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Album.class, Song.class, Fan.class);

    /** Before Hibernate 7.1, the schema lacks ON DELETE CASCADE where both sides of a join table have it in the mapping. */
    private void cascades(String table, String key, String column, String target) {
        db.execute("alter table %s drop constraint if exists %s".formatted(table, key));
        db.execute("alter table %s add constraint %s foreign key (%s) references %s on delete cascade"
                .formatted(table, key, column, target));
    }

    @BeforeEach
    void songsAndFans() {
        if (!HibernateVersions.isSince("7.1")) {
            cascades("song_fan", "song_of_fans", "likes_id", "song");
            cascades("fan_fan", "fan_of_fans", "followers_id", "fan");
        }
        db.inTransaction(session -> {
            Album first = new Album(1);
            Album second = new Album(2);
            Fan one = new Fan(1);
            Fan two = new Fan(2);
            Fan three = new Fan(3);
            one.follows.addAll(List.of(two, three));
            two.follows.addAll(List.of(one, two));
            Stream.of(
                            first,
                            second,
                            one,
                            two,
                            three,
                            new Song(1, first, one, two),
                            new Song(2, first, one),
                            new Song(3, second, one, two, three))
                    .forEach(session::persist);
        });
    }

    private String counts() {
        return list("select fans_count from song order by id") + ", "
                + list("select concat(likes_count, '-', follows_count, '-', followers_count) from fan order by id");
    }

    private String list(String sql) {
        return db
                .<List<?>>fromTransaction(
                        session -> session.createNativeQuery(sql, Object.class).getResultList())
                .stream()
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    @Test
    void anOwnerIsRemoved() {
        assertThat(counts()).isEqualTo("2 1 3, 3-2-1 2-2-2 1-0-1");
        db.inTransaction(session -> session.remove(session.find(Song.class, 1L)));
        assertThat(counts()).isEqualTo("1 3, 2-2-1 1-2-2 1-0-1");
    }

    @Test
    void anElementIsRemoved() {
        db.inTransaction(session -> {
            session.remove(session.find(Fan.class, 2L));
            assertThat(session.createSelectionQuery("select sum(fansCount) from Song", Long.class)
                            .getSingleResult())
                    .isEqualTo(4);
        });
        assertThat(counts()).isEqualTo("1 1 2, 3-1-0 1-0-1");
    }

    @Test
    void rowsThatAnotherTransactionHasAddedMeanwhileGoAsWell() {
        db.inTransaction(session -> {
            Song song = session.find(Song.class, 2L);
            Fan fan = session.find(Fan.class, 2L);
            assertThat(song.fans).hasSize(1);
            db.inTransaction(other -> {
                other.find(Song.class, 2L).fans.add(other.find(Fan.class, 3L));
                other.find(Song.class, 2L).fans.add(other.find(Fan.class, 2L));
            });
            session.remove(song);
            session.flush();
            session.remove(fan);
        });
        assertThat(counts()).isEqualTo("1 2, 2-1-0 1-0-1");
    }

    @Test
    void ownersAndElementsAreRemovedTogether() {
        db.inTransaction(session -> {
            session.remove(session.find(Fan.class, 2L));
            session.remove(session.find(Song.class, 3L));
            session.remove(session.find(Fan.class, 3L));
        });
        assertThat(counts()).isEqualTo("1 1, 2-0-0");
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionDeletesThem() {
        db.factory().inStatelessTransaction(session -> {
            session.delete(session.get(Song.class, 1L));
            session.delete(session.get(Fan.class, 2L));
        });
        assertThat(counts()).isEqualTo("1 2, 2-1-0 1-0-1");
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionDeletesOneWhoseElementsItKnows() {
        Song known = db.fromTransaction(
                session -> session.createSelectionQuery("from Song s join fetch s.fans where s.id = 1", Song.class)
                        .getSingleResult());
        db.factory().inStatelessTransaction(session -> session.delete(known));
        assertThat(counts()).isEqualTo("1 3, 2-2-1 1-2-2 1-0-1");
    }

    @Test
    @SinceHibernate("7.2")
    void bulkStatementsDeleteThem() {
        db.inTransaction(session ->
                session.createMutationQuery("delete from Song s where s.id = 1").executeUpdate());
        assertThat(counts()).isEqualTo("1 3, 2-2-1 1-2-2 1-0-1");
        db.inTransaction(session ->
                session.createMutationQuery("delete from Fan f where f.id > 1").executeUpdate());
        assertThat(counts()).isEqualTo("1 1, 2-0-0");
    }

    @Test
    @SinceHibernate("7.2")
    void theDatabaseDeletesOwnersInTurn() {
        db.inTransaction(session -> session.remove(session.find(Album.class, 1L)));
        assertThat(counts()).isEqualTo("3, 1-2-1 1-2-2 1-0-1");
        db.inTransaction(
                session -> session.createMutationQuery("delete from Album").executeUpdate());
        assertThat(counts()).isEqualTo(", 0-2-1 0-2-2 0-0-1");
    }

    @Entity(name = "Viewer")
    static class Viewer {
        @Id
        long id;

        int marksCount;

        @ManyToMany
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache("marksCount")
        Set<Hidden> marks;
    }

    @Entity(name = "Hidden")
    @SQLDelete(sql = "update hidden set gone = true where id = ?")
    static class Hidden {
        @Id
        long id;

        boolean gone;

        @ManyToMany(mappedBy = "marks")
        @OnDelete(action = OnDeleteAction.CASCADE)
        Set<Viewer> viewers;
    }

    @Test
    void customSqlIsRefused() {
        Boot.refused(
                "Viewer.marks: Viewer.marks has @OnDelete(CASCADE) on its elements, and Hidden has custom SQL, which may delete nothing: remove one of the two",
                Viewer.class,
                Hidden.class);
    }
}
