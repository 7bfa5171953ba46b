package io.countercache.hibernate.collection;

import static io.countercache.hibernate.support.TestDatabase.withoutLocks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.hibernate.collection.Zoo.Article;
import io.countercache.hibernate.collection.Zoo.Keeper;
import io.countercache.hibernate.collection.Zoo.Label;
import io.countercache.hibernate.collection.Zoo.Pet;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.OptimisticLockException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PostCollectionUpdateEventListener;
import org.hibernate.event.spi.PostInsertEventListener;
import org.hibernate.exception.ConstraintViolationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches with the DELETEs of several collections. After each test every counter has to equal its count. */
class CollectionBatchTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Zoo.ENTITIES).setting("hibernate.jdbc.batch_size", 50);

    private Label red;
    private List<Article> articles;

    @BeforeEach
    void threeArticlesWithALabel() {
        red = db.persist(new Label());
        articles = Stream.generate(() -> db.persist(new Article(red))).limit(3).toList();
    }

    private void removeLabel(int article, Session session) {
        session.find(Article.class, articles.get(article).id).labels.remove(session.find(Label.class, red.id));
    }

    private void inStatelessTransaction(Consumer<StatelessSession> work) {
        db.factory().inStatelessTransaction(session -> {
            session.setJdbcBatchSize(50); // that of the settings has no effect here
            work.accept(session);
        });
    }

    private List<Long> labels() {
        return articles.stream()
                .map(article -> db.number("select labels_count from article where id = " + article.id))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void eachOwnerGetsItsOwnRowCount(int removedByAnother) {
        db.inTransaction(session -> {
            for (int i = 0; i < 3; i++) {
                Hibernate.initialize(session.find(Article.class, articles.get(i).id).labels);
            }
            db.inTransaction(other -> removeLabel(removedByAnother, other));
            for (int i = 0; i < 3; i++) {
                removeLabel(i, session);
            }
        });
        assertThat(labels()).containsExactly(0L, 0L, 0L);
    }

    /** What an application does when the first collection has been changed, and its DELETE waits in the open batch. */
    private void afterTheFirstChange(Consumer<Session> work) {
        PostCollectionUpdateEventListener listener = event -> {
            if (event.getAffectedOwnerIdOrNull().equals(articles.get(0).id)) {
                work.accept(event.getSession());
            }
        };
        listeners().appendListeners(EventType.POST_COLLECTION_UPDATE, listener);
    }

    private EventListenerRegistry listeners() {
        return db.factory()
                .unwrap(SessionFactoryImplementor.class)
                .getEventEngine()
                .getListenerRegistry();
    }

    @Test
    void anotherSessionSendsABatchInBetween() {
        Article gone = db.persist(new Article(red));
        afterTheFirstChange(outer -> db.inTransaction(session -> {
            Article found = session.find(Article.class, gone.id);
            Hibernate.initialize(found.labels);
            db.execute("delete from article_label where articles_id = " + gone.id);
            db.execute("update article set labels_count = 0 where id = " + gone.id);
            db.execute("update label set articles_count = 3");
            found.labels.clear(); // deletes no row
        }));
        db.inTransaction(session -> {
            removeLabel(0, session);
            removeLabel(1, session);
        });
        assertThat(labels()).containsExactly(0L, 0L, 1L);
    }

    @Test
    void aSessionThatSharesTheConnectionAddsToTheOpenBatch() {
        afterTheFirstChange(outer -> {
            try (Session session = outer.sessionWithOptions().connection().openSession()) {
                removeLabel(2, session);
                session.flush();
            }
        });
        db.inTransaction(session -> {
            removeLabel(0, session);
            removeLabel(1, session);
        });
        assertThat(labels()).containsExactly(0L, 0L, 0L);
    }

    @Test
    void oneCollectionIsChangedTwice() {
        db.inTransaction(session -> {
            removeLabel(0, session);
            session.flush();
            Article found = session.find(Article.class, articles.get(0).id);
            assertThat(found.labelsCount).isZero();
            found.labels.add(session.find(Label.class, red.id));
            removeLabel(1, session);
            session.flush();
            found.labels = new HashSet<>(found.labels);
        });
        assertThat(labels()).containsExactly(1L, 0L, 1L);
    }

    @Test
    void elementsAreHandedRound() {
        Pet first = db.persist(new Pet());
        Pet second = db.persist(new Pet());
        Keeper one = db.persist(new Keeper(first));
        Keeper other = db.persist(new Keeper(second));
        Keeper last = db.persist(new Keeper());
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            session.find(Keeper.class, one.id).pets.clear();
            session.find(Keeper.class, last.id).pets.add(session.find(Pet.class, first.id));
            Keeper exchanging = session.find(Keeper.class, other.id);
            exchanging.pets.remove(session.find(Pet.class, second.id));
            session.find(Keeper.class, one.id).pets.add(session.find(Pet.class, second.id));
            session.remove(session.find(Pet.class, first.id));
            session.find(Keeper.class, last.id).pets.clear();
        }));
        assertThat(withoutLocks("keeper", sql))
                .filteredOn(each -> each.contains(" for "))
                .hasSizeLessThanOrEqualTo(2);
        assertThat(db.number("select sum(pets_count) from keeper")).isEqualTo(1);
    }

    // ---- DELETEs that delete nothing ----

    /** Since version 8 Hibernate loads it only when it has decided to send the DELETE. */
    @Test
    void aCollectionWithoutRowsIsHandedToAnOwnerWithRows() {
        Article empty = db.persist(new Article());
        db.inTransaction(session -> {
            Article from = session.find(Article.class, empty.id);
            Article to = session.find(Article.class, articles.get(0).id);
            to.labels = from.labels;
            from.labels = null;
        });
        assertThat(labels()).containsExactly(0L, 1L, 1L);
    }

    /** Sets the labels of an article without any to null; the application loads them when Hibernate has sent an INSERT. */
    private void dropsLabels(Article empty, Session session, Runnable whenLoaded) {
        Article found = session.find(Article.class, empty.id);
        Set<Label> labels = found.labels;
        PostInsertEventListener listener = event -> {
            if (!Hibernate.isInitialized(labels)) {
                Hibernate.initialize(labels);
                whenLoaded.run();
            }
        };
        listeners().appendListeners(EventType.POST_INSERT, listener);
        found.labels = null;
        session.persist(new Label());
    }

    @Test
    void aCollectionWithoutRowsIsLoadedWhileTheFlushSendsStatements() {
        Article empty = db.persist(new Article());
        db.inTransaction(session -> {
            dropsLabels(empty, session, () -> {});
            session.find(Article.class, articles.get(0).id).labels = null;
        });
        assertThat(labels()).containsExactly(0L, 1L, 1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50})
    void rowsThatAnotherTransactionAddsToACollectionFoundEmptyAreNotDeletedUncounted(int batchSize) {
        assumeFalse(TestServer.IS_MARIADB, "there the owner is locked by then, and nobody adds rows");
        Article empty = db.persist(new Article());
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    session.setJdbcBatchSize(batchSize);
                    dropsLabels(
                            empty,
                            session,
                            () -> db.inTransaction(other ->
                                    other.find(Article.class, empty.id).labels.add(other.find(Label.class, red.id))));
                }))
                .isInstanceOf(OptimisticLockException.class)
                .hasMessageStartingWith("another transaction has added rows to");
        assertThat(db.number("select labels_count from article where id = " + empty.id))
                .isEqualTo(1);
    }

    // ---- stateless sessions ----

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionSendsItsBatchWhenACounterIsRead() {
        List<Keeper> keepers = Stream.generate(() -> db.persist(new Keeper(db.persist(new Pet()))))
                .limit(2)
                .toList();
        inStatelessTransaction(session -> {
            List<String> sql = db.statementsOf(() -> keepers.forEach(keeper -> {
                keeper.pets = new HashSet<>();
                session.update(keeper);
            }));
            if (!TestServer.IS_MARIADB) { // where the lock of the second keeper comes in between
                assertThat(sql).isEmpty();
            }
            assertThat(session.createSelectionQuery("select sum(petsCount) from Keeper", Long.class)
                            .getSingleResult())
                    .isZero();
        });
    }

    private void blockPetsOf(Keeper keeper) {
        db.execute("alter table pet add constraint kept unique (id, keeper_id)");
        db.execute("create table blocker (p bigint, k bigint, foreign key (p, k) references pet (id, keeper_id))");
        db.execute("insert into blocker select id, keeper_id from pet where keeper_id = " + keeper.id);
    }

    /** On PostgreSQL Hibernate then rolls the whole transaction back. */
    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionGoesOnAfterABatchThatHasFailed() {
        Keeper blocked = db.persist(new Keeper(db.persist(new Pet()), db.persist(new Pet())));
        Keeper free = db.persist(new Keeper(db.persist(new Pet())));
        blockPetsOf(blocked);
        inStatelessTransaction(session -> {
            session.doWork(connection -> connection.createStatement().execute("savepoint early"));
            assertThatThrownBy(() -> session.delete(blocked)).isInstanceOf(ConstraintViolationException.class);
            session.doWork(connection -> connection.createStatement().execute("rollback to savepoint early"));
            free.pets = new HashSet<>();
            session.update(free);
        });
        assertThat(db.number("select sum(pets_count) from keeper"))
                .isEqualTo(db.number("select count(*) from pet where keeper_id is not null"));
    }

    @Test
    void aSessionGoesOnAfterAFlushThatHasFailed() {
        Keeper blocked = db.persist(new Keeper(db.persist(new Pet()), db.persist(new Pet())));
        Keeper free = db.persist(new Keeper(db.persist(new Pet())));
        blockPetsOf(blocked);
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.find(Keeper.class, blocked.id).pets.clear();
            assertThatThrownBy(session::flush).isInstanceOf(ConstraintViolationException.class);
            session.getTransaction().rollback();
            session.clear();
            session.beginTransaction();
            session.find(Keeper.class, free.id).pets.clear();
            session.getTransaction().commit();
        }
        assertThat(db.number("select sum(pets_count) from keeper")).isEqualTo(2);
    }
}
