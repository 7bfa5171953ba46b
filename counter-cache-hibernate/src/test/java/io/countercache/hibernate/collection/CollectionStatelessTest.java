package io.countercache.hibernate.collection;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.collection.Zoo.Article;
import io.countercache.hibernate.collection.Zoo.Cage;
import io.countercache.hibernate.collection.Zoo.Herd;
import io.countercache.hibernate.collection.Zoo.Keeper;
import io.countercache.hibernate.collection.Zoo.Label;
import io.countercache.hibernate.collection.Zoo.Pet;
import io.countercache.hibernate.collection.Zoo.Sheep;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.hibernate.Hibernate;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Collections that a stateless session writes: always as a whole. After each test every counter has to equal its count. */
@SinceHibernate("7.2")
class CollectionStatelessTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Zoo.ENTITIES);

    private Label red;
    private Label blue;

    @BeforeEach
    void twoLabels() {
        red = db.persist(new Label());
        blue = db.persist(new Label());
    }

    private void stateless(Consumer<StatelessSession> work) {
        db.factory().inStatelessTransaction(work);
    }

    private long labels() {
        return db.number("select labels_count from article");
    }

    private long articles(Label of) {
        return db.number("select articles_count from label where id = " + of.id);
    }

    @Test
    void insertUpdateAndDeleteOfAnOwner() {
        Article article = new Article(red, blue);
        stateless(session -> insert(session, article));
        assertThat(List.of(labels(), articles(red), articles(blue))).containsExactly(2L, 1L, 1L);
        article.labels = new HashSet<>(Set.of(red));
        stateless(session -> session.update(article));
        assertThat(List.of(labels(), articles(red), articles(blue))).containsExactly(1L, 1L, 0L);
        article.labels.add(blue);
        stateless(session -> session.update(article));
        assertThat(List.of(articles(red), articles(blue))).containsExactly(1L, 1L);
        stateless(session -> session.delete(article));
        assertThat(List.of(articles(red), articles(blue))).containsExactly(0L, 0L);
    }

    @Test
    void anOwnerWhoseCollectionWasLoadedInAnotherSession() {
        Article article = new Article(red, blue);
        db.persist(article);
        Article loaded = db.fromTransaction(session -> {
            Article found = session.find(Article.class, article.id);
            Hibernate.initialize(found.labels);
            return found;
        });
        loaded.labels.removeIf(label -> label.id.equals(red.id));
        stateless(session -> session.update(loaded));
        assertThat(List.of(labels(), articles(red), articles(blue))).containsExactly(1L, 0L, 1L);
        stateless(session -> session.delete(loaded));
        assertThat(List.of(articles(red), articles(blue))).containsExactly(0L, 0L);
    }

    @Test
    void anOwnerWhoseCollectionIsNotLoadedKeepsIt() {
        Article article = db.persist(new Article(red, blue));
        Article loaded = db.fromTransaction(session -> session.find(Article.class, article.id));
        stateless(session -> session.update(loaded));
        assertThat(List.of(labels(), articles(red), articles(blue))).containsExactly(2L, 1L, 1L);
    }

    @Test
    void severalOwnersAtOnce() {
        stateless(session -> session.insertMultiple(List.of(new Article(red), new Article(red, blue), new Article())));
        assertThat(db.number("select sum(labels_count) from article")).isEqualTo(3);
        assertThat(List.of(articles(red), articles(blue))).containsExactly(2L, 1L);
    }

    @Test
    void plainValues() {
        Cage cage = new Cage();
        cage.bag.addAll(List.of("a", "a", "b"));
        cage.list.addAll(List.of("a", "b"));
        stateless(session -> insert(session, cage));
        cage.bag.remove("a");
        cage.list.clear();
        stateless(session -> session.update(cage));
        assertThat(db.number("select bag_count from cage")).isEqualTo(2);
        assertThat(db.number("select list_count from cage")).isZero();
        stateless(session -> session.delete(cage));
    }

    @Test
    void elementsThatHaveAColumnForTheirOwner() {
        Pet pet = db.persist(new Pet());
        Pet other = db.persist(new Pet());
        Keeper keeper = new Keeper(pet, other);
        stateless(session -> insert(session, keeper));
        assertThat(db.number("select pets_count from keeper")).isEqualTo(2);
        Keeper second = new Keeper(pet);
        stateless(session -> insert(session, second));
        assertThat(db.number("select pets_count from keeper where id = " + keeper.id))
                .isEqualTo(1);
        assertThat(db.number("select pets_count from keeper where id = " + second.id))
                .isEqualTo(1);
        keeper.pets = new HashSet<>(Set.of(pet, other));
        stateless(session -> session.update(keeper));
        assertThat(db.number("select pets_count from keeper where id = " + keeper.id))
                .isEqualTo(2);
        stateless(session -> session.delete(pet));
        assertThat(db.number("select pets_count from keeper where id = " + keeper.id))
                .isEqualTo(1);
        stateless(session -> session.delete(keeper));
        stateless(session -> session.delete(second));
    }

    @Test
    void elementsThatKeepTheirOwner() {
        Herd herd = db.persist(new Herd(new Sheep(), new Sheep()));
        stateless(session -> session.update(herd));
        assertThat(db.number("select sheep_count from herd")).isEqualTo(2);
    }

    @Test
    void withoutATransactionEachStatementIsCounted() {
        Article article = new Article(red, blue);
        try (StatelessSession session = db.factory().openStatelessSession()) {
            insert(session, article);
            article.labels = new HashSet<>();
            session.update(article);
        }
        assertThat(List.of(labels(), articles(red), articles(blue))).containsExactly(0L, 0L, 0L);
    }

    @Test
    void aStatefulSessionMayFollowInTheSameThread() {
        Article article = new Article(red);
        stateless(session -> insert(session, article));
        db.inTransaction(
                session -> session.find(Article.class, article.id).labels.add(session.find(Label.class, blue.id)));
        assertThat(List.of(labels(), articles(red), articles(blue))).containsExactly(2L, 1L, 1L);
    }
}
