package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Access;
import jakarta.persistence.AccessType;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An UPDATE that is committed is not sent again, whatever fails then. */
@Tag("postgresql")
class TouchedAtCommitTest {

    @Entity(name = "Page")
    static class Page {
        @Id
        @GeneratedValue
        Long id;

        int linksCount;

        private transient Instant changedAt;
        transient boolean isBroken;

        @Access(AccessType.PROPERTY)
        public Instant getChangedAt() {
            return changedAt;
        }

        public void setChangedAt(Instant now) {
            if (isBroken) {
                throw new IllegalStateException("of a setter");
            }
            changedAt = now;
        }
    }

    @Entity(name = "Link")
    static class Link {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne
        @CounterCache(touch = "changedAt")
        Page page;

        Link() {}

        Link(Page page) {
            this.page = page;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Link.class);

    @Test
    void whatIsWrittenAndCommittedIsNotWrittenAgainWhenASetterFailsAfterALookForRowsThatWereNotHit() {
        Page hidden = db.persist(new Page());
        Page page = db.persist(new Page());
        db.execute("""
                create function keep() returns trigger language plpgsql as 'begin return null; end';
                create trigger keep before update on page for each row when (old.id = %d) execute function keep()""".formatted(hidden.id));
        try (LogMessages log = new LogMessages("io.countercache")) {
            db.inTransaction(session -> {
                session.persist(new Link(session.find(Page.class, hidden.id)));
                Page shown = session.find(Page.class, page.id);
                session.persist(new Link(shown));
                session.flush();
                shown.isBroken = true;
            });
            assertThat(log.errors())
                    .anyMatch(error ->
                            error.endsWith("was written and committed, but what was to be done then has failed"));
        }
        assertThat(db.number("select links_count from page where id = " + page.id))
                .isEqualTo(1);
        assertThat(db.number("select count(*) from link")).isEqualTo(2);
        db.execute("drop trigger keep on page");
        db.inTransaction(session -> CounterCaches.of(session).resetCounters(Page.class, hidden.id));
    }
}
