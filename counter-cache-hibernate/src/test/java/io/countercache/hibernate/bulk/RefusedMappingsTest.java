package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Skipped;
import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.SameSource;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.HashSet;
import java.util.Set;
import org.hibernate.Session;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk statements on uncommon mappings where Hibernate is too old for them to be counted. */
@BeforeHibernate("7.2")
class RefusedMappingsTest {

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        long id;

        String title;
        int itemsCount;
        int slipsCount;
        int labelsCount;

        @ManyToMany
        @CounterCache
        Set<Label> labels = new HashSet<>();
    }

    @Entity(name = "Label")
    static class Label {
        @Id
        long id;
    }

    /** Several tables: on PostgreSQL each bulk statement is a WITH. */
    @Entity(name = "Item")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Item {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String text;

        @ManyToOne
        @CounterCache
        Shelf shelf;
    }

    @Entity(name = "Book")
    static class Book extends Item {
        String isbn;
    }

    /** Goes with its owner, and is only marked as deleted otherwise. */
    @Entity(name = "Slip")
    @Table(name = "slip")
    @SoftDelete
    static class Slip {
        @Id
        @GeneratedValue
        Long id;

        String text;

        @ManyToOne
        @CounterCache
        Shelf shelf;
    }

    /** The database deletes its pages along. */
    @Entity(name = "Folio")
    static class Folio {
        @Id
        long id;
    }

    @Entity(name = "Page")
    static class Page {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Folio folio;

        @ManyToOne
        @CounterCache("itemsCount2")
        Pile pile;
    }

    @Entity(name = "Pile")
    static class Pile {
        @Id
        long id;

        int itemsCount2;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(
            Shelf.class, Label.class, Item.class, Book.class, Slip.class, Folio.class, Page.class, Pile.class);

    @BeforeEach
    void rows() {
        db.inTransaction(session -> {
            Shelf shelf = new Shelf();
            Label label = new Label();
            shelf.labels.add(label);
            Book book = new Book();
            book.shelf = shelf;
            Slip slip = new Slip();
            slip.shelf = shelf;
            Page page = new Page();
            page.folio = new Folio();
            page.pile = new Pile();
            for (Object each : new Object[] {label, shelf, book, slip, page.folio, page.pile, page}) {
                session.persist(each);
            }
        });
    }

    private void isRefused(String hql) {
        assertThatThrownBy(() -> db.inTransaction(session -> execute(hql, session)))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("bulk statements are counted from Hibernate 7.2 on")
                .hasMessageContaining("hibernate.counter_cache.bulk=ignore");
        db.inTransaction(session -> CounterCaches.of(session).verify().requireClean());
    }

    private static int execute(String hql, Session session) {
        return session.createMutationQuery(hql).executeUpdate();
    }

    private int execute(String hql) {
        return db.fromTransaction(session -> execute(hql, session));
    }

    @Test
    void rowsInSeveralTables() {
        isRefused("delete from Book");
        isRefused("delete from Item where text is null");
        isRefused("update Book set shelf = null");
        isRefused("insert into Book (text, isbn, shelf) select text, isbn, shelf from Book");
        assertThat(execute("update Book set isbn = '1', text = 'one'")).isOne();
    }

    @Test
    void rowsThatAreMarkedAsDeleted() {
        isRefused("delete from Slip");
        assertThat(execute("update Slip set text = 'one'")).isOne();
    }

    @Test
    void rowsOfACollectionThatGoAlong() {
        isRefused("delete from Shelf");
        assertThat(execute("update Shelf set title = 'one'")).isOne();
    }

    @Test
    void rowsThatTheDatabaseDeletesAlong() {
        isRefused("delete from Folio");
        assertThat(execute("update Folio set id = id")).isOne();
    }

    @Test
    void criteria() {
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    var delete = session.getCriteriaBuilder().createCriteriaDelete(Page.class);
                    delete.from(Page.class);
                    SameSource.createMutationQuery(session, delete).executeUpdate();
                }))
                .isInstanceOf(UncountableStatementException.class);
    }

    @Test
    @SuppressWarnings("try") // the resource is only closed
    void whatIsToBeIgnoredIsExecuted() {
        int deleted = db.fromTransaction(session -> session.createMutationQuery("delete from Item")
                .setComment("hibernate.counter_cache.bulk=ignore")
                .executeUpdate());
        assertThat(deleted).isOne();
        db.inTransaction(session -> {
            try (Skipped skipped = CounterCaches.of(session).skip()) {
                assertThat(execute("delete from Page", session)).isOne();
            }
        });
        db.inTransaction(session -> {
            CounterCaches.of(session).resetCounters(Shelf.class, 0L);
            CounterCaches.of(session).resetCounters(Pile.class, 0L);
        });
    }

    @Test
    void nativeStatementsAreWarnedOfAsOnAllVersions() {
        int deleted = db.fromTransaction(
                session -> session.createNativeMutationQuery("delete from page").executeUpdate());
        assertThat(deleted).isOne();
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Pile.class, 0L));
    }
}
