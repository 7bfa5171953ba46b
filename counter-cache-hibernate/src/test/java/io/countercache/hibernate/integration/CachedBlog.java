package io.countercache.hibernate.integration;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.Version;
import java.util.Locale;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;

/** Parents that are kept in the second-level cache, each in another way, and a child that counts on one of them. */
final class CachedBlog {

    /** Settings of a second-level cache and a query cache, both in memory. */
    static TestDatabase caching(TestDatabase db) {
        return db.setting("hibernate.cache.region.factory_class", "jcache")
                .setting(
                        "hibernate.javax.cache.provider",
                        "com.github.benmanes.caffeine.jcache.spi.CaffeineCachingProvider")
                .setting("hibernate.javax.cache.missing_cache_strategy", "create")
                .setting("hibernate.cache.use_query_cache", true)
                .setting("hibernate.generate_statistics", true);
    }

    private CachedBlog() {}

    static Cached create(Class<? extends Cached> type) {
        try {
            return type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @MappedSuperclass
    abstract static class Cached {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String title;
        int remarksCount;

        @Counter(max = 1000)
        long views;

        String table() {
            return getClass().getSimpleName().toLowerCase(Locale.ROOT);
        }
    }

    @Entity(name = "Strict")
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "strict")
    static class Strict extends Cached {}

    @Entity(name = "Versioned")
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "versioned")
    static class Versioned extends Cached {
        @Version
        int version;
    }

    @Entity(name = "Loose")
    @Cache(usage = CacheConcurrencyStrategy.NONSTRICT_READ_WRITE, region = "loose")
    static class Loose extends Cached {}

    @Entity(name = "Remark")
    static class Remark {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Strict strict;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Versioned versioned;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Loose loose;

        Remark() {}

        Remark(Cached parent) {
            moveTo(parent);
        }

        void moveTo(Cached parent) {
            strict = parent instanceof Strict it ? it : null;
            versioned = parent instanceof Versioned it ? it : null;
            loose = parent instanceof Loose it ? it : null;
        }
    }
}
