package io.countercache.hibernate.condition;

import static io.countercache.hibernate.support.Concurrently.finish;
import static io.countercache.hibernate.support.TestDatabase.counterUpdates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.Invoices.Address;
import io.countercache.hibernate.support.Invoices.Bill;
import io.countercache.hibernate.support.Invoices.Crate;
import io.countercache.hibernate.support.Invoices.Customer;
import io.countercache.hibernate.support.Invoices.Invoice;
import io.countercache.hibernate.support.Invoices.Parcel;
import io.countercache.hibernate.support.Invoices.Receipt;
import io.countercache.hibernate.support.Invoices.Status;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.OptimisticLockException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Children that count under a condition only, and counters that total what their children have. */
class WhereAndSumTest {

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Customer.class, Invoice.class, Bill.class, Parcel.class, Receipt.class, Crate.class);

    @BeforeEach
    void twoCustomers() {
        db.persist(new Customer(1));
        db.persist(new Customer(2));
    }

    private static Customer customer(Session session, long id) {
        return session.getReference(Customer.class, id);
    }

    private Invoice invoice(long id, String amount) {
        return db.fromTransaction(session -> {
            Invoice invoice = new Invoice(id, customer(session, 1), amount);
            session.persist(invoice);
            return invoice;
        });
    }

    private void change(long id, Consumer<Invoice> change) {
        db.inTransaction(session -> change.accept(session.find(Invoice.class, id)));
    }

    /** How many are open, how much that is, and how much all is. */
    private List<String> counted(long customer) {
        return List.of(
                db.text("select open_count from customer where id = " + customer),
                db.text("select coalesce(open_total, 0.00) from customer where id = " + customer),
                db.text("select amount_total from customer where id = " + customer));
    }

    @Test
    void aChildThatComesToMeetTheConditionCountsAndOneThatNoLongerDoesNot() {
        invoice(1, "10.50");
        assertThat(counted(1)).containsExactly("1", "10.50", "10.50");
        change(1, invoice -> invoice.status = Status.PAID);
        assertThat(counted(1)).containsExactly("0", "0.00", "10.50");
        change(1, invoice -> invoice.status = null);
        assertThat(counted(1)).containsExactly("0", "0.00", "10.50");
        change(1, invoice -> invoice.status = Status.OPEN);
        assertThat(counted(1)).containsExactly("1", "10.50", "10.50");
        assertThat(db.number("select invoices_count from customer where id = 1"))
                .isEqualTo(1);
    }

    @Test
    void aChangedValueAMoveAndAFlipInOneUpdateGiveBothParentsTheirShare() {
        invoice(1, "10.50");
        invoice(2, "3.00");
        db.inTransaction(session -> {
            Invoice moved = session.find(Invoice.class, 1L);
            moved.customer = customer(session, 2);
            moved.status = Status.PAID;
            moved.amount = new BigDecimal("11.25");
            session.find(Invoice.class, 2L).amount = new BigDecimal("-1");
        });
        assertThat(counted(1)).containsExactly("1", "0.00", "-1.00");
        assertThat(counted(2)).containsExactly("0", "0.00", "11.25");
        change(1, invoice -> invoice.status = Status.OPEN);
        assertThat(counted(2)).containsExactly("1", "11.25", "11.25");
    }

    @Test
    void whatIsNullIsNothing() {
        invoice(1, null);
        assertThat(counted(1)).containsExactly("1", "0.00", "0.00");
        change(1, invoice -> invoice.amount = new BigDecimal("2.50"));
        assertThat(counted(1)).containsExactly("1", "2.50", "2.50");
        change(1, invoice -> invoice.amount = null);
        assertThat(counted(1)).containsExactly("1", "0.00", "0.00");
        change(1, invoice -> invoice.customer = null);
        assertThat(counted(1)).containsExactly("0", "0.00", "0.00");
    }

    @Test
    void whatNoCounterLooksAtMovesNone() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
        invoice(1, "1.00");
        List<String> statements = db.statementsOf(() -> change(1, invoice -> invoice.note = "changed"));
        // the UPDATE writes the customer again, so the row is read before it
        assertThat(statements).hasSize(3).noneMatch(sql -> sql.contains("customer set"));
    }

    @Test
    void aFlipMovesOnlyTheCountersThatLookAtIt() {
        invoice(1, "1.00");
        List<String> updates =
                counterUpdates(db.statementsOf(() -> change(1, invoice -> invoice.status = Status.VOID)));
        assertThat(updates)
                .singleElement()
                .asString()
                .contains("open_count", "open_total")
                .doesNotContain("invoices");
    }

    @Test
    void totalsOfEveryTypeAreExact() {
        db.inTransaction(session -> {
            for (long id = 1; id <= 10; id++) {
                Invoice invoice = new Invoice(id, customer(session, 1), "0.10");
                invoice.pieces = Short.MAX_VALUE;
                invoice.huge = BigInteger.TEN.pow(18);
                invoice.weight = 0.1;
                session.persist(invoice);
            }
        });
        assertThat(counted(1)).containsExactly("10", "1.00", "1.00");
        assertThat(db.number("select pieces_total from customer where id = 1")).isEqualTo(10L * Short.MAX_VALUE);
        assertThat(new BigDecimal(db.text("select huge_total from customer where id = 1")))
                .isEqualByComparingTo("10000000000000000000");
        assertThat(Double.parseDouble(db.text("select weight_total from customer where id = 1")))
                .isCloseTo(1.0, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void aTotalOfFloatingNumbersThatHaveAllGoneIsAboutNothing() {
        for (long id = 1; id <= 2; id++) {
            Invoice invoice = new Invoice(id, null, null);
            invoice.weight = id / 10.0;
            invoice.customer = db.fromTransaction(session -> session.find(Customer.class, 1L));
            db.persist(invoice);
        }
        for (long id = 1; id <= 2; id++) {
            long gone = id;
            db.inTransaction(session -> session.remove(session.find(Invoice.class, gone)));
        }
        assertThat(CounterRepair.of(db.factory(), Customer.class).verify().first())
                .isEmpty();
    }

    @Test
    void whatTheDatabaseRoundsIsCountedAsItIsStored() {
        db.inTransaction(session -> {
            Invoice first = new Invoice(1, customer(session, 1), "1.005");
            session.persist(first);
            session.persist(new Invoice(2, customer(session, 1), "1.005"));
            session.flush();
            first.amount = new BigDecimal("2.0049");
            session.flush();
            first.status = Status.PAID;
        });
        assertThat(counted(1)).containsExactly("1", "1.01", "3.01");
    }

    @Test
    void whatTheDatabaseHasRoundedIsTakenAwayAsItIsStored() {
        db.inTransaction(session -> {
            List<Receipt> receipts = List.of(
                    new Receipt(1, customer(session, 1), "1.005"), new Receipt(2, customer(session, 1), "1.005"));
            receipts.forEach(session::persist);
            session.flush();
            receipts.forEach(receipt -> receipt.amount = new BigDecimal("3.00"));
        });
        assertThat(db.text("select receipts_total from customer where id = 1")).isEqualTo("6.00");
    }

    /** An embeddable is written as a whole: so the association goes back to what this session knows. */
    @Test
    void aChangeBesideAnAssociationInAnEmbeddableWritesThatToo() {
        db.inTransaction(session -> {
            Invoice invoice = new Invoice(1, null, "1");
            invoice.address = new Address();
            invoice.address.receiver = customer(session, 1);
            session.persist(invoice);
        });
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Invoice stale = session.find(Invoice.class, 1L);
            change(1, moved -> moved.address.receiver = db.fromTransaction(other -> other.find(Customer.class, 2L)));
            assertThat(db.number("select shipped_count from customer where id = 2"))
                    .isEqualTo(1);
            stale.address.city = "Rome";
            session.getTransaction().commit();
        }
        assertThat(db.number("select shipped_count from customer where id = 1")).isEqualTo(1);
        assertThat(db.number("select shipped_count from customer where id = 2")).isZero();
    }

    @Test
    void managedParentsShowTotals() {
        db.inTransaction(session -> {
            Customer shown = session.find(Customer.class, 1L);
            session.persist(new Invoice(1, shown, "4.20"));
            session.flush();
            assertThat(shown.openTotal).isEqualByComparingTo("4.2");
            assertThat(shown.openCount).isEqualTo(1);
        });
    }

    @Test
    void aConditionLooksIntoEmbeddablesAndAnAssociationMayBeInOne() {
        db.inTransaction(session -> {
            Invoice invoice = new Invoice(1, customer(session, 1), "1");
            session.persist(invoice);
            session.flush();
            invoice.address = new Address();
            invoice.address.city = "Rome";
            invoice.address.receiver = customer(session, 2);
        });
        assertThat(db.number("select abroad_count from customer where id = 1")).isEqualTo(1);
        assertThat(db.number("select shipped_count from customer where id = 2")).isEqualTo(1);
        db.inTransaction(session -> {
            Address address = session.find(Invoice.class, 1L).address;
            address.city = "Paris";
            address.receiver = customer(session, 1);
        });
        assertThat(db.number("select abroad_count from customer where id = 1")).isZero();
        assertThat(db.number("select shipped_count from customer where id = 1")).isEqualTo(1);
        change(1, invoice -> invoice.address = null);
        assertThat(db.number("select shipped_count from customer where id = 1")).isZero();
        db.execute("update customer set shipped_count = 7");
        List<Drift> wrong = db.fromTransaction(session ->
                CounterCaches.of(session).on(Customer.class, List.of(1L, 2L)).reset("shippedCount"));
        assertThat(wrong).hasSize(2);
    }

    @Test
    @SinceHibernate("7.2")
    void mergeAndAStatelessSessionFlipToo() {
        Invoice detached = invoice(1, "5.00");
        detached.status = Status.PAID;
        db.inTransaction(session -> session.merge(detached));
        assertThat(counted(1)).containsExactly("0", "0.00", "5.00");
        db.factory().inStatelessTransaction(session -> {
            Invoice read = session.get(Invoice.class, 1L);
            read.status = Status.OPEN;
            read.amount = new BigDecimal("6.00");
            session.update(read);
        });
        assertThat(counted(1)).containsExactly("1", "6.00", "6.00");
        db.factory().inStatelessTransaction(session -> session.delete(session.get(Invoice.class, 1L)));
        assertThat(counted(1)).containsExactly("0", "0.00", "0.00");
    }

    @Test
    void recountsAndRepairsKnowConditionsAndTotals() {
        invoice(1, "5.00");
        change(1, invoice -> invoice.status = Status.PAID);
        invoice(2, "7.00");
        db.execute("update customer set open_count = 5, open_total = 0.01, amount_total = 1, weight_total = 3");
        List<Drift> wrong = db.fromTransaction(
                session -> CounterCaches.of(session).on(Customer.class, 1L).reset());
        assertThat(wrong).hasSize(4);
        assertThat(CounterRepair.of(db.factory(), Customer.class).repair().drifted())
                .isEqualTo(1);
        assertThat(counted(1)).containsExactly("1", "7.00", "12.00");
        assertThat(counted(2)).containsExactly("0", "0.00", "0.00");
    }

    /** One flips the child and the other moves it: what each counts depends on what the other has done. */
    @Test
    void aFlipAndAMoveAtOnceAreBothCounted() {
        invoice(1, "5.00");
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Invoice stale = session.find(Invoice.class, 1L);
            db.inTransaction(other -> other.find(Invoice.class, 1L).customer = customer(other, 2));
            stale.status = Status.PAID;
            session.getTransaction().commit();
        }
        // the later UPDATE has written the customer again as it was loaded
        assertThat(counted(1)).containsExactly("0", "0.00", "5.00");
        assertThat(counted(2)).containsExactly("0", "0.00", "0.00");
    }

    @Test
    void aChildThatOnlyItsColumnsGuardIsReadAgainBeforeItIsFlippedOrMoved() {
        db.inTransaction(session -> session.persist(new Parcel(1, customer(session, 1))));
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Parcel stale = session.find(Parcel.class, 1L);
            db.inTransaction(other -> other.find(Parcel.class, 1L).customer = customer(other, 2));
            stale.sent = true;
            session.getTransaction().commit();
        }
        assertThat(db.number("select sum(abs(parcels_count)) from customer")).isZero();
    }

    @Test
    void aTotalledChildThatNothingGuardsIsReadAgainBeforeItChangesOrMoves() {
        db.inTransaction(session -> session.persist(new Crate(1, customer(session, 1), 100)));
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Crate stale = session.find(Crate.class, 1L);
            db.inTransaction(other -> other.find(Crate.class, 1L).customer = customer(other, 2));
            stale.grams = 150;
            session.getTransaction().commit();
        }
        assertThat(db.number("select grams_total from customer where id = 1")).isEqualTo(150);
        assertThat(db.number("select grams_total from customer where id = 2")).isZero();
    }

    @Test
    void aMoveWaitsForAFlipAndCountsWhatItHasMade() {
        invoice(1, "5.00");
        try (Concurrently concurrently = new Concurrently(db);
                Session session = db.factory().openSession()) {
            session.beginTransaction();
            Invoice flipped = session.find(Invoice.class, 1L);
            flipped.amount = new BigDecimal("8.00");
            session.flush();
            Future<?> move = concurrently.start(() ->
                    db.inTransaction(other -> other.find(Invoice.class, 1L).customer = customer(other, 2)));
            concurrently.awaitWaiting(1);
            session.getTransaction().commit();
            finish(move);
        }
        assertThat(counted(1)).containsExactly("0", "0.00", "0.00");
        // the UPDATE that has waited has written the amount again as it was loaded
        assertThat(counted(2)).containsExactly("1", "5.00", "5.00");
    }

    @Test
    void aDeleteTakesAwayWhatTheRowCountsForNow() {
        invoice(1, "5.00");
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Invoice stale = session.find(Invoice.class, 1L);
            change(1, invoice -> invoice.amount = new BigDecimal("9.00"));
            session.remove(stale);
            session.getTransaction().commit();
        }
        assertThat(counted(1)).containsExactly("0", "0.00", "0.00");
    }

    @Test
    void aVersionGuardsWhatAConditionLooksAt() {
        db.persist(new Bill(1, db.fromTransaction(session -> session.find(Customer.class, 1L))));
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Bill stale = session.find(Bill.class, 1L);
            db.inTransaction(other -> other.find(Bill.class, 1L).customer = customer(other, 2));
            stale.open = false;
            assertThatThrownBy(() -> session.getTransaction().commit()).isInstanceOf(OptimisticLockException.class);
        }
        assertThat(db.number("select bills_count from customer where id = 2")).isEqualTo(1);
    }

    @Test
    void whatTheVersionDoesNotGuardIsReadAgain() {
        db.persist(new Bill(1, db.fromTransaction(session -> session.find(Customer.class, 1L))));
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Bill stale = session.find(Bill.class, 1L);
            db.inTransaction(other -> other.find(Bill.class, 1L).sent = true);
            assertThat(db.number("select bills_count from customer where id = 1"))
                    .isZero();
            stale.open = false;
            session.getTransaction().commit();
        }
        assertThat(db.number("select bills_count from customer where id = 1")).isZero();
    }

    @Test
    void whatTheDatabaseRoundsCountsAsItIsStoredInBatchesToo() {
        db.inTransaction(session -> {
            session.setJdbcBatchSize(20);
            session.persist(new Invoice(1, customer(session, 1), "1.115"));
            session.persist(new Invoice(2, customer(session, 1), "2.225"));
        });
        assertThat(counted(1)).containsExactly("2", "3.35", "3.35");
        db.inTransaction(session -> {
            session.setJdbcBatchSize(20);
            session.find(Invoice.class, 1L).amount = new BigDecimal("4.555");
            session.find(Invoice.class, 2L).amount = new BigDecimal("5.555");
        });
        assertThat(counted(1)).containsExactly("2", "10.12", "10.12");
    }

    @Test
    void whatIsNoNumberIsNotTotalled() {
        assumeFalse(TestServer.IS_MARIADB, "MariaDB has no NaN");
        invoice(1, "5.00");
        assertThatThrownBy(() -> change(1, invoice -> invoice.weight = Double.NaN))
                .hasStackTraceContaining("Invoice.weight is NaN, which no counter can total: make it a number or null");
    }
}
