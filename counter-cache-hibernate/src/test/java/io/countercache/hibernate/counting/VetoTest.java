package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.collection.Zoo.Keeper;
import io.countercache.hibernate.collection.Zoo.Pet;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.hibernate.StatelessSession;
import org.hibernate.annotations.SQLDelete;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.hibernate.event.spi.PreInsertEventListener;
import org.hibernate.event.spi.PreUpdateEventListener;
import org.hibernate.event.spi.PreUpsertEventListener;
import org.hibernate.jdbc.Expectation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that a listener of the application vetoes: what was not done is not counted. */
@ParameterizedClass(name = "batches of {0}")
@ValueSource(ints = {0, 10})
class VetoTest {

    @Entity(name = "Hidden")
    @SoftDelete
    static class Hidden extends Child {}

    @Entity(name = "Marked")
    @SQLDelete(sql = "delete from marked where id = ?", verify = Expectation.None.class)
    static class Marked extends Child {}

    @Entity(name = "Joined")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Joined extends Child {}

    @Entity(name = "Deeper")
    static class Deeper extends Joined {
        String text;
    }

    @MappedSuperclass
    static class Child {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Box box;
    }

    @Entity(name = "Box")
    static class Box {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int hiddensCount;
        int markedsCount;
        int joinedsCount;
    }

    @RegisterExtension
    final TestDatabase db;

    private final Set<Object> protectedOnes = new HashSet<>();
    private Post post;
    private Comment kept;
    private Comment gone;

    VetoTest(int batchSize) {
        db = TestDatabase.with(
                        Post.class,
                        Comment.class,
                        Author.class,
                        Keeper.class,
                        Pet.class,
                        Box.class,
                        Hidden.class,
                        Marked.class,
                        Joined.class,
                        Deeper.class)
                .setting("hibernate.jdbc.batch_size", batchSize);
    }

    @BeforeEach
    void aPostWithTwoComments() {
        post = db.persist(new Post("first"));
        kept = db.persist(new Comment(post));
        gone = db.persist(new Comment(post));
        protectedOnes.add(kept.id);
    }

    private EventListenerRegistry listeners() {
        return ((SessionFactoryImplementor) db.factory()).getEventEngine().getListenerRegistry();
    }

    private void vetoDeletes(boolean first) {
        PreDeleteEventListener veto = event -> protectedOnes.contains(event.getId());
        if (first) {
            listeners().prependListeners(EventType.PRE_DELETE, veto);
        } else {
            listeners().appendListeners(EventType.PRE_DELETE, veto);
        }
    }

    private long stored() {
        return db.number("select comments_count from post where id = " + post.id);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeleteThatIsVetoedIsNotCountedAndOthersAre(boolean first) {
        vetoDeletes(first);
        db.inTransaction(session -> {
            session.remove(session.find(Comment.class, gone.id));
            session.remove(session.find(Comment.class, kept.id));
        });
        assertThat(stored()).isEqualTo(1);
        assertThat(db.number("select id from comment")).isEqualTo(kept.id);
    }

    @Test
    void aVetoAfterAndBeforeWhatIsNotVetoed() {
        Comment third = db.persist(new Comment(post));
        vetoDeletes(false);
        db.inTransaction(session -> {
            session.remove(session.find(Comment.class, kept.id));
            session.flush();
            session.remove(session.find(Comment.class, gone.id));
            session.flush();
            session.remove(session.find(Comment.class, third.id));
        });
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void aStatelessDeleteThatIsVetoedIsNotCountedAndOthersAre() {
        vetoDeletes(false);
        db.factory()
                .inStatelessTransaction(session -> session.deleteMultiple(
                        List.of(session.get(Comment.class, kept.id), session.get(Comment.class, gone.id))));
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void aParentWhoseDeleteIsVetoedGoesOnCounting() {
        protectedOnes.add(post.id);
        vetoDeletes(false);
        db.inTransaction(session -> {
            Post loaded = session.find(Post.class, post.id);
            session.remove(session.find(Comment.class, gone.id));
            session.flush();
            session.remove(loaded); // with its comments, one of which may not go either
        });
        assertThat(db.number("select count(*) from post")).isEqualTo(1);
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void anElementWhoseDeleteIsVetoedStaysWithItsOwner() {
        Pet pet = db.persist(new Pet());
        Pet other = db.persist(new Pet());
        Keeper keeper = db.persist(new Keeper(pet, other));
        protectedOnes.add(pet.id);
        vetoDeletes(false);
        db.inTransaction(session -> {
            session.remove(session.find(Pet.class, pet.id));
            session.remove(session.find(Pet.class, other.id));
        });
        assertThat(db.number("select pets_count from keeper where id = " + keeper.id))
                .isEqualTo(1);
    }

    /** Of which a stateless session tells nothing at all. */
    @Test
    @SinceHibernate("7.2")
    void anElementWhoseStatelessDeleteIsVetoedIsNotTakenForTheNextThatIsDeleted() {
        Pet pet = db.persist(new Pet());
        Keeper keeper = db.persist(new Keeper(pet));
        Box box = db.persist(new Box());
        assertThat(box.id).isEqualTo(pet.id);
        listeners().appendListeners(EventType.PRE_DELETE, (PreDeleteEventListener)
                event -> event.getEntity() instanceof Pet);
        db.factory().inStatelessTransaction(session -> {
            session.delete(session.get(Pet.class, pet.id));
            session.delete(session.get(Box.class, box.id));
        });
        assertThat(db.number("select pets_count from keeper where id = " + keeper.id))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(classes = {Hidden.class, Marked.class, Joined.class, Deeper.class})
    void childrenThatAreDeletedInOtherWays(Class<? extends Child> type) throws ReflectiveOperationException {
        Box box = db.persist(new Box());
        Child first = type.getDeclaredConstructor().newInstance();
        Child second = type.getDeclaredConstructor().newInstance();
        first.box = box;
        second.box = box;
        db.persist(first);
        db.persist(second);
        protectedOnes.add(first.id);
        vetoDeletes(true);
        db.inTransaction(session -> {
            session.remove(session.find(type, first.id));
            session.remove(session.find(type, second.id));
        });
        String counter =
                type == Deeper.class ? "joineds_count" : type.getSimpleName().toLowerCase(Locale.ROOT) + "s_count";
        assertThat(db.number("select " + counter + " from box")).isEqualTo(1);
    }

    @Test
    @SinceHibernate("7.2")
    void updatesAndUpsertsThatAreVetoedAreNotCounted() {
        Post other = db.persist(new Post("other"));
        PreUpdateEventListener update = event -> true;
        PreUpsertEventListener upsert = event -> true;
        PreInsertEventListener insert = event -> event.getEntity() instanceof Comment;
        db.persist(new Comment(other));
        listeners().appendListeners(EventType.PRE_UPDATE, update);
        listeners().appendListeners(EventType.PRE_UPSERT, upsert);
        listeners().appendListeners(EventType.PRE_INSERT, insert);
        db.inTransaction(session -> {
            session.find(Comment.class, kept.id).post = session.find(Post.class, other.id);
            session.persist(new Comment(session.find(Post.class, other.id)));
        });
        db.factory().inStatelessTransaction((StatelessSession session) -> {
            Comment comment = session.get(Comment.class, gone.id);
            comment.post = other;
            session.update(comment);
            session.upsert(comment);
            insert(session, new Comment(other));
        });
        assertThat(stored()).isEqualTo(2);
        assertThat(db.number("select comments_count from post where id = " + other.id))
                .isEqualTo(1);
    }
}
