package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.integration.EnhancedBlog.Link;
import io.countercache.hibernate.integration.EnhancedBlog.Mark;
import io.countercache.hibernate.integration.EnhancedBlog.Page;
import io.countercache.hibernate.integration.EnhancedBlog.Site;
import io.countercache.hibernate.integration.EnhancedBlog.Stamp;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import org.hibernate.Hibernate;
import org.hibernate.engine.spi.ManagedEntity;
import org.hibernate.engine.spi.SelfDirtinessTracker;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Children whose bytecode is enhanced are counted like others. */
class EnhancedChildrenTest {

    static {
        EnhancedBlog.enhance();
    }

    /** Cascades as where Jakarta Persistence starts Hibernate: else 6.6 does not let an orphan move to another owner. */
    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Page.class, Site.class, Link.class, Mark.class, Stamp.class)
            .setting("hibernate.jpa.compliance.cascade", true);

    private Long page;
    private Long other;
    private Long site;

    @BeforeEach
    void parents() {
        assertThat(ManagedEntity.class).isAssignableFrom(Page.class);
        assertThat(SelfDirtinessTracker.class).isAssignableFrom(Link.class);
        page = db.persist(new Page()).id();
        other = db.persist(new Page()).id();
        site = db.persist(new Site("localhost")).id();
    }

    private long stored(Long id) {
        return db.number("select links_count from page where id = " + id);
    }

    private long storedOnSite() {
        return db.number("select links_count from site where host = 'localhost'");
    }

    private Long linkOnPage() {
        return db.fromTransaction(session -> {
            Link link = new Link().on(session.find(Page.class, page));
            session.persist(link);
            return link.id();
        });
    }

    private Long linkToSite() {
        return db.fromTransaction(session -> {
            Link link = new Link().to(session.find(Site.class, site));
            session.persist(link);
            return link.id();
        });
    }

    @Test
    void linksThatAreMovedAndDeletedAreCounted() {
        Long moved = linkOnPage();
        Long deleted = linkOnPage();
        db.inTransaction(session -> session.find(Link.class, moved).on(session.find(Page.class, other)));
        db.inTransaction(session -> session.remove(session.find(Link.class, deleted)));
        assertThat(stored(page)).isZero();
        assertThat(stored(other)).isEqualTo(1);
    }

    @Test
    void aProxyOfALinkThatIsMovedOrDeletedIsCounted() {
        Long moved = linkToSite();
        Long deleted = linkToSite();
        Long elsewhere = db.persist(new Site("elsewhere")).id();
        db.inTransaction(session -> {
            session.getReference(Link.class, moved).to(session.getReference(Site.class, elsewhere));
            session.remove(session.getReference(Link.class, deleted));
        });
        assertThat(storedOnSite()).isZero();
        assertThat(db.number("select links_count from site where host = 'elsewhere'"))
                .isEqualTo(1);
    }

    @Test
    void bothSidesOfTheAssociationFollowEachOtherAndAreCountedOnce() {
        linkOnPage();
        db.inTransaction(session -> {
            Page from = session.find(Page.class, page);
            Page to = session.find(Page.class, other);
            Hibernate.initialize(from.links());
            Hibernate.initialize(to.links());
            Link link = from.links().get(0);
            link.on(to);
            assertThat(to.links()).containsExactly(link);
            from.links().clear();
        });
        assertThat(stored(page)).isZero();
        assertThat(stored(other)).isEqualTo(db.number("select count(*) from link"));
    }

    @Test
    void anOrphanIsNoLongerCounted() {
        linkOnPage();
        linkOnPage();
        db.inTransaction(session -> session.find(Page.class, page).links().remove(0));
        assertThat(stored(page)).isEqualTo(1);
    }

    // ---- children that refer to their parent by another column than its id ----

    private Long mark() {
        return db.fromTransaction(session -> {
            Mark mark = new Mark().on(session.find(Site.class, site));
            session.persist(mark);
            return mark.id();
        });
    }

    private Long stamp() {
        return db.fromTransaction(session -> {
            Stamp stamp = new Stamp().on(session.find(Site.class, site));
            session.persist(stamp);
            return stamp.id();
        });
    }

    private long stored(String counter, String host) {
        return db.number("select " + counter + " from site where host = '" + host + "'");
    }

    @Test
    void anAssociationThatIsALazyAttributeIsCountedWhenItWasNotLoaded() {
        Long changed = mark();
        Long deleted = mark();
        Long moved = mark();
        Long gone = mark();
        db.inTransaction(session -> {
            assertThat(Hibernate.isPropertyInitialized(session.find(Mark.class, changed), "site"))
                    .isFalse();
            session.find(Mark.class, changed).url("changed");
            session.find(Mark.class, moved).on(db.persist(new Site("elsewhere")));
            session.find(Mark.class, gone).on(null);
            session.remove(session.find(Mark.class, deleted));
        });
        assertThat(stored("marks_count", "localhost")).isEqualTo(1);
        assertThat(stored("marks_count", "elsewhere")).isEqualTo(1);
    }

    @Test
    void withoutAVersionItIsCountedToo() {
        Long changed = stamp();
        Long deleted = stamp();
        Long moved = stamp();
        Long gone = stamp();
        db.inTransaction(session -> {
            session.find(Stamp.class, changed).url("changed");
            session.find(Stamp.class, moved).on(db.persist(new Site("elsewhere")));
            session.find(Stamp.class, gone).on(null);
            session.remove(session.find(Stamp.class, deleted));
        });
        assertThat(stored("stamps_count", "localhost")).isEqualTo(1);
        assertThat(stored("stamps_count", "elsewhere")).isEqualTo(1);
    }

    @Test
    void anAssociationThatWasNotLoadedIsNotReadWhenSomethingElseChanges() {
        Long changed = mark();
        List<String> sql = db.statementsOf(() ->
                db.inTransaction(session -> session.find(Mark.class, changed).url("changed")));
        assertThat(sql).hasSize(2);
    }

    @Test
    void anAssociationThatWasLoadedIsNotReadAgain() {
        Long moved = mark();
        Long elsewhere = db.persist(new Site("elsewhere")).id();
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Mark mark = session.find(Mark.class, moved);
            assertThat(mark.site()).isSameAs(session.find(Site.class, site));
            mark.on(session.find(Site.class, elsewhere));
        }));
        assertThat(sql).noneMatch(statement -> statement.contains("for no key update"));
        assertThat(stored("marks_count", "elsewhere")).isEqualTo(1);
    }

    @Test
    void oneAssociationIsMovedAndTheOtherIsNotLoaded() {
        Long moved = db.fromTransaction(session -> {
            Stamp stamp = new Stamp().on(session.find(Site.class, site)).mirroredOn(session.find(Site.class, site));
            session.persist(stamp);
            return stamp.id();
        });
        db.inTransaction(session -> session.find(Stamp.class, moved).on(db.persist(new Site("elsewhere"))));
        assertThat(stored("stamps_count", "elsewhere")).isEqualTo(1);
        assertThat(stored("mirrors_count", "localhost")).isEqualTo(1);
    }
}
