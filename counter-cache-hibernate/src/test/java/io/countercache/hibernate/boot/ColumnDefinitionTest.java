package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.ColumnDefault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of columns for which the application has written SQL: nothing. */
class ColumnDefinitionTest {

    @Entity(name = "Channel")
    static class Channel {
        @Id
        Long id;

        @Column(columnDefinition = "integer default 0")
        Integer videosCount;

        @Column(nullable = false, columnDefinition = "bigint default 0")
        @Counter(min = 0)
        long views;

        @Column(nullable = false, columnDefinition = "int")
        @Counter
        int likes;

        @Column(options = "default 7")
        @Counter
        int shares;

        @ColumnDefault("5")
        @Counter
        int stars;

        @Column(nullable = false)
        @Counter
        int plain;

        Channel() {}

        Channel(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Video")
    static class Video {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("videosCount")
        Channel channel;

        Video() {}

        Video(long id, Channel channel) {
            this.id = id;
            this.channel = channel;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Channel.class, Video.class)
            // without it, a table that cannot be created is only logged
            .setting("hibernate.hbm2ddl.halt_on_error", "true");

    private String defaultOf(String column) {
        // MariaDB has the text NULL for none
        return db.text(
                "select nullif(column_default, 'NULL') from information_schema.columns where table_schema = %s and lower(table_name) = 'channel' and lower(column_name) = '%s'"
                        .formatted(TestServer.IS_MARIADB ? "database()" : "current_schema", column));
    }

    @Test
    void aColumnKeepsTheDefaultThatTheApplicationHasWritten() {
        assertThat(defaultOf("videos_count")).isEqualTo("0");
        assertThat(defaultOf("views")).isEqualTo("0");
        assertThat(defaultOf("likes")).isNull();
        assertThat(defaultOf("stars")).isEqualTo("5");
        assertThat(defaultOf("plain")).isEqualTo("0");
    }

    @Test
    @SinceHibernate(value = "7.0", because = "JPA knows no options of a column before 3.2")
    void aColumnKeepsTheDefaultThatIsAmongItsOptions() {
        assertThat(defaultOf("shares")).isEqualTo("7");
    }

    @Test
    void suchColumnsAreCountedAndLimited() {
        Channel channel = db.persist(new Channel(1));
        db.persist(new Video(1, channel));
        assertThat(db.number("select videos_count from channel")).isEqualTo(1);
        assertThat(db.number("select likes from channel")).isZero();
        assertThatThrownBy(() -> db.execute("update channel set views = -1")).isInstanceOf(IllegalStateException.class);
    }
}
