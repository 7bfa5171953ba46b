package io.countercache.hibernate.size;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonInclude.Value;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectMapper.DefaultTyping;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import com.fasterxml.jackson.datatype.hibernate7.Hibernate7Module;
import com.fasterxml.jackson.datatype.hibernate7.Hibernate7Module.Feature;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.Hibernate;
import org.hibernate.LazyInitializationException;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What Jackson makes of collections whose size a counter tells: what it makes of Hibernate's. */
@SinceHibernate(value = "7.0", because = "Jackson has a module of its own for each major version")
@BeforeHibernate(value = "8.0", because = "Jackson has no module for it yet")
class CollectionSizeJsonTest {

    @Entity(name = "Album")
    static class Album {
        @Id
        long id = 1;

        @OneToMany(mappedBy = "album")
        List<Song> songs = new ArrayList<>();

        int songsCount;

        @ElementCollection
        @CounterCache(size = true)
        Map<String, String> notes = new HashMap<>();

        int notesCount;
    }

    @Entity(name = "Song")
    static class Song {
        @Id
        long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        @JsonIgnore
        Album album;
    }

    /** In a class of its own: where it does not fit, JUnit could not even skip the tests. */
    private static final class JacksonsModule {
        static Module plain() {
            return new Hibernate7Module();
        }

        static Module replacing() {
            return new Hibernate7Module().enable(Feature.REPLACE_PERSISTENT_COLLECTIONS);
        }
    }

    private static final String LOADED = "{'id':1,'songs':[{'id':5}],'songsCount':1,'notes':{'a':'b'},'notesCount':1}";

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.with(Album.class, Song.class).setting(CounterCacheSettings.COLLECTION_SIZE, true);

    private final JsonMapper.Builder json = JsonMapper.builder().visibility(PropertyAccessor.FIELD, Visibility.ANY);

    @BeforeEach
    void anAlbum() {
        db.inTransaction(session -> {
            Album album = new Album();
            album.notes.put("a", "b");
            session.persist(album);
            Song song = new Song();
            song.id = 5;
            song.album = album;
            session.persist(song);
        });
    }

    private static Album detached(SessionFactory factory, boolean loaded) {
        return factory.fromTransaction(session -> {
            Album album = session.find(Album.class, 1L);
            if (loaded) {
                Hibernate.initialize(album.songs);
                Hibernate.initialize(album.notes);
            }
            return album;
        });
    }

    private static String write(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value).replace('"', '\'');
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsLoadedIsWritten() {
        assertThat(write(json.build(), detached(db.factory(), true))).isEqualTo(LOADED);
    }

    @Test
    void aManagedOwnerLoadsWhatIsWritten() {
        String written = db.fromTransaction(session -> write(json.build(), session.find(Album.class, 1L)));
        assertThat(written).isEqualTo(LOADED);
    }

    @Test
    void whatIsNotLoadedFailsAsItDid() {
        ObjectMapper mapper = json.build();
        Album album = detached(db.factory(), false);
        assertThatThrownBy(() -> mapper.writeValueAsString(album))
                .hasRootCauseInstanceOf(LazyInitializationException.class);
    }

    @Test
    void jacksonsModuleLeavesOutWhatIsNotLoaded() {
        ObjectMapper mapper = json.addModule(JacksonsModule.plain()).build();
        assertThat(write(mapper, detached(db.factory(), false)))
                .isEqualTo("{'id':1,'songs':null,'songsCount':1,'notes':null,'notesCount':1}");
        assertThat(write(mapper, detached(db.factory(), true))).isEqualTo(LOADED);
    }

    @Test
    void anEmptyOneCanBeLeftOutThoughItIsNotLoaded() {
        db.inTransaction(session -> {
            session.find(Album.class, 1L).notes.clear();
            session.remove(session.find(Song.class, 5L));
        });
        ObjectMapper mapper = json.defaultPropertyInclusion(Value.construct(Include.NON_EMPTY, Include.NON_EMPTY))
                .build();
        assertThat(write(mapper, detached(db.factory(), false))).isEqualTo("{'id':1,'songsCount':0,'notesCount':0}");
    }

    @Test
    void typesAreNamedAsWithoutTheLibraryWhereJacksonReplacesThem() {
        var types = BasicPolymorphicTypeValidator.builder()
                .allowIfBaseType(Object.class)
                .build();
        ObjectMapper mapper = json.activateDefaultTyping(types, DefaultTyping.NON_FINAL)
                .addModule(JacksonsModule.replacing())
                .build();
        String written = write(mapper, detached(db.factory(), true));
        assertThat(written).contains("java.util.ArrayList").doesNotContain("Sized", "org.hibernate");
        var configuration = db.configuration();
        configuration.getProperties().put(CounterCacheSettings.COLLECTION_SIZE, false);
        try (SessionFactory plain = configuration.buildSessionFactory()) {
            assertThat(written).isEqualTo(write(mapper, detached(plain, true)));
        }
    }
}
