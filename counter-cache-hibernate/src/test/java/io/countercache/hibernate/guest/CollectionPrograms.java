package io.countercache.hibernate.guest;

import static io.countercache.hibernate.guest.Added.NOTHING;
import static io.countercache.hibernate.guest.Added.counts;
import static io.countercache.hibernate.guest.Added.locks;

import io.countercache.hibernate.guest.Albums.Album;
import io.countercache.hibernate.guest.Albums.Photo;
import io.countercache.hibernate.guest.Albums.Tag;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hibernate.Session;

/** What sessions do to collections whose rows are counted. Each changes two albums, so that a batch of Hibernate has rows of both. */
final class CollectionPrograms {

    private CollectionPrograms() {}

    static Stream<Program> all() {
        return Stream.of(labels(), tags(), photos(), albums()).flatMap(programs -> programs);
    }

    private static void each(Session session, Consumer<Album> change) {
        List.of(1L, 2L).forEach(id -> change.accept(session.find(Album.class, id)));
    }

    private static Tag tag(Session session, long id) {
        return session.getReference(Tag.class, id);
    }

    private static Photo photo(Session session, long id) {
        return session.find(Photo.class, id);
    }

    private static Stream<Program> labels() {
        return Stream.of(
                Program.of("add labels", counts(1), s -> each(s, album -> album.labels.addAll(List.of("a", "b")))),
                Program.of("remove labels", counts(1), s -> each(s, album -> album.labels.remove("1"))),
                Program.of("clear labels", counts(1), s -> each(s, album -> album.labels.clear())));
    }

    private static Stream<Program> tags() {
        return Stream.of(
                Program.of(
                        "add tags", counts(2), s -> each(s, album -> album.tags.addAll(List.of(tag(s, 4), tag(s, 5))))),
                Program.of("remove tags", counts(2), s -> each(s, album -> album.tags.remove(tag(s, 1)))),
                // which tags an owner has is read for each owner
                Program.of("clear tags", locks(2).reads(2).andCounts(2), s -> each(s, album -> album.tags.clear())));
    }

    private static Stream<Program> photos() {
        return Stream.of(
                Program.of(
                        "add new photos",
                        counts(1),
                        s -> each(s, album -> {
                            Photo photo = new Photo(100 + album.id);
                            s.persist(photo);
                            album.photos.add(photo);
                        })),
                Program.of(
                        "add a photo without an album",
                        locks(1).reads(1).andCounts(1),
                        s -> s.find(Album.class, 1L).photos.add(photo(s, 6))),
                Program.of("take photos out of their albums", counts(1), s -> {
                    s.find(Album.class, 1L).photos.remove(photo(s, 1));
                    s.find(Album.class, 2L).photos.remove(photo(s, 4));
                }),
                Program.of("move a photo", locks(1).reads(1).andCounts(1), s -> {
                    s.find(Album.class, 1L).photos.remove(photo(s, 1));
                    s.find(Album.class, 2L).photos.add(photo(s, 1));
                }),
                Program.of("clear photos", counts(1), s -> each(s, album -> album.photos.clear())),
                Program.of(
                        "edit photos",
                        NOTHING,
                        s -> Programs.first(6, Photo.class, s).forEach(photo -> photo.text = "edited")),
                Program.of("remove photos", locks(1).reads(1).andCounts(1), s -> {
                    s.remove(photo(s, 1));
                    s.remove(photo(s, 2));
                }));
    }

    private static Stream<Program> albums() {
        return Stream.of(
                // their own INSERT comes before their rows, so it cannot write how many there are
                Program.of("persist albums", counts(2), s -> {
                    for (long id = 100; id < 102; id++) {
                        Album album = new Album(id);
                        album.labels.addAll(List.of("a", "b"));
                        album.tags.add(tag(s, 1));
                        s.persist(album);
                    }
                }),
                Program.of("remove albums", locks(2).reads(2).andCounts(1), s -> each(s, s::remove)));
    }
}
