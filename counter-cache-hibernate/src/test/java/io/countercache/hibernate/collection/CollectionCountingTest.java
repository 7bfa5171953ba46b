package io.countercache.hibernate.collection;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.collection.Zoo.Article;
import io.countercache.hibernate.collection.Zoo.Bird;
import io.countercache.hibernate.collection.Zoo.Fish;
import io.countercache.hibernate.collection.Zoo.Flock;
import io.countercache.hibernate.collection.Zoo.Herd;
import io.countercache.hibernate.collection.Zoo.Keeper;
import io.countercache.hibernate.collection.Zoo.Label;
import io.countercache.hibernate.collection.Zoo.Pack;
import io.countercache.hibernate.collection.Zoo.Pet;
import io.countercache.hibernate.collection.Zoo.School;
import io.countercache.hibernate.collection.Zoo.Sheep;
import io.countercache.hibernate.collection.Zoo.Wolf;
import io.countercache.hibernate.support.TestDatabase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is stored after rows of collections came and went. After each test every counter has to equal its count. */
class CollectionCountingTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Zoo.ENTITIES);

    private Label red;
    private Label blue;
    private Article article;

    @BeforeEach
    void anArticleWithTwoLabels() {
        red = db.persist(new Label());
        blue = db.persist(new Label());
        article = db.persist(new Article(red, blue));
    }

    private long labels(Article of) {
        return db.number("select labels_count from article where id = " + of.id);
    }

    private long articles(Label of) {
        return db.number("select articles_count from label where id = " + of.id);
    }

    private static Article article(Session session, Article of) {
        return session.find(Article.class, of.id);
    }

    private static Label label(Session session, Label of) {
        return session.find(Label.class, of.id);
    }

    // ---- a table between two entities ----

    @Test
    void aNewOwnerCountsItsElementsAndIsCountedByThem() {
        assertThat(List.of(labels(article), articles(red), articles(blue))).containsExactly(2L, 1L, 1L);
        assertThat(article.labelsCount).isEqualTo(2);
        assertThat(red.articlesCount).isZero(); // was in an earlier session
    }

    @Test
    void anElementIsAddedAndAnotherRemovedInOneUpdatePerRow() {
        Label green = db.persist(new Label());
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Article loaded = article(session, article);
            loaded.labels.remove(label(session, red));
            loaded.labels.add(label(session, green));
        }));
        assertThat(List.of(labels(article), articles(red), articles(blue), articles(green)))
                .containsExactly(2L, 0L, 1L, 1L);
        assertThat(counterUpdates(sql)).hasSize(2); // the article has as many as before
    }

    @Test
    void managedRowsShowTheCountAfterTheFlush() {
        db.inTransaction(session -> {
            Article loaded = article(session, article);
            Label green = new Label();
            session.persist(green);
            loaded.labels.add(green);
            loaded.labels.remove(label(session, red));
            loaded.labels.remove(label(session, blue));
            session.flush();
            assertThat(loaded.labelsCount).isEqualTo(1);
            assertThat(green.articlesCount).isEqualTo(1);
            assertThat(label(session, red).articlesCount).isZero();
        });
    }

    @Test
    void aClearedCollectionIsEmpty() {
        db.inTransaction(session -> article(session, article).labels.clear());
        assertThat(List.of(labels(article), articles(red), articles(blue))).containsExactly(0L, 0L, 0L);
    }

    @Test
    void aReplacedCollectionCountsWhatIsInIt() {
        db.inTransaction(session -> article(session, article).labels = new HashSet<>(Set.of(label(session, blue))));
        assertThat(List.of(labels(article), articles(red), articles(blue))).containsExactly(1L, 0L, 1L);
    }

    @Test
    void aCollectionThatIsSetToNullIsEmpty() {
        db.inTransaction(session -> article(session, article).labels = null);
        assertThat(List.of(labels(article), articles(red), articles(blue))).containsExactly(0L, 0L, 0L);
    }

    @Test
    void aCollectionThatIsHandedToAnotherOwnerIsCountedThere() {
        db.inTransaction(session -> {
            Article loaded = article(session, article);
            Article heir = new Article();
            session.persist(heir);
            heir.labels = loaded.labels;
            loaded.labels = null;
        });
        assertThat(List.of(labels(article), articles(red), articles(blue))).containsExactly(0L, 1L, 1L);
    }

    @Test
    void aRemovedOwnerIsNoLongerCountedByItsElements() {
        db.inTransaction(session -> session.remove(article(session, article)));
        assertThat(List.of(articles(red), articles(blue))).containsExactly(0L, 0L);
    }

    @Test
    void anOwnerRemovedByReferenceIsNoLongerCountedByItsElements() {
        db.inTransaction(session -> session.remove(session.getReference(Article.class, article.id)));
        assertThat(List.of(articles(red), articles(blue))).containsExactly(0L, 0L);
    }

    @Test
    void aMergedOwnerBringsItsElements() {
        article.labels.remove(red);
        db.inTransaction(session -> session.merge(article));
        assertThat(List.of(labels(article), articles(red), articles(blue))).containsExactly(1L, 0L, 1L);
    }

    @Test
    void aBagCountsEachOfItsRowsThoughItIsWrittenAnew() {
        db.inTransaction(session -> {
            Article loaded = article(session, article);
            loaded.oldLabels.addAll(List.of(label(session, red), label(session, red), label(session, blue)));
        });
        assertThat(db.number("select old_labels_count from article")).isEqualTo(3);
        assertThat(db.number("select old_articles_count from label where id = " + red.id))
                .isEqualTo(2);
        List<String> sql = db.statementsOf(() ->
                db.inTransaction(session -> article(session, article).oldLabels.remove(label(session, red))));
        assertThat(db.number("select old_labels_count from article")).isEqualTo(2);
        assertThat(counterUpdates(sql)).hasSize(2); // the other label has as many as before
        db.inTransaction(session -> article(session, article).oldLabels.clear());
        assertThat(db.number("select sum(old_articles_count) from label")).isZero();
    }

    @Test
    void theInverseSideAloneChangesNothing() {
        List<String> sql = db.statementsOf(
                () -> db.inTransaction(session -> label(session, red).articles.clear()));
        assertThat(counterUpdates(sql)).isEmpty();
        assertThat(articles(red)).isEqualTo(1);
    }

    @Test
    void anUnchangedCollectionCostsNothing() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Hibernate.initialize(article(session, article).labels);
            Hibernate.initialize(article(session, article).oldLabels);
        }));
        assertThat(sql).hasSize(3);
    }

    @Test
    void aTableBetweenOwnerAndCascadedElementsIsCounted() {
        Flock flock = db.persist(new Flock(new Bird(), new Bird(), new Bird()));
        assertThat(db.number("select birds_count from flock")).isEqualTo(3);
        db.inTransaction(session -> session.find(Flock.class, flock.id).birds.remove(1));
        assertThat(db.number("select birds_count from flock")).isEqualTo(2);
        assertThat(db.number("select count(*) from bird")).isEqualTo(2);
        db.inTransaction(session -> session.remove(session.find(Flock.class, flock.id)));
    }

    // ---- queries, resets, rollbacks ----

    @Test
    void aQueryThatReadsTheCounterSeesWhatIsNotFlushed() {
        db.inTransaction(session -> {
            article(session, article).labels.remove(label(session, red));
            assertThat(session.createSelectionQuery("select labelsCount from Article", Integer.class)
                            .getSingleResult())
                    .isEqualTo(1);
            assertThat(session.createSelectionQuery("select articlesCount from Label order by id", Integer.class)
                            .getResultList())
                    .containsExactly(0, 1);
        });
    }

    @Test
    void countersAreResetByTheNamesOfTheCollections() {
        db.execute("update article set labels_count = 9, old_labels_count = 9");
        db.execute("update label set articles_count = 9, old_articles_count = 9");
        db.inTransaction(session -> {
            CounterCaches counters = CounterCaches.of(session);
            assertThat(counters.resetCounters(Article.class, article.id, "labels"))
                    .singleElement()
                    .satisfies(drift -> assertThat(drift.counter()).isEqualTo("labelsCount"));
            assertThat(counters.resetCounters(Label.class, red.id, "articles", "oldArticles"))
                    .hasSize(2);
            assertThatThrownBy(() -> counters.resetCounters(Label.class, red.id, "labels"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Label has no counter 'labels': name one of its counters, or a collection that is"
                            + " counted: articlesCount, oldArticlesCount");
        });
        assertThat(List.of(labels(article), articles(red))).containsExactly(2L, 1L);
        assertThat(CounterRepair.of(db.factory(), Article.class).repair().drifted())
                .isEqualTo(1);
        assertThat(CounterRepair.of(db.factory(), Label.class).repair().drifted())
                .isEqualTo(1);
    }

    @Test
    void aRollbackTakesItAllBack() {
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    article(session, article).labels.clear();
                    session.flush();
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(List.of(labels(article), articles(red))).containsExactly(2L, 1L);
    }

    @Test
    void theBatchSizeOfTheSessionStaysWhatItIs() {
        db.inTransaction(session -> {
            session.setJdbcBatchSize(1);
            article(session, article).labels.clear();
            session.flush();
            assertThat(session.getJdbcBatchSize()).isEqualTo(1);
        });
    }

    @Test
    void whatIsSkippedIsNotCounted() {
        db.inTransaction(session -> {
            try (var skipped = CounterCaches.of(session).skip()) {
                assertThat(skipped).isNotNull();
                article(session, article).labels.clear();
                session.persist(new Keeper(persisted(session, new Pet())));
                session.flush();
            }
            CounterCaches.of(session).on(Article.class, article.id).reset();
            CounterCaches.of(session).on(Label.class, List.of(red.id, blue.id)).reset();
        });
        assertThat(labels(article)).isZero();
        CounterRepair.of(db.factory(), Keeper.class).repair();
    }

    private static <E> E persisted(Session session, E entity) {
        session.persist(entity);
        return entity;
    }

    // ---- a column of the elements ----

    private long pets(Keeper of) {
        return db.number("select pets_count from keeper where id = " + of.id);
    }

    private Keeper keeper(Pet... pets) {
        return db.fromTransaction(session -> {
            for (Pet pet : pets) {
                session.persist(pet);
            }
            return persisted(session, new Keeper(pets));
        });
    }

    private static Keeper keeper(Session session, Keeper of) {
        return session.find(Keeper.class, of.id);
    }

    private static Pet pet(Session session, Pet of) {
        return session.find(Pet.class, of.id);
    }

    @Test
    void newElementsOfANewOwnerAreCountedWithoutALook() {
        List<String> sql = db.statementsOf(() -> keeper(new Pet(), new Pet()));
        assertThat(db.number("select pets_count from keeper")).isEqualTo(2);
        assertThat(sql).noneMatch(each -> each.startsWith("select") && each.contains("from pet"));
    }

    @Test
    void anElementThatIsTakenFromAnotherOwnerIsCountedOnce() {
        Pet pet = new Pet();
        Keeper first = keeper(pet, new Pet());
        Keeper second = keeper();
        db.inTransaction(session -> keeper(session, second).pets.add(pet(session, pet)));
        assertThat(List.of(pets(first), pets(second))).containsExactly(1L, 1L);
        db.inTransaction(session -> {
            keeper(session, second).pets.remove(pet(session, pet));
            keeper(session, first).pets.add(pet(session, pet));
        });
        assertThat(List.of(pets(first), pets(second))).containsExactly(2L, 0L);
    }

    @Test
    void elementsLeaveTheirOwner() {
        Pet pet = new Pet();
        Keeper keeper = keeper(pet, new Pet(), new Pet());
        db.inTransaction(session -> keeper(session, keeper).pets.remove(pet(session, pet)));
        assertThat(pets(keeper)).isEqualTo(2);
        db.inTransaction(session -> keeper(session, keeper).pets.clear());
        assertThat(pets(keeper)).isZero();
    }

    @Test
    void aReplacedCollectionKeepsWhatIsInBoth() {
        Pet pet = new Pet();
        Keeper keeper = keeper(pet, new Pet());
        db.inTransaction(session ->
                keeper(session, keeper).pets = new HashSet<>(Set.of(pet(session, pet), persisted(session, new Pet()))));
        assertThat(pets(keeper)).isEqualTo(2);
        db.inTransaction(session -> keeper(session, keeper).pets = null);
        assertThat(pets(keeper)).isZero();
    }

    @Test
    void aDeletedElementIsNoLongerCounted() {
        Pet pet = new Pet();
        Pet other = new Pet();
        Keeper keeper = keeper(pet, other, new Pet());
        db.inTransaction(session -> session.remove(pet(session, pet)));
        assertThat(pets(keeper)).isEqualTo(2);
        db.inTransaction(session -> {
            keeper(session, keeper).pets.remove(pet(session, other));
            session.remove(pet(session, other));
        });
        assertThat(pets(keeper)).isEqualTo(1);
    }

    @Test
    void theElementsOfARemovedOwnerAreFree() {
        Pet pet = new Pet();
        Keeper keeper = keeper(pet);
        Keeper heir = keeper();
        db.inTransaction(session -> {
            session.remove(keeper(session, keeper));
            keeper(session, heir).pets.add(pet(session, pet));
        });
        assertThat(pets(heir)).isEqualTo(1);
    }

    @Test
    void anElementAddedTwiceInOneFlushEndsWithOneOwner() {
        db.inTransaction(session -> {
            Pet pet = persisted(session, new Pet());
            session.persist(new Keeper(pet));
            session.persist(new Keeper(pet));
        });
        assertThat(db.number("select sum(pets_count) from keeper")).isEqualTo(1);
    }

    @Test
    void aMergedOwnerTakesElementsFromOthers() {
        Pet pet = new Pet();
        Keeper first = keeper(pet);
        Keeper second = keeper();
        second.pets.add(pet);
        db.inTransaction(session -> session.merge(second));
        assertThat(List.of(pets(first), pets(second))).containsExactly(0L, 1L);
    }

    @Test
    void anOrderedCollectionCountsItsElementsWhereverTheyAre() {
        Wolf first = new Wolf();
        Wolf second = new Wolf();
        Pack pack = db.persist(new Pack(first, second, new Wolf()));
        Pack other = db.persist(new Pack(new Wolf()));
        db.inTransaction(session -> session.find(Pack.class, pack.id).wolves.remove(0));
        assertThat(db.number("select wolves_count from pack where id = " + pack.id))
                .isEqualTo(2);
        db.inTransaction(session -> {
            Pack loaded = session.find(Pack.class, pack.id);
            session.find(Pack.class, other.id).wolves.add(0, loaded.wolves.remove(0));
            loaded.wolves.add(0, session.find(Wolf.class, first.id));
        });
        assertThat(db.number("select wolves_count from pack where id = " + pack.id))
                .isEqualTo(2);
        assertThat(db.number("select wolves_count from pack where id = " + other.id))
                .isEqualTo(2);
        db.inTransaction(session -> {
            List<Wolf> wolves = session.find(Pack.class, pack.id).wolves;
            wolves.set(0, session.find(Wolf.class, second.id));
        });
        db.inTransaction(session -> session.find(Pack.class, other.id).wolves.clear());
    }

    @Test
    void elementsThatCannotBeWithoutOwnerAreCountedByTheirInsertAndDelete() {
        Sheep sheep = new Sheep();
        Herd herd = db.persist(new Herd(sheep, new Sheep(), new Sheep()));
        assertThat(db.number("select sheep_count from herd")).isEqualTo(3);
        db.inTransaction(session -> {
            Herd loaded = session.find(Herd.class, herd.id);
            loaded.sheep.remove(session.find(Sheep.class, sheep.id));
            loaded.sheep.add(new Sheep());
            loaded.sheep.add(new Sheep());
        });
        assertThat(db.number("select sheep_count from herd")).isEqualTo(4);
        db.inTransaction(session -> session.find(Herd.class, herd.id).sheep.clear());
        assertThat(db.number("select sheep_count from herd")).isZero();
    }

    @Test
    void elementsThatAreInsertedBeforeTheFlushAreCountedOnce() {
        Fish fish = new Fish();
        School school = db.persist(new School(fish, new Fish()));
        School other = db.persist(new School());
        assertThat(db.number("select fish_count from school where id = " + school.id))
                .isEqualTo(2);
        db.inTransaction(session -> {
            session.find(School.class, other.id).fish.add(new Fish());
            session.find(School.class, other.id).fish.add(session.find(Fish.class, fish.id));
        });
        assertThat(db.number("select fish_count from school where id = " + school.id))
                .isEqualTo(1);
        assertThat(db.number("select fish_total from school where id = " + other.id))
                .isEqualTo(2);
        db.inTransaction(session -> session.remove(session.find(School.class, other.id)));
    }
}
