package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CollectionsTest {

    @Entity(name = "Album")
    static class Album {
        @Id
        long id;

        // tag::joinColumn[]
        @OneToMany
        @JoinColumn(name = "album_id")
        @CounterCache
        List<Photo> photos = new ArrayList<>();
        // end::joinColumn[]

        int photosCount;

        Album() {}

        Album(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Photo")
    static class Photo {
        @Id
        long id;

        Photo() {}

        Photo(long id) {
            this.id = id;
        }
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.shared(Post.class, Tag.class, Album.class, Photo.class);

    @BeforeEach
    void rows() {
        db.inTransaction(session -> {
            Post post = new Post();
            post.id = 1L;
            Tag tag = new Tag();
            tag.id = 1L;
            List.of(post, tag, new Album(1), new Album(2), new Photo(1), new Photo(2))
                    .forEach(session::persist);
        });
    }

    private static Post post(Session session) {
        return session.find(Post.class, 1L);
    }

    private static Tag tag(Session session) {
        return session.find(Tag.class, 1L);
    }

    @Test
    void theWrittenSideMovesBothCounters() {
        db.inTransaction(session -> post(session).tags.add(tag(session)));
        assertThat(db.number("select tags_count from post")).isEqualTo(1);
        assertThat(db.number("select posts_count from tag")).isEqualTo(1);
    }

    @Test
    void theOtherSideMovesNone() {
        db.inTransaction(session -> tag(session).posts.add(post(session)));
        assertThat(db.number("select tags_count from post")).isZero();
        assertThat(db.number("select posts_count from tag")).isZero();
        assertThat(db.number("select count(*) from post_tag")).isZero();
    }

    @Test
    void aValueIsARowAndNullIsNone() {
        db.inTransaction(session -> post(session).links.addAll(Arrays.asList("a", null, "a")));
        assertThat(db.number("select links_count from post")).isEqualTo(2);
    }

    @Test
    void anElementIsTakenFromItsAlbum() {
        db.inTransaction(session -> session.find(Album.class, 1L)
                .photos
                .addAll(List.of(session.find(Photo.class, 1L), session.find(Photo.class, 2L))));
        assertThat(photos(1)).isEqualTo(2);

        db.inTransaction(session -> session.find(Album.class, 2L).photos.add(session.find(Photo.class, 1L)));
        assertThat(photos(1)).isEqualTo(1);
        assertThat(photos(2)).isEqualTo(1);

        db.inTransaction(session -> session.remove(session.find(Photo.class, 2L)));
        assertThat(photos(1)).isZero();
    }

    private long photos(long album) {
        return db.number("select photos_count from album where id = " + album);
    }
}
