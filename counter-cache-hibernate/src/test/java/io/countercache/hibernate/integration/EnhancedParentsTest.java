package io.countercache.hibernate.integration;

import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.integration.EnhancedBlog.Link;
import io.countercache.hibernate.integration.EnhancedBlog.Mark;
import io.countercache.hibernate.integration.EnhancedBlog.Page;
import io.countercache.hibernate.integration.EnhancedBlog.Site;
import io.countercache.hibernate.integration.EnhancedBlog.Stamp;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.hibernate.Hibernate;
import org.hibernate.engine.spi.ManagedEntity;
import org.hibernate.engine.spi.SelfDirtinessTracker;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Parents whose bytecode is enhanced show and store the same as others. */
class EnhancedParentsTest {

    static {
        EnhancedBlog.enhance();
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Page.class, Site.class, Link.class, Mark.class, Stamp.class);

    private Long page;
    private Long site;

    @BeforeEach
    void parents() {
        assertThat(ManagedEntity.class).isAssignableFrom(Page.class);
        assertThat(SelfDirtinessTracker.class).isAssignableFrom(Link.class);
        page = db.persist(new Page()).id();
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

    @Test
    void aCounterThatIsChangedByHandIsShownAndIsNotDirty() {
        Long another = db.persist(new Page()).id();
        db.inTransaction(session -> {
            Page managed = session.find(Page.class, page);
            Page loaded = session.find(Page.class, another);
            loaded.text();
            var counters = CounterCaches.of(session).on(Page.class, List.of(page, loaded.id()));
            counters.increment("linksCount", 2);
            assertThat(managed.linksCount()).isEqualTo(2);
            assertThat(loaded.linksCount()).isEqualTo(2);
            assertThat(session.isDirty()).isFalse();
            assertThat(CounterCaches.of(session).on(Page.class, page).take("linksCount", 2))
                    .isZero();
            counters.decrement("linksCount", 2);
            CounterCaches.of(session).on(Page.class, page).increment("linksCount", 2);
            assertThat(managed.linksCount()).isZero();
        });
        assertThat(stored(page)).isZero();
    }

    private Long linkToSite() {
        return db.fromTransaction(session -> {
            Link link = new Link().to(session.find(Site.class, site));
            session.persist(link);
            return link.id();
        });
    }

    // ---- parents ----

    @Test
    void aCounterIsLoadedWithItsParentEvenIfItIsDeclaredLazy() {
        linkOnPage();
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Page loaded = session.find(Page.class, page);
            assertThat(Hibernate.isPropertyInitialized(loaded, "text")).isFalse();
            assertThat(Hibernate.isPropertyInitialized(loaded, "linksCount")).isTrue();
            assertThat(loaded.linksCount()).isEqualTo(1);
        }));
        assertThat(sql).hasSize(1);
    }

    @Test
    void aManagedParentShowsTheNewValueAndStaysClean() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Page loaded = session.find(Page.class, page);
            session.persist(new Link().on(loaded));
            session.flush();
            assertThat(loaded.linksCount()).isEqualTo(1);
            assertThat(session.isDirty()).isFalse();
            assertThat(((SelfDirtinessTracker) loaded).$$_hibernate_hasDirtyAttributes())
                    .isFalse();
            assertThat(Hibernate.isPropertyInitialized(loaded, "text")).isFalse();
        }));
        assertThat(sql)
                .noneMatch(statement -> statement.startsWith("update page set") && statement.contains("version"));
        assertThat(stored(page)).isEqualTo(1);
    }

    @Test
    void aLazyAttributeThatIsLoadedLaterLeavesTheCounterAsItIs() {
        db.inTransaction(session -> {
            Page loaded = session.find(Page.class, page);
            session.persist(new Link().on(loaded));
            session.flush();
            assertThat(loaded.text()).isNull();
            assertThat(loaded.linksCount()).isEqualTo(1);
            loaded.text("changed");
            session.persist(new Link().on(loaded));
            session.flush();
            assertThat(loaded.linksCount()).isEqualTo(2);
        });
        assertThat(stored(page)).isEqualTo(2);
    }

    @Test
    void anAssignedCounterIsPutRightAndNeverStored() {
        linkOnPage();
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Page loaded = session.find(Page.class, page);
            loaded.linksCount(999);
            assertThat(session.isDirty()).isFalse();
            session.flush();
            assertThat(loaded.linksCount()).isEqualTo(1);
            loaded.linksCount(998);
        }));
        assertThat(sql).noneMatch(statement -> statement.startsWith("update"));
        assertThat(stored(page)).isEqualTo(1);
        assertThat(db.number("select version from page where id = " + page)).isZero();
    }

    @Test
    void anAssignedCounterIsNotStoredAlongWithAChangeEither() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Page loaded = session.find(Page.class, page);
            loaded.linksCount(999);
            loaded.title("changed");
            session.persist(new Link().on(loaded));
            session.flush();
            assertThat(loaded.linksCount()).isEqualTo(1);
        }));
        assertThat(counterUpdates(sql)).hasSize(1);
        assertThat(stored(page)).isEqualTo(1);
        assertThat(db.number("select count(*) from page where title = 'changed'"))
                .isEqualTo(1);
    }

    @Test
    void aStaleParentThatIsMergedDoesNotOverwriteTheCount() {
        var stale = new AtomicReference<Object>();
        db.inTransaction(session -> stale.set(session.find(Page.class, page)));
        linkOnPage();
        ((Page) stale.get()).title("changed");
        ((Page) stale.get()).linksCount(500);
        db.inTransaction(session -> {
            Page merged = (Page) session.merge(stale.get());
            session.flush();
            assertThat(merged.linksCount()).isEqualTo(1);
        });
        assertThat(stored(page)).isEqualTo(1);
    }

    // ---- proxies ----

    @Test
    void anUninitialisedProxyStaysOneAndShowsTheNewValueWhenItIsLoaded() {
        db.inTransaction(session -> {
            Site proxy = session.getReference(Site.class, site);
            session.persist(new Link().to(proxy));
            session.flush();
            assertThat(Hibernate.isInitialized(proxy)).isFalse();
            assertThat(proxy.linksCount()).isEqualTo(1);
            assertThat(session.isDirty()).isFalse();
        });
        assertThat(storedOnSite()).isEqualTo(1);
    }

    @Test
    void anUninitialisedProxyStaysOneThroughTheCommit() {
        List<String> sql = db.statementsOf(() ->
                db.inTransaction(session -> session.persist(new Link().to(session.getReference(Site.class, site)))));
        assertThat(sql)
                .noneMatch(statement -> statement.contains("from site")
                        && !statement.equals("select id from site where id = ? for update"));
        assertThat(storedOnSite()).isEqualTo(1);
    }

    @Test
    void aProxyThatIsLoadedAfterAnEarlyWriteShowsTheNewValueOnce() {
        db.inTransaction(session -> {
            Page proxy = session.getReference(Page.class, page);
            session.persist(new Link().on(proxy));
            CounterCaches.of(session).flush();
            assertThat(proxy.linksCount()).isEqualTo(1);
        });
    }

    @Test
    void aCounterAssignedToAProxyIsPutRightAndNeverStored() {
        linkOnPage();
        linkToSite();
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            session.getReference(Page.class, page).linksCount(999);
            session.getReference(Site.class, site).linksCount(999L);
        }));
        assertThat(sql).noneMatch(statement -> statement.startsWith("update"));
        assertThat(stored(page)).isEqualTo(1);
        assertThat(storedOnSite()).isEqualTo(1);
    }

    @Test
    void aCounterAssignedToAProxyIsNotStoredAlongWithAChangeEither() {
        linkToSite();
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Site proxy = session.getReference(Site.class, site);
            proxy.linksCount(999L);
            proxy.title("changed");
        }));
        assertThat(sql).containsExactly("update site set title=? where id=?");
        assertThat(storedOnSite()).isEqualTo(1);
    }
}
