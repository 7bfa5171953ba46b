package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.integration.EnhancedBlog.Flag;
import io.countercache.hibernate.integration.EnhancedBlog.Site;
import io.countercache.hibernate.support.TestDatabase;
import org.hibernate.Hibernate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An enhanced child that is changed without being loaded: its UPDATE writes only what was assigned. */
class EnhancedReferencesTest {

    static {
        EnhancedBlog.enhance();
    }

    /** The same for each setting. */
    abstract static class Contract {

        @RegisterExtension
        final TestDatabase db;

        private Long flag;

        Contract(String setting) {
            db = TestDatabase.shared(Site.class, Flag.class).setting(CounterCacheSettings.STALE_CHILDREN, setting);
        }

        @BeforeEach
        void aFlagOnASite() {
            Long site = db.persist(new Site("localhost")).id();
            flag = db.fromTransaction(session -> {
                Flag created = new Flag().on(session.find(Site.class, site));
                session.persist(created);
                return created.id();
            });
        }

        private long flags(String host) {
            return db.number("select flags_count from site where host = '" + host + "'");
        }

        @Test
        void aFlagThatChangesItsColourStaysOnItsSite() {
            db.inTransaction(session -> {
                Flag reference = session.getReference(Flag.class, flag);
                reference.colour("red");
                assertThat(Hibernate.isInitialized(reference)).isFalse();
            });
            assertThat(flags("localhost")).isEqualTo(1);
        }

        @Test
        void aFlagThatChangesItsColourTwiceStaysOnItsSite() {
            db.inTransaction(session -> {
                session.getReference(Flag.class, flag).colour("red");
                session.flush();
                session.getReference(Flag.class, flag).colour(null);
            });
            assertThat(flags("localhost")).isEqualTo(1);
        }

        @Test
        void aFlagThatIsTakenOffAndChangesItsColourLaterIsNotCounted() {
            db.inTransaction(session -> session.getReference(Flag.class, flag).on(null));
            db.inTransaction(session -> session.getReference(Flag.class, flag).colour("red"));
            assertThat(flags("localhost")).isZero();
        }

        @Test
        void aFlagThatChangesItsColourAndIsMovedLaterLeavesItsSite() {
            db.inTransaction(session -> {
                Site elsewhere = new Site("elsewhere");
                session.persist(elsewhere);
                session.getReference(Flag.class, flag).colour("red");
                session.flush();
                session.getReference(Flag.class, flag).on(elsewhere);
            });
            assertThat(flags("localhost")).isZero();
            assertThat(flags("elsewhere")).isEqualTo(1);
        }

        @Test
        void aFlagThatChangesItsColourAndIsRemovedLaterLeavesItsSite() {
            db.inTransaction(session -> {
                Flag reference = session.getReference(Flag.class, flag).colour("red");
                session.flush();
                session.remove(reference);
            });
            assertThat(flags("localhost")).isZero();
        }
    }

    @Nested
    class Locking extends Contract {
        Locking() {
            super("lock");
        }
    }

    @Nested
    class Trusting extends Contract {
        Trusting() {
            super("trust");
        }
    }
}
