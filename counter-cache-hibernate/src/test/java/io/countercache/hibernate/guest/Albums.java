package io.countercache.hibernate.guest;

import io.countercache.CounterCache;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.OneToMany;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Albums, whose collections are counted by their rows. */
final class Albums {

    static final Class<?>[] ENTITIES = {Album.class, Tag.class, Photo.class};

    private Albums() {}

    @Entity(name = "Album")
    static class Album {
        @Id
        Long id;

        @ElementCollection
        @CollectionTable(name = "album_label", joinColumns = @JoinColumn(name = "album_id"))
        @Column(name = "label")
        @CounterCache("labelsCount")
        Set<String> labels = new LinkedHashSet<>();

        int labelsCount;

        @ManyToMany
        @JoinTable(
                name = "album_tag",
                joinColumns = @JoinColumn(name = "album_id"),
                inverseJoinColumns = @JoinColumn(name = "tag_id"))
        @CounterCache("tagsCount")
        Set<Tag> tags = new LinkedHashSet<>();

        int tagsCount;

        @OneToMany
        @JoinColumn(name = "album_id")
        @CounterCache("photosCount")
        Set<Photo> photos = new LinkedHashSet<>();

        int photosCount;

        Album() {}

        Album(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Tag")
    static class Tag {
        @Id
        Long id;

        @ManyToMany(mappedBy = "tags")
        @CounterCache("albumsCount")
        Set<Album> albums = new HashSet<>();

        int albumsCount;
    }

    /** Knows nothing of its album, but has its column. */
    @Entity(name = "Photo")
    static class Photo {
        @Id
        Long id;

        String text;

        Photo() {}

        Photo(long id) {
            this.id = id;
        }
    }
}
