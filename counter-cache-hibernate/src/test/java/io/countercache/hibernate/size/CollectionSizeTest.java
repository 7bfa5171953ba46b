package io.countercache.hibernate.size;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.hibernate.Hibernate;
import org.hibernate.LazyInitializationException;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.collection.spi.PersistentBag;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sizes that a counter tells, in what a session does otherwise. */
class CollectionSizeTest {

    /** Its children are inserted when they are persisted, and it may be emptied without their deletion. */
    @Entity(name = "Basket")
    static class Basket {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @OneToMany(mappedBy = "basket", cascade = CascadeType.PERSIST)
        List<Item> items = new ArrayList<>();

        int itemsCount;
    }

    @Entity(name = "Item")
    static class Item {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne
        @CounterCache(size = true)
        Basket basket;

        Item() {}

        Item(Basket basket) {
            this.basket = basket;
        }
    }

    /** Cascades as where Jakarta Persistence starts Hibernate: else 6.6 does not let an orphan move to another owner. */
    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class, Basket.class, Item.class)
            .setting("hibernate.jpa.compliance.cascade", true)
            .setting(CounterCacheSettings.COLLECTION_SIZE, true);

    private Long post;
    private Long basket;

    @BeforeEach
    void threeOfEach() {
        Post full = new Post("full");
        Basket items = new Basket();
        for (int i = 0; i < 3; i++) {
            full.add(new Comment());
            items.items.add(new Item(items));
        }
        db.inTransaction(session -> {
            session.persist(full);
            session.persist(items);
        });
        post = full.id;
        basket = items.id;
    }

    private Post post(Session session) {
        return session.find(Post.class, post);
    }

    private Basket basket(Session session) {
        return session.find(Basket.class, basket);
    }

    private SessionFactory plain() {
        var configuration = db.configuration();
        configuration.getProperties().put(CounterCacheSettings.COLLECTION_SIZE, false);
        return configuration.buildSessionFactory();
    }

    // ---- what it saves ----

    private List<String> page(SessionFactory factory, ToIntFunction<Post> size) {
        return db.statementsOf(() -> factory.inTransaction(session -> assertThat(
                        session.createSelectionQuery("from Post where title like 'page%' order by id", Post.class)
                                .setMaxResults(20)
                                .getResultList())
                .hasSize(20)
                .allSatisfy(each -> assertThat(size.applyAsInt(each)).isEqualTo(1000))));
    }

    @Test
    void aPageWithItsSizesIsOneStatement() {
        db.inTransaction(session -> {
            for (int i = 0; i < 20; i++) {
                session.persist(new Post("page " + i));
            }
        });
        db.execute(
                "insert into comment (id, version, post_id) select 100000 + p.id * 1000 + n.x, 0, p.id from post p cross join "
                        + (TestServer.IS_H2
                                ? "system_range(1, 1000) n(x)"
                                : TestServer.IS_MARIADB
                                        ? "(select seq as x from seq_1_to_1000) n"
                                        : "generate_series(1, 1000) n(x)")
                        + " where p.title like 'page%'");
        db.execute("update post set comments_count = 1000 where title like 'page%'");
        assertThat(page(db.factory(), each -> each.comments.size())).hasSize(1);
        assertThat(page(db.factory(), each -> Hibernate.size(each.comments))).hasSize(1);
        try (SessionFactory plain = plain()) {
            assertThat(page(plain, each -> each.comments.size())).hasSize(21);
        }
    }

    // ---- what is queued ----

    @Test
    void aQueuedElementThatExistsIsAskedOfTheDatabase() {
        Post other = db.persist(new Post("other"));
        db.inTransaction(session -> {
            Comment moved = post(session).comments.get(0);
            Post target = session.find(Post.class, other.id);
            assertThat(target.comments).isEmpty();
            Hibernate.size(target.comments);
            target.add(moved);
            assertThat(target.comments.size()).isEqualTo(1);
            post(session).comments.remove(moved);
        });
        assertThat(db.number("select comments_count from post where title = 'other'"))
                .isEqualTo(1);
    }

    @Test
    void aQueuedElementThatIsCountedAlreadyIsNotCountedTwice() {
        db.inTransaction(session -> {
            Basket loaded = basket(session);
            Item inserted = new Item(loaded);
            loaded.items.add(inserted);
            assertThat(loaded.items.size()).isEqualTo(4);
            session.persist(inserted); // and its counter shows it
            assertThat(loaded.items.size()).isEqualTo(4);
            assertThat(loaded.items).hasSize(4);
        });
    }

    @Test
    void anElementThatIsQueuedTwiceIsOne() {
        db.inTransaction(session -> {
            Basket loaded = basket(session);
            Item item = new Item(loaded);
            loaded.items.add(item);
            loaded.items.add(item);
            assertThat(loaded.items.size()).isEqualTo(4);
        });
    }

    @OwnDatabase
    @Test
    void withACounterThatIsNullQueuedElementsAreAskedOfTheDatabaseToo() {
        db.execute(
                TestServer.IS_MARIADB
                        ? "alter table post modify column comments_count int"
                        : "alter table post alter column comments_count drop not null");
        db.execute("update post set comments_count = null");
        db.inTransaction(session -> {
            Post loaded = post(session);
            loaded.add(new Comment());
            assertThat(loaded.comments.size()).isEqualTo(4);
        });
        CounterRepair.of(db.factory(), Post.class).repair();
    }

    @Test
    void aProxyThatIsQueuedIsAskedOfTheDatabase() {
        db.inTransaction(session -> {
            Basket loaded = basket(session);
            Long first = session.createSelectionQuery("select min(i.id) from Item i", Long.class)
                    .getSingleResult();
            loaded.items.add(session.getReference(Item.class, first));
            assertThat(loaded.items.size()).isEqualTo(3);
        });
    }

    @Test
    void whatIsClearedBeforeItIsLoadedIsAskedOfTheDatabase() {
        db.inTransaction(session -> {
            Basket loaded = basket(session);
            loaded.items.clear();
            assertThat(Hibernate.isInitialized(loaded.items)).isFalse();
            assertThat(loaded.items.size()).isZero();
        });
        db.inTransaction(session -> {
            Basket loaded = basket(session);
            loaded.items.clear();
            loaded.items.add(new Item(loaded));
            assertThat(loaded.items.size()).isEqualTo(1);
        });
    }

    // ---- what this session has changed ----

    @Test
    void whatIsPersistedWithoutTheCollectionIsTheSizeAfterTheFlush() {
        db.inTransaction(session -> {
            Post loaded = post(session);
            session.persist(new Comment(loaded));
            assertThat(loaded.comments.size()).isEqualTo(3);
            session.flush();
            assertThat(loaded.comments.size()).isEqualTo(4);
        });
    }

    @Test
    @SinceHibernate("7.2")
    void whatABulkStatementDeletesIsNotInTheSize() {
        db.inTransaction(session -> {
            Post loaded = post(session);
            assertThat(loaded.comments.size()).isEqualTo(3);
            session.createMutationQuery("delete from Comment where post = :post")
                    .setParameter("post", loaded)
                    .executeUpdate();
            assertThat(loaded.comments.size()).isZero();
            assertThat(Hibernate.isInitialized(loaded.comments)).isFalse();
        });
    }

    @Test
    void whatTheApplicationAssignsToTheCounterIsNoSize() {
        db.inTransaction(session -> {
            Post loaded = post(session);
            loaded.commentsCount = 99;
            assertThat(loaded.comments.size()).isEqualTo(3);
            assertThat(Hibernate.isInitialized(loaded.comments)).isFalse();
        });
    }

    @Test
    void aReadOnlyOwnerTellsWhatItShows() {
        db.inTransaction(session -> {
            session.setDefaultReadOnly(true);
            Post loaded = post(session);
            assertThat(loaded.comments.size()).isEqualTo(3);
            session.persist(new Comment(loaded));
            session.flush();
            assertThat(loaded.comments.size()).isEqualTo(4);
            assertThat(Hibernate.isInitialized(loaded.comments)).isFalse();
        });
    }

    @Test
    void whileNothingIsCountedTheDatabaseIsAsked() {
        db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            Post loaded = post(session);
            try (var skipped = counters.skip()) {
                assertThat(skipped).isNotNull();
                session.persist(new Comment(loaded));
                session.flush();
                assertThat(loaded.comments.size()).isEqualTo(4);
                assertThat(Hibernate.isInitialized(loaded.comments)).isTrue();
            }
            counters.resetCounters(Post.class, post);
        });
    }

    @Test
    void whatAResetCorrectsIsTheSize() {
        db.execute("update post set comments_count = 7");
        db.inTransaction(session -> {
            Post loaded = post(session);
            assertThat(loaded.comments.size()).isEqualTo(7);
            CounterCaches.of(session).resetCounters(Post.class, post, "comments");
            assertThat(loaded.comments.size()).isEqualTo(3);
            assertThat(Hibernate.isInitialized(loaded.comments)).isFalse();
        });
    }

    // ---- where there is no session ----

    @Test
    void aClosedSessionLeavesTheAttributeOfTheOwner() {
        Post loaded = db.fromTransaction(this::post);
        assertThat(loaded.comments.size()).isEqualTo(3);
        loaded.commentsCount = 5;
        assertThat(loaded.comments.size()).isEqualTo(5);
        loaded.commentsCount = -5;
        assertThatThrownBy(() -> loaded.comments.size()).isInstanceOf(LazyInitializationException.class);
        Post evicted = db.fromTransaction(session -> {
            Post managed = post(session);
            session.detach(managed);
            assertThat(managed.comments.size()).isEqualTo(3);
            return managed;
        });
        assertThat(evicted.comments.isEmpty()).isFalse();
    }

    @Test
    void anOwnerOfAStatelessSessionTellsWhatWasRead() {
        try (var session = db.factory().openStatelessSession()) {
            Post loaded = session.get(Post.class, post);
            assertThat(loaded.comments.size()).isEqualTo(3);
            SameSource.fetch(session, loaded.comments);
            assertThat(loaded.comments).hasSize(3);
        }
    }

    // ---- what is as before ----

    @Test
    void queriesCountTheRows() {
        db.inTransaction(session -> {
            assertThat(session.createSelectionQuery("select size(p.comments) from Post p", Integer.class)
                            .getSingleResult())
                    .isEqualTo(3);
            assertThat(session.createSelectionQuery("from Post p where p.comments is empty", Post.class)
                            .getResultList())
                    .isEmpty();
            Post fetched = session.createSelectionQuery("from Post p join fetch p.comments", Post.class)
                    .getSingleResult();
            assertThat(Hibernate.isInitialized(fetched.comments)).isTrue();
            assertThat(fetched.comments).hasSize(3);
        });
    }

    @Test
    void withTheSettingOffCollectionsAreHibernatesOwn() {
        try (SessionFactory plain = plain()) {
            List<String> sql = db.statementsOf(() -> plain.inTransaction(session -> {
                Post loaded = post(session);
                assertThat(loaded.comments).hasSameClassAs(new PersistentBag<>());
                assertThat(loaded.comments.size()).isEqualTo(3);
                session.persist(new Comment(loaded));
            }));
            assertThat(counterUpdates(sql)).hasSize(1);
        }
    }
}
