package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Counter;
import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCaches;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keys that are unique, but not for all rows or not at once: a bump cannot find its row by them. */
class BumpKeyTest {

    @Entity(name = "Visit")
    @Table(
            uniqueConstraints = @UniqueConstraint(columnNames = "late", options = "deferrable initially deferred"),
            indexes = {
                @Index(name = "visit_page", columnList = "page", unique = true, options = "where closed = false"),
                @Index(name = "visit_link", columnList = "link", unique = true)
            })
    static class Visit {
        @Id
        @GeneratedValue
        Long id;

        String page;
        String late;
        String link;
        boolean closed;

        @Counter
        int times;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Visit.class);

    @Test
    void aPartialOrDeferredKeyIsNoKey() {
        for (String key : List.of("page", "late")) {
            assertThat(db.statementsOf(() -> db.inTransaction(session -> assertThatThrownBy(() -> CounterCaches.of(
                                                    session)
                                            .bump(Visit.class, Map.of(key, "a"), "times"))
                                    .isInstanceOf(IllegalArgumentException.class)
                                    .hasMessage(
                                            "Visit is not known to be unique by (%s): name the attributes of a unique"
                                                    + " constraint, unique index or natural id: (id) or (link)",
                                            key))))
                    .isEmpty();
        }
    }

    @Test
    void aKeyThatIsPartialInTheDatabaseOnlyIsNamed() {
        assumeFalse(TestServer.IS_H2, "H2 has no partial indexes, and its MERGE needs no key");
        db.execute("drop index visit_link");
        for (String partial : List.of(
                "create unique index visit_link on visit (link) where not closed",
                "alter table visit add constraint visit_link unique (link) deferrable")) {
            db.execute(partial);
            assertThatThrownBy(() -> db.inTransaction(session ->
                            CounterCaches.of(session).bump(Visit.class, Map.of("link", "a"), "times")))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage("Visit cannot be bumped by (link): the database has no unique constraint or index on these"
                            + " columns that is for all rows and not deferrable: create one");
            db.execute(partial.startsWith("create") ? "drop index visit_link" : "alter table visit drop constraint visit_link");
        }
    }
}
