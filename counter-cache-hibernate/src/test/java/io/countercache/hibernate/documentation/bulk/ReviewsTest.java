package io.countercache.hibernate.documentation.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows that count on several parents, of which not all are known. */
class ReviewsTest {

    @Entity(name = "Category")
    static class Category {
        @Id
        long id = 1;

        int reviewsCount;
    }

    @Entity(name = "Product")
    static class Product {
        @Id
        long id = 1;

        @ManyToOne
        Category category;

        int reviewsCount;
    }

    @Entity(name = "Author")
    static class Author {
        @Id
        long id = 1;

        int reviewsCount;
    }

    @Entity(name = "Review")
    static class Review {
        @Id
        @GeneratedValue
        Long id;

        // tag::review[]
        @ManyToOne
        @CounterCache
        @CounterCache(value = "reviewsCount", path = "category")
        Product product;

        @ManyToOne
        @CounterCache
        Author author;
        // end::review[]
    }

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Category.class, Product.class, Author.class, Review.class);

    @Test
    void eachParentIsReset() {
        db.inTransaction(session -> {
            Review review = new Review();
            review.product = new Product();
            review.product.category = new Category();
            review.author = new Author();
            session.persist(review.product.category);
            session.persist(review.product);
            session.persist(review.author);
            session.persist(review);
        });
        assertThat(counts()).isEqualTo(3);

        try (var log = new LogMessages("io.countercache")) {
            db.inTransaction(session -> delete(session, 1L));
            assertThat(log.warnings())
                    .singleElement(STRING)
                    .contains("Author.reviewsCount, Category.reviewsCount, Product");
        }
        assertThat(counts()).as("the category's and the author's").isEqualTo(2);

        repair(db.factory());
        assertThat(counts()).isZero();
    }

    private static void delete(EntityManager entityManager, long product) {
        // tag::delete[]
        entityManager
                .createNativeQuery("delete from review where product_id = :product")
                .setParameter("product", product)
                .executeUpdate();
        CounterCaches.of(entityManager).resetCounters(Product.class, product);
        // end::delete[]
    }

    private static void repair(EntityManagerFactory entityManagerFactory) {
        // tag::repair[]
        CounterRepair.of(entityManagerFactory, Category.class).repair();
        CounterRepair.of(entityManagerFactory, Author.class).repair();
        // end::repair[]
    }

    private long counts() {
        return db.number("select (select reviews_count from product) + (select reviews_count from category)"
                + " + (select reviews_count from author)");
    }
}
