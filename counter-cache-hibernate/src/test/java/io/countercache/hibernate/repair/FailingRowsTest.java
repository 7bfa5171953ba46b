package io.countercache.hibernate.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows that cannot be repaired do not keep the others of their chunk from it. */
class FailingRowsTest {

    private static final int SHELVES = 20;

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        Long id;

        @Column(precision = 4, scale = 0)
        java.math.BigDecimal pagesTotal;

        Shelf() {}

        Shelf(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Book")
    static class Book {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "pagesTotal", sum = "pages")
        Shelf shelf;

        int pages;

        Book() {}

        Book(Shelf shelf, int pages) {
            this.id = shelf.id;
            this.shelf = shelf;
            this.pages = pages;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Shelf.class, Book.class);

    @BeforeEach
    void everyShelfIsWrong() {
        db.inTransaction(session -> {
            for (long id = 1; id <= SHELVES; id++) {
                Shelf shelf = new Shelf(id);
                session.persist(shelf);
                session.persist(new Book(shelf, 10));
            }
        });
        db.execute("update shelf set pages_total = 3");
    }

    /** Each of these ids has failed, and all other rows are right. */
    private void areLeft(RepairReport report, Long... ids) {
        assertThat(report.failures()).extracting(failure -> failure.upTo()).containsExactly((Object[]) ids);
        assertThat(report.failures()).extracting(failure -> failure.entity()).containsOnly("Shelf");
        assertThat(report.examined()).isEqualTo(SHELVES - ids.length);
        assertThat(report.drifted()).isEqualTo(SHELVES - ids.length);
        assertThat(report.isClean()).isFalse();
        assertThat(db.number("select count(*) from shelf where pages_total = 10"))
                .isEqualTo(SHELVES - ids.length);
    }

    private CounterRepair repair(SessionFactory factory) {
        return CounterRepair.of(factory, Shelf.class).chunkSize(13);
    }

    @Test
    void aCountThatItsColumnCannotHold() {
        db.execute("update book set pages = 12345 where id in (7, 20)");
        areLeft(repair(db.factory()).repair(), 7L, 20L);
        db.execute("update book set pages = 10");
        assertThat(repair(db.factory()).repair().failures()).isEmpty();
    }

    @Test
    void aRowThatAConstraintKeepsAsItIs() {
        db.execute("alter table shelf add constraint stuck check (id <> 11 or pages_total = 3)");
        RepairReport report = repair(db.factory()).repair();
        areLeft(report, 11L);
        assertThat(report.failures().get(0).cause()).rootCause().message().containsIgnoringCase("stuck");
        db.execute("alter table shelf drop constraint stuck");
        assertThat(repair(db.factory()).repair().drifted()).isEqualTo(1);
    }

    /** With connections that wait for a lock for 20 ms, and another one that has executed a statement. */
    private void whileLocked(String lock, Consumer<SessionFactory> repair, Consumer<SessionFactory> later)
            throws SQLException {
        HikariConfig impatient = new HikariConfig();
        db.connections().copyStateTo(impatient);
        impatient.setConnectionInitSql(
                TestServer.IS_H2
                        ? "set lock_timeout 20"
                        : TestServer.IS_MARIADB ? "set innodb_lock_wait_timeout = 0" : "set lock_timeout = '20ms'");
        try (var connections = new HikariDataSource(impatient);
                var other = db.connections().getConnection();
                var locking = other.createStatement()) {
            var configuration = db.configuration();
            configuration.getProperties().put("hibernate.connection.datasource", db.recording(connections));
            try (SessionFactory factory = configuration.buildSessionFactory()) {
                other.setAutoCommit(false);
                locking.execute(lock);
                repair.accept(factory);
                other.rollback();
                later.accept(factory);
            }
        }
    }

    @Test
    void aRowThatIsLockedForTooLong() throws SQLException {
        whileLocked(
                "select id from shelf where id = 5 for update",
                factory -> areLeft(repair(factory).repair(), 5L),
                factory -> assertThat(repair(factory).repair().first())
                        .extracting(drift -> drift.id())
                        .isEqualTo(List.of(5L)));
    }

    private static final String ALL = "lock table book in access exclusive mode";

    private void fails(Supplier<RepairReport> repair, int attempts) {
        List<String> sent = db.statementsOf(() -> {
            RepairReport report = repair.get();
            assertThat(report.failures()).isNotEmpty();
            assertThat(report.examined()).isZero();
        });
        assertThat(sent).filteredOn(sql -> sql.contains("book ")).hasSizeLessThanOrEqualTo(attempts);
    }

    /** Each attempt waits until its time is over, for hours if each of many rows has several. */
    @Tag("postgresql")
    @Test
    void aTableThatIsLockedForTooLongIsNotTriedRowByRow() throws SQLException {
        db.inTransaction(session -> {
            for (long id = SHELVES + 1; id <= 200; id++) {
                session.persist(new Shelf(id));
            }
        });
        whileLocked(
                ALL,
                factory -> {
                    fails(() -> repair(factory).chunkSize(100).verify(), 20);
                    fails(() -> repair(factory).chunkSize(100).repair(), 30);
                },
                factory -> assertThat(repair(factory).repair().drifted()).isEqualTo(SHELVES));
    }

    @Tag("postgresql")
    @Test
    void anInterruptEndsARepairThatWaitsForLocks() throws SQLException {
        whileLocked(
                ALL,
                factory -> {
                    List<String> sent = db.statementsOf(() -> {
                        Thread.currentThread().interrupt();
                        assertThatThrownBy(() -> repair(factory).after(5L).repair())
                                .isInstanceOf(CounterCacheException.class)
                                .hasMessage("The repair of Shelf was interrupted after id 5: go on with after(..)");
                        assertThat(Thread.interrupted()).isTrue();
                    });
                    assertThat(sent).filteredOn(sql -> sql.contains("book ")).hasSize(1);
                },
                factory -> repair(factory).repair());
    }

    @Test
    void manyFailuresAreNotLookedForOneByOne() {
        db.inTransaction(session -> {
            for (long id = SHELVES + 1; id <= 400; id++) {
                session.persist(new Shelf(id));
            }
        });
        db.execute("update shelf set pages_total = 3");
        db.execute("alter table shelf add constraint stuck check (pages_total = 3)");
        RepairReport report = repair(db.factory()).chunkSize(50).repair();
        assertThat(report.failures()).hasSizeBetween(100, 115);
        assertThat(report.failures().get(0).upTo()).isEqualTo(1L);
        assertThat(report.failures().get(report.failures().size() - 2).upTo()).isEqualTo(350L);
        db.execute("alter table shelf drop constraint stuck");
        repair(db.factory()).repair();
    }
}
