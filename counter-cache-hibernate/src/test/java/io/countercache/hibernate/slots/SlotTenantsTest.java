package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.hibernate.Session;
import org.hibernate.annotations.TenantId;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tenants that share their tables share the table of slots, too. Each counts its own rows, and squashes what it sees. */
@Tag("databases")
class SlotTenantsTest {

    /** Elsewhere the column is written. */
    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Channel.class, Clip.class)
            .setting("hibernate.tenant_identifier_resolver", new RootByDefault());

    @Entity(name = "Channel")
    static class Channel {
        @Id
        long id;

        @TenantId
        String tenant;

        int clipsCount;

        @Counter(slots = 2)
        long plays;
    }

    @Entity(name = "Clip")
    static class Clip {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @TenantId
        String tenant;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 2)
        Channel channel;
    }

    /** Whoever says nothing sees the rows of all. */
    private static final class RootByDefault implements CurrentTenantIdentifierResolver<String> {
        @Override
        public String resolveCurrentTenantIdentifier() {
            return "root";
        }

        @Override
        public boolean validateExistingCurrentSessions() {
            return false;
        }

        @Override
        public boolean isRoot(String tenant) {
            return tenant.equals("root");
        }
    }

    private <R> R as(String tenant, Function<Session, R> work) {
        try (Session session =
                db.factory().withOptions().tenantIdentifier((Object) tenant).openSession()) {
            session.beginTransaction();
            R result = work.apply(session);
            session.getTransaction().commit();
            return result;
        }
    }

    private int play(String tenant, long channel) {
        return as(
                tenant,
                session -> CounterCaches.of(session).on(Channel.class, channel).increment("plays", 5));
    }

    @BeforeEach
    void aChannelOfEachTenant() {
        Map.of("a", 1L, "b", 2L).forEach((tenant, id) -> {
            as(tenant, session -> {
                Channel channel = new Channel();
                channel.id = id;
                session.persist(channel);
                return channel;
            });
            as(tenant, session -> {
                Clip clip = new Clip();
                clip.channel = session.getReference(Channel.class, id);
                session.persist(clip);
                return clip;
            });
            play(tenant, id);
        });
    }

    private void shows(String tenant, long id) {
        Channel channel = as(tenant, session -> session.find(Channel.class, id));
        assertThat(channel.clipsCount).isEqualTo(1);
        assertThat(channel.plays).isEqualTo(5);
    }

    @Test
    void eachTenantCountsItsOwnRows() {
        assertThat(play("b", 1)).as("rows of another tenant").isZero();
        shows("a", 1);
        shows("b", 2);
        assertThat(CounterRepair.verifyAll(db.factory(), List.of("a", "b")).isClean())
                .isTrue();
    }

    /** It is the database that squashes, and nobody's values change. */
    @Test
    void aSquashGoesThroughTheTableWhosoeverTheRowsAre() {
        long gone = CounterRepair.of(db.factory(), Channel.class).tenant("a").squash();
        assertThat(gone).isEqualTo(TestServer.HAS_SLOTS ? 4 : 0);
        assertThat(db.number("select count(*) from channel_slots")).isZero();
        shows("a", 1);
        shows("b", 2);
    }
}
