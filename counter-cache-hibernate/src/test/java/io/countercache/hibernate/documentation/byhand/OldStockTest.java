package io.countercache.hibernate.documentation.byhand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.documentation.Blocks;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A stock that the application has set until now becomes a counter, while old instances of the application still run. */
class OldStockTest {

    /** As the old instances of the application have it. */
    @Entity(name = "Product")
    @Table(name = "product")
    static class OldProduct {
        @Id
        long id;

        @Version
        int version;

        long stock;
    }

    @Entity(name = "Product")
    @Table(name = "product")
    static class Product {
        @Id
        long id = 1;

        @Version
        int version;

        // tag::counter[]
        @Counter(min = 0)
        long stock;
        // end::counter[]
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Product.class);

    SessionFactory oldApplication;

    @BeforeEach
    void tenAreThere() {
        Product product = new Product();
        product.stock = 10;
        db.persist(product);
        Configuration old = new Configuration();
        old.addAnnotatedClass(OldProduct.class);
        old.getProperties().put("hibernate.connection.datasource", db.connections());
        oldApplication = old.buildSessionFactory();
    }

    @AfterEach
    void close() {
        oldApplication.close();
    }

    @Test
    void anOldInstanceOverwritesWhatWasTaken() {
        try (Session old = oldApplication.openSession()) {
            sellsTheOldWay(
                    old,
                    () -> db.inTransaction(session ->
                            CounterCaches.of(session).on(Product.class, 1L).take("stock", 3)));
        }
        assertThat(stock()).as("the 3 that were taken are there again").isEqualTo(9);
    }

    @Test
    void aNewVersionStopsTheOldInstance() {
        try (Session old = oldApplication.openSession()) {
            assertThatThrownBy(() -> sellsTheOldWay(old, () -> db.inTransaction(session -> take(session, 1L))))
                    .hasRootCauseInstanceOf(org.hibernate.StaleStateException.class)
                    .isInstanceOf(OptimisticLockException.class);
        }
        assertThat(stock()).isEqualTo(7);
    }

    @Test
    void anOldInstanceStopsTheNewOne() {
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    session.find(Product.class, 1L);
                    oldApplication.inTransaction(old -> old.find(OldProduct.class, 1L).stock -= 1);
                    take(session, 1L);
                }))
                .hasStackTraceContaining("org.hibernate.StaleObjectStateException");
        assertThat(stock()).isEqualTo(9);
    }

    private static void take(EntityManager entityManager, long id) {
        CounterCaches counters = CounterCaches.of(entityManager);
        // tag::take[]
        Product product = entityManager.find(Product.class, id);
        entityManager.lock(product, LockModeType.OPTIMISTIC_FORCE_INCREMENT);
        long left = counters.on(Product.class, id).take("stock", 3);
        // end::take[]
        assertThat(left).isNotNegative();
    }

    private static void sellsTheOldWay(Session old, Runnable meanwhile) {
        old.beginTransaction();
        OldProduct product = old.find(OldProduct.class, 1L);
        meanwhile.run();
        product.stock -= 1;
        old.getTransaction().commit();
    }

    @Test
    @Tag("postgresql")
    void theLimitInALargeTable() {
        db.execute("alter table product drop constraint product_stock_check");
        Blocks.testedBy("OldStockTest#theLimitInALargeTable").forEach(db::execute);
        assertThatThrownBy(() -> db.execute("update product set stock = -1")).isInstanceOf(IllegalStateException.class);
        assertThat(db.number("select count(*) from pg_constraint where conname = 'product_stock' and convalidated"))
                .isPositive();
    }

    private long stock() {
        return db.number("select stock from product");
    }
}
