package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import org.hibernate.Session;
import org.hibernate.annotations.OptimisticLock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A version does not tell that a total is stale whose attribute is excluded from it. */
class ExcludedSumTest {

    @Entity(name = "Purse")
    static class Purse {
        @Id
        Long id;

        long coinsTotal;
    }

    @Entity(name = "Coin")
    static class Coin {
        @Id
        Long id;

        @Version
        int version;

        @OptimisticLock(excluded = true)
        int amount;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "coinsTotal", sum = "amount")
        Purse purse;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Purse.class, Coin.class);

    @BeforeEach
    void aCoinInAPurse() {
        db.inTransaction(session -> {
            Purse purse = new Purse();
            purse.id = 1L;
            session.persist(purse);
            Coin coin = new Coin();
            coin.id = 1L;
            coin.amount = 5;
            coin.purse = purse;
            session.persist(coin);
        });
    }

    private long total() {
        return db.number("select coins_total from purse");
    }

    @Test
    void theLaterOfTwoAmountsIsTotalled() {
        try (Session later = db.factory().openSession()) {
            later.beginTransaction();
            Coin coin = later.find(Coin.class, 1L);
            db.inTransaction(session -> session.find(Coin.class, 1L).amount = 7);
            coin.amount = 9;
            later.getTransaction().commit();
        }
        assertThat(total()).isEqualTo(9);
    }

    @Test
    void aCoinIsRemovedWithTheAmountThatItHasThen() {
        try (Session later = db.factory().openSession()) {
            later.beginTransaction();
            Coin coin = later.find(Coin.class, 1L);
            db.inTransaction(session -> session.find(Coin.class, 1L).amount = 7);
            later.remove(coin);
            later.getTransaction().commit();
        }
        assertThat(total()).isZero();
    }
}
