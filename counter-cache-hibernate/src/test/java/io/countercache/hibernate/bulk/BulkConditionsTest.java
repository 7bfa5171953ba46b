package io.countercache.hibernate.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.hibernate.support.Invoices;
import io.countercache.hibernate.support.Invoices.Bill;
import io.countercache.hibernate.support.Invoices.Customer;
import io.countercache.hibernate.support.Invoices.Invoice;
import io.countercache.hibernate.support.Invoices.Parcel;
import io.countercache.hibernate.support.Invoices.Status;
import io.countercache.hibernate.support.Magazine.Article;
import io.countercache.hibernate.support.Magazine.Desk;
import io.countercache.hibernate.support.Magazine.Letter;
import io.countercache.hibernate.support.Magazine.Writer;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.math.BigDecimal;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk statements on children that count under a condition, with a total, or further up. */
@SinceHibernate("7.2")
class BulkConditionsTest {

    @RegisterExtension
    final TestDatabase database = TestDatabase.shared(
            Customer.class,
            Invoice.class,
            Bill.class,
            Parcel.class,
            Invoices.Receipt.class,
            Invoices.Crate.class,
            Desk.class,
            Writer.class,
            Article.class,
            Letter.class);

    private final Customer one = new Customer(1);
    private final Customer other = new Customer(2);

    @BeforeEach
    void invoicesAndLetters() {
        database.inTransaction(session -> {
            session.persist(one);
            session.persist(other);
            for (int i = 0; i < 6; i++) {
                Invoice invoice = new Invoice(i, i < 4 ? one : other, i + ".50");
                invoice.status = i % 2 == 0 ? Status.OPEN : Status.PAID;
                invoice.pieces = (short) i;
                invoice.weight = i / 4.0;
                session.persist(invoice);
            }
            Desk desk = new Desk(1);
            session.persist(desk);
            for (long i = 1; i <= 2; i++) {
                Writer writer = new Writer(i, desk);
                session.persist(writer);
                for (long j = 1; j <= 2; j++) {
                    Article article = new Article(10 * i + j, writer);
                    session.persist(article);
                    session.persist(new Letter(article, 20, true));
                    session.persist(new Letter(article, (int) (5 * j), j == 1));
                }
            }
        });
    }

    private int execute(String hql, Object... parameters) {
        return database.fromTransaction(session -> run(session, hql, parameters));
    }

    private static int run(Session session, String hql, Object... parameters) {
        var query = session.createMutationQuery(hql);
        for (int i = 0; i < parameters.length; i++) {
            query.setParameter(i + 1, parameters[i]);
        }
        return query.executeUpdate();
    }

    private String ofCustomer(String column) {
        return database.text("select " + column + " from customer where id = 1");
    }

    @Test
    void deletedRowsLeaveTotalsAndConditions() {
        assertThat(execute("delete from Invoice where id in (0, 1)")).isEqualTo(2);

        assertThat(ofCustomer("invoices_count")).isEqualTo("2");
        assertThat(ofCustomer("open_count")).isEqualTo("1");
        assertThat(ofCustomer("amount_total")).isEqualTo("6.00");
        assertThat(ofCustomer("open_total")).isEqualTo("2.50");
        assertThat(ofCustomer("pieces_total")).isEqualTo("5");
    }

    @Test
    void anUpdateOfWhatAConditionReads() {
        assertThat(execute("update Invoice set status = PAID where status = OPEN and id < 3"))
                .isEqualTo(2);

        assertThat(ofCustomer("open_count")).isEqualTo("0");
        assertThat(ofCustomer("open_total")).isEqualTo("0.00");
        assertThat(ofCustomer("invoices_count")).isEqualTo("4");
    }

    @Test
    void anUpdateOfWhatIsTotalled() {
        assertThat(execute(
                        "update Invoice set amount = amount * 2 + ?1, pieces = null where customer = ?2",
                        BigDecimal.ONE,
                        one))
                .isEqualTo(4);

        assertThat(ofCustomer("amount_total")).isEqualTo("20.00");
        assertThat(ofCustomer("open_total")).isEqualTo("8.00");
        assertThat(ofCustomer("pieces_total")).isEqualTo("0");
    }

