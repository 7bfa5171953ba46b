package io.countercache.samples.stock;

import io.countercache.Counter;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.UniqueConstraint;
import jakarta.persistence.Version;
import java.time.Instant;
import java.time.YearMonth;

/** The entities: a product that is mapped in three ways, and what else is counted. */
final class Shop {

    private Shop() {}

    static final Class<?>[] ENTITIES = {
        Product.class,
        VersionedProduct.class,
        CountedProduct.class,
        Sold.class,
        Page.class,
        Account.class,
        Requests.class
    };

    @Entity(name = "Product")
    static class Product {
        @Id
        long id;

        long available;
    }

    @Entity(name = "VersionedProduct")
    static class VersionedProduct {
        @Id
        long id;

        long available;

        @Version
        int version;
    }

    @Entity(name = "CountedProduct")
    static class CountedProduct {
        @Id
        long id;

        @Counter(min = 0)
        long available;
    }

    /** What a customer has bought. */
    @Entity(name = "Sold")
    static class Sold {
        @Id
        @GeneratedValue
        Long id;

        long product;
        Instant at = Instant.now();
    }

    @Entity(name = "Page")
    static class Page {
        @Id
        long id;

        long naiveViews;

        @Counter
        long views;
    }

    @Entity(name = "Account")
    static class Account {
        @Id
        long id;

        long naiveCredits;

        @Counter(min = 0)
        long credits;
    }

    @Entity(name = "Requests")
    @Table(uniqueConstraints = @UniqueConstraint(columnNames = {"apiKey", "period"}))
    static class Requests {
        @Id
        @GeneratedValue
        Long id;

        String apiKey;
        YearMonth period;

        @Counter
        long total;
    }
}
