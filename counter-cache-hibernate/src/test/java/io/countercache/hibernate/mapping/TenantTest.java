package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Counter;
import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityNotFoundException;
import jakarta.persistence.Id;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.annotations.TenantId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session reaches the counters of its own tenant only. */
class TenantTest {

    @Entity(name = "Quota")
    static class Quota {
        @Id
        Long id;

        @TenantId
        String tenant;

        @Column(unique = true)
        String name;

        @Counter(min = 0)
        int credits;

        Quota() {}

        Quota(long id) {
            this.id = id;
            credits = 5;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Quota.class);

    private void as(String tenant, Consumer<Session> work) {
        try (Session session =
                db.factory().withOptions().tenantIdentifier((Object) tenant).openSession()) {
            session.beginTransaction();
            work.accept(session);
            session.getTransaction().commit();
        }
    }

    @BeforeEach
    void quotas() {
        as("a", session -> session.persist(new Quota(1)));
        as("b", session -> session.persist(new Quota(2)));
    }

    @Test
    void theRowsOfOtherTenantsAreNotThere() {
        as("b", session -> {
            CounterCaches counters = CounterCaches.of(session);
            assertThat(counters.on(Quota.class, 1L).increment("credits")).isZero();
            assertThat(counters.on(Quota.class, 1L).tryDecrement("credits")).isFalse();
            assertThat(counters.on(Quota.class, List.of(1L, 2L)).decrement("credits"))
                    .isEqualTo(1);
            assertThatThrownBy(() -> counters.on(Quota.class, 1L).take("credits", 1))
                    .isInstanceOf(EntityNotFoundException.class);
            assertThatThrownBy(() -> counters.on(Quota.class, 1L).value("credits"))
                    .isInstanceOf(EntityNotFoundException.class);
            assertThat(counters.on(Quota.class, 2L).value("credits")).isEqualTo(4);
        });
        assertThat(db.number("select credits from quota where id = 1")).isEqualTo(5);
    }

    @Test
    void aKeyThatAnotherTenantMayHaveIsNotBumped() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.NO_BUMP);
        as(
                "b",
                session -> assertThatThrownBy(
                                () -> CounterCaches.of(session).bump(Quota.class, Map.of("name", "x"), "credits"))
                        .isInstanceOf(CounterCacheException.class)
                        .hasMessageContaining("its table has rows that this session cannot see"));
    }
}
