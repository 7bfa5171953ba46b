package io.countercache.hibernate.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.internal.schema.SchemaCheck;
import io.countercache.hibernate.support.HibernateServices;
import io.countercache.hibernate.support.LogMessages;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How HSQLDB was started says whether its FOR UPDATE locks anything. */
@Tag("postgresql") // once is enough: it has a database of its own
class HsqldbLocksTest {

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        long id;

        int booksCount;
    }

    /** Without a version: two transactions may move it from where it was before. */
    @Entity(name = "Book")
    static class Book {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Shelf shelf;
    }

    private static SessionFactory startedWith(String model) {
        Configuration configuration = new Configuration(HibernateServices.registry());
        configuration.addAnnotatedClass(Shelf.class).addAnnotatedClass(Book.class);
        configuration.setProperty("hibernate.connection.url", "jdbc:hsqldb:mem:" + model + ";hsqldb.tx=" + model);
        configuration.setProperty("hibernate.connection.username", "sa");
        configuration.setProperty("hibernate.connection.pool_size", "10");
        configuration.setProperty("hibernate.hbm2ddl.auto", "create-drop");
        return configuration.buildSessionFactory();
    }

    @Test
    void thatMvccLocksNothingIsTold() {
        try (LogMessages log = new LogMessages(SchemaCheck.class.getName());
                SessionFactory factory = startedWith("mvcc")) {
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains(
                            "HSQLDialect locks no rows that a query reads, so that counters may drift when several transactions change one row: use transactions that are SERIALIZABLE");
            assertThat(factory.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"locks", "mvlocks"})
    void theOtherModelsLockAndCountExactly(String model) {
        try (LogMessages log = new LogMessages(SchemaCheck.class.getName());
                SessionFactory factory = startedWith(model)) {
            assertThat(log.warnings()).isEmpty();
            manyMoveTheSameBooks(factory);
            assertThat(CounterRepair.verifyAll(factory)).matches(RepairReport::isClean, "no drift");
        }
    }

    private static void manyMoveTheSameBooks(SessionFactory factory) {
        factory.inTransaction(session -> {
            for (long id = 0; id < 3; id++) {
                Shelf shelf = new Shelf();
                shelf.id = id;
                session.persist(shelf);
                Book book = new Book();
                book.id = id;
                book.shelf = shelf;
                session.persist(book);
            }
        });
        AtomicLong next = new AtomicLong();
        TrafficTest.onThreads(6, () -> {
            for (int i = 0; i < 30; i++) {
                long id = next.incrementAndGet() % 3;
                long shelf = next.incrementAndGet() % 3;
                factory.inTransaction(
                        session -> session.find(Book.class, id).shelf = session.getReference(Shelf.class, shelf));
            }
            return null;
        });
    }
}
