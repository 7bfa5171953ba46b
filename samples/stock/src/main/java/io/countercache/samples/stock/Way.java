package io.countercache.samples.stock;

import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.samples.stock.Shop.CountedProduct;
import io.countercache.samples.stock.Shop.Product;
import io.countercache.samples.stock.Shop.Sold;
import io.countercache.samples.stock.Shop.VersionedProduct;
import jakarta.persistence.LockModeType;
import jakarta.persistence.OptimisticLockException;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.Session;
import org.hibernate.SessionFactory;

/** A way to sell one piece of a product. */
enum Way {
    PLAIN_SAVE("plain save", "Product") {
        @Override
        boolean take(Session session) {
            Product product = session.find(Product.class, Sale.PRODUCT);
            if (product.available == 0) {
                return false;
            }
            product.available--;
            sell(session);
            return true;
        }
    },

    OPTIMISTIC("optimistic with retry", "VersionedProduct") {
        @Override
        boolean take(Session session) {
            VersionedProduct product = session.find(VersionedProduct.class, Sale.PRODUCT);
            if (product.available == 0) {
                return false;
            }
            product.available--;
            sell(session);
            return true;
        }
    },

    PESSIMISTIC("pessimistic", "Product") {
        @Override
        boolean take(Session session) {
            Product product = session.find(Product.class, Sale.PRODUCT, LockModeType.PESSIMISTIC_WRITE);
            if (product.available == 0) {
                return false;
            }
            product.available--;
            sell(session);
            return true;
        }
    },

    TAKE("the library's take", "CountedProduct") {
        @Override
        boolean take(Session session) {
            sell(session);
            session.flush(); // so that the stock is locked only from here to the commit
            try {
                CounterCaches.of(session).on(CountedProduct.class, Sale.PRODUCT).take("available", 1);
                return true;
            } catch (CounterLimitException soldOut) {
                session.getTransaction().setRollbackOnly();
                return false;
            }
        }
    };

    private final String description;
    private final String table;

    Way(String description, String table) {
        this.description = description;
        this.table = table;
    }

    private static void sell(Session session) {
        Sold sold = new Sold();
        sold.product = Sale.PRODUCT;
        session.persist(sold);
    }

    /** Whether there was a piece left to take. */
    abstract boolean take(Session session);

    /** The same in a transaction, again and again until it commits. */
    boolean take(SessionFactory factory, AtomicLong retries) {
        while (true) {
            try {
                return factory.fromTransaction(this::take);
            } catch (OptimisticLockException e) {
                retries.incrementAndGet();
            }
        }
    }

    String table() {
        return table;
    }

    @Override
    public String toString() {
        return description;
    }
}
