package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Counter;
import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.Table;
import jakarta.persistence.UniqueConstraint;
import java.util.List;
import java.util.Map;
import org.hibernate.exception.ConstraintViolationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keys that are unique, but not for all rows or not at once: a bump cannot find its row by them. */
class BumpKeyTest {

    /** Hibernate cannot create its table: such keys are for applications that have a script for their schema. */
    @Entity(name = "Visit")
    @Table(
            uniqueConstraints = @UniqueConstraint(columnNames = "late", options = "deferrable initially deferred"),
            indexes = @Index(name = "visit_page", columnList = "page", unique = true, options = "where closed = false"))
    static class Visit {
        @Id
        @GeneratedValue
        Long id;

        String page;
        String late;
        boolean closed;

        @Counter
        int times;
    }

    @Entity(name = "Link")
    @Table(uniqueConstraints = @UniqueConstraint(name = "link_once", columnNames = "url"))
    static class Link {
        @Id
        @GeneratedValue
        Long id;

        String url;
        boolean closed;
        String shown = "first";

        @Counter
        int clicks;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Visit.class, Link.class);

    @Test
    @SinceHibernate(value = "7.0", because = "Jakarta Persistence has options of keys since 3.2")
    void aPartialOrDeferredKeyIsNoKey() {
        for (String key : List.of("page", "late")) {
            assertThat(db.statementsOf(() -> db.inTransaction(session -> assertThatThrownBy(
                                    () -> CounterCaches.of(session).bump(Visit.class, Map.of(key, "a"), "times"))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(
                                    "Visit is not known to be unique by (%s): name the attributes of a unique"
                                            + " constraint, unique index or natural id: (id)",
                                    key))))
                    .isEmpty();
        }
    }

    @Test
    void aKeyThatIsPartialInTheDatabaseOnlyIsNamed() {
        assumeFalse(TestServer.IS_H2, "H2 has no partial indexes, and its MERGE needs no key");
        assumeFalse(TestServer.IS_MARIADB, "MariaDB has no partial indexes, and inserts without a key");
        db.execute("alter table link drop constraint link_once");
        refused();
        db.execute("create unique index link_open on link (url) where not closed");
        refused();
        db.execute("alter table link add constraint link_once unique (url) deferrable");
        refused();
    }

    @Test
    void withoutAKeyInTheDatabaseNoTwoRowsAreKept() {
        assumeFalse(isPostgreSql(), "PostgreSQL refuses the first bump already");
        db.execute("alter table link drop constraint link_once");
        db.execute("insert into link (id, url, closed, clicks) values (-1, 'a', false, 4), (-2, 'a', false, 4)");
        refused();
        assertThat(db.number("select sum(clicks) from link")).isEqualTo(8);
    }

    private static boolean isPostgreSql() {
        return !TestServer.IS_H2 && !TestServer.IS_MARIADB;
    }

    @Test
    void aRowWithAnotherUniqueKeyOfTheNewOneIsNotChanged() {
        db.execute("create unique index link_shown on link (shown)");
        db.execute("insert into link (id, url, closed, shown, clicks) values (-1, 'a', false, 'first', 4)");
        assertThatThrownBy(() -> bump("b")).isInstanceOf(RuntimeException.class).satisfies(refused -> {
            if (TestServer.IS_MARIADB) {
                assertThat(refused)
                        .isInstanceOf(CounterCacheException.class)
                        .hasMessage("Link cannot be bumped by (url): no row has this key, and a new one would have"
                                + " another unique key of a row that is there: let its class assign another value, or"
                                + " insert the row, then increment");
            } else {
                assertThat(refused).isInstanceOf(ConstraintViolationException.class);
            }
        });
        assertThat(db.number("select sum(clicks) from link")).isEqualTo(4);
        db.execute("insert into link (id, url, closed, shown, clicks) values (-2, 'b', false, 'second', 7)");
        assertThat(bump("b")).isEqualTo(8);
        assertThat(db.number("select clicks from link where url = 'a'")).isEqualTo(4);
    }

    private long bump(String url) {
        return db.fromTransaction(session -> CounterCaches.of(session).bump(Link.class, Map.of("url", url), "clicks"));
    }

    private void refused() {
        assertThatThrownBy(() -> bump("a"))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "Link cannot be bumped by (url): the database has no unique constraint or index on these columns"
                                + " that is for all rows and not deferrable: create one");
    }
}
