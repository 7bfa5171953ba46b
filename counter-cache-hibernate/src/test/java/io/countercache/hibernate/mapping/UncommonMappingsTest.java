package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.ConstraintMode;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.NotFound;
import org.hibernate.annotations.NotFoundAction;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.EventType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is announced, or stands in memory, but is not what the database holds; and counters that share a row or a name. */
class UncommonMappingsTest {

    @Entity(name = "Item")
    abstract static class Item {
        @Id
        Long id;

        int linksCount;
    }

    @Entity(name = "Page")
    static class Page extends Item {
        @Column(name = "page_marks")
        Integer marksCount;

        int pinsCount;
        int loosesCount;
    }

    @Entity(name = "Film")
    static class Film extends Item {
        @Column(name = "film_marks")
        Integer marksCount;
    }

    @Entity(name = "Link")
    static class Link {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Item item;
    }

    @Entity(name = "PageMark")
    static class PageMark {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("marksCount")
        Page page;
    }

    @Entity(name = "FilmMark")
    static class FilmMark {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("marksCount")
        Film film;
    }

    /** Stays where it was put first. */
    @Entity(name = "Pin")
    static class Pin {
        @Id
        Long id;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(updatable = false)
        @CounterCache
        Page page;
    }

    /** May refer to a page that is not there. */
    @Entity(name = "Loose")
    static class Loose {
        @Id
        Long id;

        @ManyToOne
        @NotFound(action = NotFoundAction.IGNORE)
        @JoinColumn(foreignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT))
        @CounterCache
        Page page;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Item.class, Page.class, Film.class, Link.class, PageMark.class, FilmMark.class, Pin.class, Loose.class);

    @BeforeEach
    void items() {
        for (long id = 1; id <= 2; id++) {
            Page page = new Page();
            page.id = id;
            db.persist(page);
        }
        Film film = new Film();
        film.id = 3L;
        db.persist(film);
    }

    private long stored(String column, long id) {
        return db.number("select %s from item where id = %d".formatted(column, id));
    }

    private static Link link(long id, Item item) {
        Link link = new Link();
        link.id = id;
        link.item = item;
        return link;
    }

    @Test
    void countersOfTheSameNameInTwoSubclassesAreTwoCounters() {
        db.inTransaction(session -> {
            PageMark mark = new PageMark();
            mark.id = 1L;
            mark.page = session.find(Page.class, 1L);
            session.persist(mark);
            FilmMark other = new FilmMark();
            other.id = 1L;
            other.film = session.find(Film.class, 3L);
            session.persist(other);
            session.flush();
            assertThat(mark.page.marksCount).isEqualTo(1);
            assertThat(other.film.marksCount).isEqualTo(1);
        });
        assertThat(stored("page_marks", 1)).isEqualTo(1);
        assertThat(stored("film_marks", 3)).isEqualTo(1);
    }

    @Test
    void countersOfASuperclassAndOfASubclassAreWrittenInOneUpdate() {
        var statements = db.statementsOf(() -> db.inTransaction(session -> {
            session.persist(link(1, session.getReference(Item.class, 1L)));
            PageMark mark = new PageMark();
            mark.id = 1L;
            mark.page = session.getReference(Page.class, 1L);
            session.persist(mark);
        }));
        assertThat(TestDatabase.counterUpdates(statements)).hasSize(1);
        assertThat(stored("links_count", 1)).isEqualTo(1);
        assertThat(stored("page_marks", 1)).isEqualTo(1);
    }

    private void pinOnTheFirstPage() {
        db.inTransaction(session -> {
            Pin pin = new Pin();
            pin.id = 1L;
            pin.page = session.getReference(Page.class, 1L);
            session.persist(pin);
        });
    }

    @Test
    void anAssociationThatIsNeverUpdatedDoesNotMove() {
        pinOnTheFirstPage();
        db.inTransaction(session -> {
            Pin pin = session.find(Pin.class, 1L);
            pin.text = "edited";
            pin.page = session.getReference(Page.class, 2L);
        });
        assertThat(stored("pins_count", 1)).isEqualTo(1);
        assertThat(stored("pins_count", 2)).isZero();
    }

    @Test
    @SinceHibernate("7.2")
    void anAssociationThatIsNeverUpdatedDoesNotMoveInAStatelessSessionEither() {
        pinOnTheFirstPage();
        db.factory().inStatelessTransaction(session -> {
            Pin pin = session.get(Pin.class, 1L);
            pin.page = session.get(Page.class, 2L);
            session.update(pin);
        });
        assertThat(stored("pins_count", 1)).isEqualTo(1);
        assertThat(stored("pins_count", 2)).isZero();
    }

    /** A session that has loaded a pin relies on that. */
    @Test
    @SinceHibernate("7.2")
    void aBulkUpdateOfWhatIsNeverUpdatedIsRefused() {
        pinOnTheFirstPage();
        db.inTransaction(session -> {
            assertThatThrownBy(() -> session.createMutationQuery("update Pin p set p.page.id = 2")
                            .executeUpdate())
                    .isInstanceOf(UncountableStatementException.class)
                    .hasMessageContaining("it changes what Pin has as 'updatable = false'");
            assertThat(session.createMutationQuery("update Pin p set p.text = 'new'")
                            .executeUpdate())
                    .isEqualTo(1);
        });
        assertThat(stored("pins_count", 1)).isEqualTo(1);
    }

    @Test
    void whatReferredToNothingIsDeletedAndMoved() {
        db.execute("insert into loose (id, page_id) values (1, 99), (2, 99)");
        db.inTransaction(session -> {
            session.remove(session.find(Loose.class, 1L));
            session.find(Loose.class, 2L).page = session.find(Page.class, 1L);
        });
        assertThat(db.number("select count(*) from loose")).isEqualTo(1);
        assertThat(stored("looses_count", 1)).isEqualTo(1);
    }

    private EventListenerRegistry listeners() {
        return ((SessionFactoryImplementor) db.factory()).getEventEngine().getListenerRegistry();
    }

    @Test
    @SinceHibernate("7.2")
    void aParentIsNotUpserted() {
        db.inTransaction(session -> session.persist(link(1, session.getReference(Item.class, 1L))));
        Page stale = new Page();
        stale.id = 1L;
        assertThatThrownBy(() -> db.factory().inStatelessTransaction(session -> session.upsert(stale)))
                .hasStackTraceContaining("Page cannot be upserted, for that would overwrite its counters");
        assertThat(stored("links_count", 1)).isEqualTo(1);
    }

    @OwnDatabase
    @Test
    void anInsertThatAnotherListenerVetoesIsNotCounted() {
        listeners().prependListeners(EventType.PRE_INSERT, event -> event.getEntity() instanceof Link);
        db.inTransaction(session -> session.persist(link(1, session.getReference(Item.class, 1L))));
        assertThat(db.number("select count(*) from link")).isZero();
        assertThat(stored("links_count", 1)).isZero();
    }

    @Test
    void aSessionThatIsClosedBeforeItsOwnTransactionCommitsCountsNothingForNothingIsInserted() {
        @SuppressWarnings("resource") // closed in the middle
        var session = db.factory().openSession();
        var transaction = session.beginTransaction();
        session.persist(link(1, session.getReference(Item.class, 1L)));
        session.flush();
        session.close();
        assertThatThrownBy(transaction::commit).isInstanceOf(RuntimeException.class);
        assertThat(db.number("select count(*) from link")).isZero();
        assertThat(stored("links_count", 1)).isZero();
    }
}
