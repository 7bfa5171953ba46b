package io.countercache.samples.stock;

import io.countercache.hibernate.CounterCaches;
import io.countercache.samples.stock.Shop.Account;
import io.countercache.samples.stock.Shop.Page;
import io.countercache.samples.stock.Shop.Requests;
import java.time.YearMonth;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.exception.ConstraintViolationException;

/** Three counters that go wrong when two requests come at once; each as it is usually written, and with a counter. */
final class Traps {

    private final SessionFactory factory;

    Traps(SessionFactory factory) {
        this.factory = factory;
    }

    void show() {
        pageViews();
        credits();
        requestCounts();
    }

    /** Two requests at once, which have both read before either writes. How many of them were told yes. */
    private int twice(Predicate<Session> read, Predicate<Session> write) {
        CyclicBarrier bothHaveRead = new CyclicBarrier(2);
        AtomicInteger granted = new AtomicInteger();
        Sale.onThreads(2, () -> {
            try {
                factory.inTransaction(session -> {
                    boolean goesOn = read.test(session);
                    await(bothHaveRead);
                    if (goesOn && write.test(session)) {
                        granted.incrementAndGet();
                    }
                });
            } catch (ConstraintViolationException e) {
                // the other one was faster: this request fails
            }
        });
        return granted.get();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("the other request does not come", e);
        }
    }

    private void pageViews() {
        Page page = new Page();
        page.id = 1;
        factory.inTransaction(session -> session.persist(page));
        twice(session -> session.find(Page.class, 1L) != null, session -> {
            session.find(Page.class, 1L).naiveViews++;
            return true;
        });
        twice(
                session -> session.find(Page.class, 1L) != null,
                session -> CounterCaches.of(session).on(Page.class, 1L).increment("views") == 1);
        Page seen = factory.fromTransaction(session -> session.find(Page.class, 1L));
        System.out.printf(
                "%nA page is viewed by two at once: page.views++ counts %d, increment(\"views\") counts %d%n",
                seen.naiveViews, seen.views);
        require(seen.views == 2);
    }

    private void credits() {
        Account account = new Account();
        account.id = 1;
        account.naiveCredits = 1;
        account.credits = 1;
        factory.inTransaction(session -> session.persist(account));
        int naive = twice(session -> session.find(Account.class, 1L).naiveCredits > 0, session -> {
            session.find(Account.class, 1L).naiveCredits--;
            return true;
        });
        int guarded = twice(
                session -> true,
                session -> CounterCaches.of(session).on(Account.class, 1L).tryDecrement("credits"));
        System.out.printf(
                "A double click spends the last credit: check and save grants %d, tryDecrement(\"credits\") grants %d%n",
                naive, guarded);
        require(guarded == 1);
    }

    private void requestCounts() {
        String byHand = "from Requests where apiKey = 'naive'";
        int naive = twice(
                session -> session.createSelectionQuery(byHand, Requests.class)
                        .getResultList()
                        .isEmpty(),
                session -> {
                    Requests first = new Requests();
                    first.apiKey = "naive";
                    first.period = YearMonth.of(2026, 5);
                    first.total = 1;
                    session.persist(first);
                    session.flush();
                    return true;
                });
        Map<String, Object> key = Map.of("apiKey", "bumped", "period", YearMonth.of(2026, 5));
        twice(session -> true, session -> CounterCaches.of(session).bump(Requests.class, key, "total") > 0);
        long bumped = factory.fromTransaction(session -> session.createSelectionQuery(
                        "select total from Requests where apiKey = 'bumped'", Long.class)
                .getSingleResult());
        System.out.printf(
                "Two first requests of a key in a billing period: find or insert counts %d and fails the other, bump counts %d%n",
                naive, bumped);
        require(bumped == 2);
    }

    private static void require(boolean isRight) {
        if (!isRight) {
            throw new IllegalStateException("the library has counted wrongly");
        }
    }
}
