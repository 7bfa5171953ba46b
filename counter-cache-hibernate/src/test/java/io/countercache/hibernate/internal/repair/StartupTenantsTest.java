package io.countercache.hibernate.internal.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.TenantId;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When an application starts, nobody knows which tenants it has. */
class StartupTenantsTest {

    @Entity(name = "Shop")
    static class Shop {
        @Id
        Long id;

        @TenantId
        String tenant;

        int salesCount;
    }

    @Entity(name = "Sale")
    static class Sale {
        @Id
        Long id;

        @TenantId
        String tenant;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Shop shop;
    }

    private static final class OneOfThem implements CurrentTenantIdentifierResolver<String> {
        @Override
        public String resolveCurrentTenantIdentifier() {
            return "a";
        }

        @Override
        public boolean validateExistingCurrentSessions() {
            return false;
        }
    }

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.with(Shop.class, Sale.class).setting("hibernate.tenant_identifier_resolver", new OneOfThem());

    @Test
    void nothingIsDoneAndAWarningSaysWhy() {
        try (LogMessages log = new LogMessages(StartupRepair.class.getPackageName())) {
            assertThat(db.statementsOf(() -> StartupRepairTest.run(StartupRepairTest.of(db.factory(), true))))
                    .isEmpty();
            assertThat(log.warnings())
                    .containsExactly(
                            "Counters are not repaired at start-up, because it is not known which tenants there are:"
                                    + " call CounterRepair.of(..).tenant(..) for each");
        }
    }
}
