package io.countercache.hibernate.mapping;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.Drift;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.annotations.TenantId;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Children and parents of tenants that share their tables. */
class TenantMappingsTest {

    @Entity(name = "Shop")
    static class Shop {
        @Id
        Long id;

        @TenantId
        String tenant;

        int salesCount;

        Shop() {}

        Shop(long id) {
            this.id = id;
        }
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

        Sale() {}

        Sale(long id, Shop shop) {
            this.id = id;
            this.shop = shop;
        }
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

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Shop.class, Sale.class)
            .setting("hibernate.tenant_identifier_resolver", new RootByDefault());

    private void as(String tenant, Consumer<Session> work) {
        try (Session session =
                db.factory().withOptions().tenantIdentifier((Object) tenant).openSession()) {
            session.beginTransaction();
            work.accept(session);
            session.getTransaction().commit();
        }
    }

    private void statelessAs(String tenant, Consumer<StatelessSession> work) {
        try (StatelessSession session = db.factory()
                .withStatelessOptions()
                .tenantIdentifier((Object) tenant)
                .openStatelessSession()) {
            session.beginTransaction();
            work.accept(session);
            session.getTransaction().commit();
        }
    }

    private void twoSalesOfEachTenant() {
        for (String tenant : List.of("a", "b")) {
            long first = tenant.equals("a") ? 1 : 11;
            as(tenant, session -> {
                Shop shop = new Shop(first);
                session.persist(shop);
                session.persist(new Shop(first + 1));
                session.persist(new Sale(first, shop));
                session.persist(new Sale(first + 1, shop));
            });
        }
    }

    private long sales(long shop) {
        return db.number("select sales_count from shop where id = " + shop);
    }

    @Test
    void whatATenantChangesIsCounted() {
        twoSalesOfEachTenant();
        as("a", session -> session.find(Sale.class, 1L).shop = session.getReference(Shop.class, 2L));
        assertThat(sales(1)).isEqualTo(1);
        assertThat(sales(2)).isEqualTo(1);
        as("a", session -> session.remove(session.find(Sale.class, 2L)));
        assertThat(sales(1)).isZero();
        assertThat(sales(2)).isEqualTo(1);
        assertThat(sales(11)).isEqualTo(2);
    }

    @Test
    @SinceHibernate("7.2")
    void whatAStatelessSessionOfATenantChangesIsCounted() {
        twoSalesOfEachTenant();
        statelessAs("a", session -> {
            Sale sale = session.get(Sale.class, 2L);
            sale.shop = session.get(Shop.class, 2L);
            session.update(sale);
            insert(session, new Sale(3, sale.shop));
        });
        assertThat(sales(1)).isEqualTo(1);
        assertThat(sales(2)).isEqualTo(2);
        statelessAs("a", session -> session.delete(session.get(Sale.class, 3L)));
        assertThat(sales(2)).isEqualTo(1);
        assertThat(sales(11)).isEqualTo(2);
    }

    @Test
    void aTenantResetsItsOwnRows() {
        twoSalesOfEachTenant();
        db.execute("update shop set sales_count = 9");
        as("a", session -> {
            Counters<Shop> shops = CounterCaches.of(session).on(Shop.class, List.of(1L, 2L, 11L, 12L));
            assertThat(shops.reset()).extracting(Drift::id).containsExactly(1L, 2L);
        });
        assertThat(sales(1)).isEqualTo(2);
        assertThat(sales(11)).isEqualTo(9);
        CounterRepair.of(db.factory(), Shop.class).repair();
    }

    @Test
    void aRepairIsOfOneTenantOrOfAll() {
        twoSalesOfEachTenant();
        db.execute("update shop set sales_count = 9");
        CounterRepair ofOne = CounterRepair.of(db.factory(), Shop.class).tenant("b");
        assertThat(ofOne.verify().examined()).isEqualTo(2);
        assertThat(ofOne.repair().first()).extracting(Drift::id).containsExactly(11L, 12L);
        assertThat(sales(1)).isEqualTo(9);
        assertThat(CounterRepair.of(db.factory(), Shop.class).repair().first())
                .extracting(Drift::id)
                .containsExactly(1L, 2L);
        assertThat(sales(1)).isEqualTo(2);
        assertThat(sales(11)).isEqualTo(2);
    }

    @Test
    void theCountersOfSomeTenantsAreVerifiedTogether() {
        var configuration = db.configuration();
        configuration.getProperties().remove("hibernate.tenant_identifier_resolver");
        twoSalesOfEachTenant();
        db.execute("update shop set sales_count = 9 where id = 11");
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            assertThat(CounterRepair.verifyAll(factory, List.of("a")).isClean()).isTrue();
            RepairReport report = CounterRepair.verifyAll(factory, List.of("a", "b"));
            assertThat(report.examined()).isEqualTo(4);
            assertThat(report.first()).extracting(Drift::id).containsExactly(11L);
            assertThatThrownBy(() -> CounterRepair.verifyAll(factory, List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("No tenant is verified: name one or more, or call verifyAll(factory)");
            assertThatThrownBy(() -> CounterRepair.verifyAll(factory))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage("Shop is not repaired, because its tenant is not known: name it with tenant(..) or"
                            + " verifyAll(.., tenants)");
        }
        CounterRepair.of(db.factory(), Shop.class).repair();
    }

    @Test
    void aRepairOfNobodyKnowsWhomIsRefused() {
        var configuration = db.configuration();
        configuration.getProperties().remove("hibernate.tenant_identifier_resolver");
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            assertThatThrownBy(() -> CounterRepair.of(factory, Shop.class).repair())
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage("Shop is not repaired, because its tenant is not known: name it with tenant(..) or"
                            + " verifyAll(.., tenants)");
            assertThat(CounterRepair.of(factory, Shop.class)
                            .tenant("a")
                            .repair()
                            .failures())
                    .isEmpty();
        }
    }
}