    @Test
    void whatTheDatabaseRoundsCountsAsItIsRounded() {
        execute("update Invoice set amount = amount / 3");

        assertThat(ofCustomer("amount_total")).isEqualTo("2.67");
    }

    @Test
    void totalsMoveWithTheirRows() {
        assertThat(execute(
                        "update Invoice set customer = ?1, amount = 100, status = case when status = OPEN then ?2 else ?3 end where id <= 2",
                        other,
                        Status.PAID,
                        Status.OPEN))
                .isEqualTo(3);

        assertThat(ofCustomer("amount_total")).isEqualTo("3.50");
        assertThat(ofCustomer("open_count")).isEqualTo("0");
    }

    @Test
    void rowsAreInsertedWithConditionsAndTotals() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assertThat(execute(
                        "insert into Invoice (id, customer, status, amount, pieces) select 100 + id, customer, ?1, amount, pieces from Invoice",
                        Status.OPEN))
                .isEqualTo(6);

        assertThat(ofCustomer("invoices_count")).isEqualTo("8");
        assertThat(ofCustomer("open_count")).isEqualTo("6");
        assertThat(ofCustomer("amount_total")).isEqualTo("16.00");
        assertThat(ofCustomer("pieces_total")).isEqualTo("12");
    }

    @Test
    void anEmbeddedAttributeMayDecide() {
        assertThat(execute("update Invoice set address.city = 'Rome', address.receiver = ?1 where id = 0", other))
                .isEqualTo(1);
        assertThat(ofCustomer("abroad_count")).isEqualTo("1");

        execute("update Invoice set address.city = 'Paris'");
        assertThat(ofCustomer("abroad_count")).isEqualTo("0");
    }

    @Test
    void aVersionedRowThatWasLoadedBeforeIsStale() {
        database.inTransaction(session -> {
            Bill bill = new Bill(1, one);
            bill.amount = BigDecimal.TEN;
            session.persist(bill);
        });
        Bill detached = database.fromTransaction(session -> session.find(Bill.class, 1L));
        execute("update Bill set amount = amount + 1");

        assertThat(database.number("select version from bill")).isEqualTo(detached.version + 1);
    }

    @Test
    void countersFurtherUpFollowTheirRows() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.REFUSED_BULK);
        assertThat(execute("delete from Letter where words < 8")).isEqualTo(2);
        assertThat(execute("update Letter set printed = false, words = words + 1 where article.id = 11"))
                .isEqualTo(1);
        assertThat(execute(
                        "update Letter set article = (select a from Article a where a.id = 21) where article.id = 12"))
                .isEqualTo(2);
        assertThat(execute("insert into Letter (article, words, printed, fee) select a, 11, true, 1.25 from Article a"))
                .isEqualTo(4);

        assertThat(database.number("select letters_count from adesk")).isEqualTo(10);
        assertThat(database.number("select letters_count from writer where id = 1"))
                .isEqualTo(3);
        assertThat(database.number("select words_total from writer where id = 1"))
                .isEqualTo(43);
    }

    @Test
    void rowsOnTheWayTakeAlongWhatIsBeneath() {
        assertThat(execute("update Article set writer = ?1 where id in (11, 12)", new Writer(2, null)))
                .isEqualTo(2);
        assertThat(database.number("select letters_count from writer where id = 1"))
                .isZero();

        assertThat(execute("update Writer set desk = null where id = 2")).isEqualTo(1);
        assertThat(database.number("select letters_count from adesk")).isZero();

        database.inTransaction(session -> {
            run(session, "update Letter set article = null where article.id = 21");
            run(session, "delete from Article where id = 21");
            run(session, "update Writer set desk.id = 1");
        });
        assertThat(database.number("select letters_count from adesk")).isEqualTo(6);
    }
}
