package io.countercache.hibernate.collection;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.countercache.hibernate.collection.Zoo.Article;
import io.countercache.hibernate.collection.Zoo.Keeper;
import io.countercache.hibernate.collection.Zoo.Label;
import io.countercache.hibernate.collection.Zoo.Pet;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A statement of a collection fails, and the application goes on. A stateless session may even commit then: PostgreSQL refuses
 * that, but H2 keeps what was written before. After each test every counter has to equal its count.
 */
@SinceHibernate("7.2")
class CollectionFailureTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Zoo.ENTITIES);

    private Label red;
    private Label blue;
    private Label missing;

    @BeforeEach
    void labels() {
        red = db.persist(new Label());
        blue = db.persist(new Label());
        missing = new Label();
        missing.id = 999L;
    }

    private static Article old(Label... labels) {
        Article article = new Article();
        article.oldLabels.addAll(List.of(labels));
        return article;
    }

    /** Whatever becomes of the transaction. */
    private void goOn(StatelessSession session, Runnable failing) {
        session.beginTransaction();
        assertThatThrownBy(failing::run).isInstanceOf(RuntimeException.class);
        if (catchThrowable(() -> session.getTransaction().commit()) != null) {
            session.getTransaction().rollback();
        }
    }

    @Test
    void whatWasInsertedBeforeTheFailureCounts() {
        try (StatelessSession session = db.factory().openStatelessSession()) {
            goOn(session, () -> insert(session, old(red, blue, missing)));
            goOn(session, () -> insert(session, new Article(red, missing)));
        }
    }

    @Test
    void whatWasDeletedAndInsertedBeforeTheFailureCounts() {
        Article article = old(red, red, blue);
        article.labels.add(red);
        db.persist(article);
        try (StatelessSession session = db.factory().openStatelessSession()) {
            article.oldLabels = List.of(blue, missing);
            article.labels = new HashSet<>(Set.of(blue, missing));
            goOn(session, () -> session.update(article));
        }
    }

    @Test
    void whatFollowsTheFailureCounts() {
        try (StatelessSession session = db.factory().openStatelessSession()) {
            goOn(session, () -> {
                RuntimeException failed = (RuntimeException) catchThrowable(() -> insert(session, old(red, missing)));
                if (catchThrowable(() -> insert(session, old(red, blue))) != null) {
                    assertThat(failed).isNotNull();
                }
                throw failed;
            });
            session.beginTransaction();
            insert(session, old(blue));
            session.getTransaction().commit();
        }
    }

    @Test
    void withoutATransactionWhatWasInsertedCounts() {
        try (StatelessSession session = db.factory().openStatelessSession()) {
            assertThatThrownBy(() -> insert(session, old(red, blue, missing))).isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void elementsWithAColumnForTheirOwnerAreRolledBack() {
        Pet pet = db.persist(new Pet());
        Keeper keeper = db.persist(new Keeper(pet));
        try (StatelessSession session = db.factory().openStatelessSession()) {
            goOn(session, () -> insert(session, new Keeper(pet, new Pet())));
        }
        assertThat(db.number("select pets_count from keeper where id = " + keeper.id))
                .isEqualTo(1);
    }

    @Test
    void aSessionKeepsItsBatchSize() {
        Article article = db.persist(old(red, blue));
        try (StatelessSession session = db.factory().openStatelessSession()) {
            Integer own = session.getJdbcBatchSize();
            article.oldLabels = List.of(blue, missing);
            goOn(session, () -> {
                Throwable failed = catchThrowable(() -> session.update(article));
                assertThat(session.getJdbcBatchSize()).isEqualTo(own);
                throw (RuntimeException) failed;
            });
        }
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.find(Article.class, article.id).oldLabels = List.of(missing);
            assertThatThrownBy(session::flush).isInstanceOf(RuntimeException.class);
            assertThat(session.getJdbcBatchSize()).isNull();
            session.getTransaction().rollback();
        }
    }

    /** Nor does a stateless session take what another one on its thread changes. */
    @Test
    void aSessionCountsItsOwnChangesAfterAStatelessOneHasWrittenTheOwner() {
        Article article = db.persist(new Article(red));
        try (StatelessSession other = db.factory().openStatelessSession();
                Session session = db.factory().openSession()) {
            Article managed = session.find(Article.class, article.id);
            Hibernate.initialize(managed.labels);
            other.beginTransaction();
            other.update(managed);
            other.getTransaction().commit();
            other.beginTransaction();
            session.beginTransaction();
            managed.labels.add(session.find(Label.class, blue.id));
            session.flush();
            other.getTransaction().rollback();
            session.getTransaction().commit();
        }
        assertThat(db.number("select labels_count from article")).isEqualTo(2);
    }
}
