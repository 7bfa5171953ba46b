package io.countercache.hibernate.direct;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.annotations.Check;

/** What has counters that are changed by hand. */
final class Shop {

    private Shop() {}

    static TestDatabase database() {
        return TestDatabase.shared(Product.class, Review.class, Shelf.class, Wallet.class, Media.class, Film.class);
    }

    /** The counters of one product, or of a list of them. */
    static Counters<Product> products(Session session, Object ids) {
        return ids instanceof List<?> several
                ? CounterCaches.of(session).on(Product.class, several)
                : CounterCaches.of(session).on(Product.class, ids);
    }

    @Entity(name = "Product")
    static class Product {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String name;

        @Version
        int version;

        @Counter(min = 0)
        long available;

        @Counter(max = 100)
        Integer reserved;

        @Counter
        Long views;

        int reviewsCount;

        int wholes;
        Short shorts;
        byte bytes;
        BigInteger bigs;
        BigDecimal turnover;
        double rating;
        Float weight;

        Product() {}

        Product(long available) {
            this.available = available;
        }
    }

    @Entity(name = "Review")
    static class Review {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Product product;

        Review() {}

        Review(Product product) {
            this.product = product;
        }
    }

    @Embeddable
    record Place(String hall, int level) {}

    @Entity(name = "Shelf")
    static class Shelf {
        @EmbeddedId
        Place place;

        @Counter(min = 0)
        int boxes;

        Shelf() {}

        Shelf(Place place) {
            this.place = place;
        }
    }

    /** Its limit is one of the database only. */
    @Entity(name = "Wallet")
    @Check(name = "wallet_money", constraints = "money >= 0")
    @SuppressWarnings("deprecation") // Hibernate 6.6 has nothing else
    static class Wallet {
        @Id
        UUID id = UUID.randomUUID();

        Instant opened;
        int coins;
        long money;
    }

    @Entity(name = "Media")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Media {
        @Id
        @GeneratedValue
        Long id;

        long clicks;
    }

    @Entity(name = "Film")
    static class Film extends Media {
        long plays;
    }
}
