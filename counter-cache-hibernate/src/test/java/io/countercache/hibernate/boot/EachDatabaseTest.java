package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCacheException;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SinceHibernate;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What users do first, on each database that tests run on. */
@Tag("embedded")
class EachDatabaseTest extends TownTests {

    EachDatabaseTest() {
        super(db -> {});
    }

    /** What a database cannot do is refused, and changes nothing. */
    @Test
    @SinceHibernate("7.2")
    void aBulkInsertIsCountedOrRefused() {
        twelveTenants();
        try {
            db.inTransaction(session -> session.createMutationQuery(
                            "insert into Tenant (id, adult, house) select t.id + 100, true, t.house from Tenant t")
                    .executeUpdate());
            assertThat(countsOf(1)).containsExactly(2L, 2L, 12L);
        } catch (UncountableStatementException e) {
            assertThat(e).hasMessageContaining("this database cannot answer with the rows that it inserts");
            assertThat(countsOf(1)).containsExactly(1L, 1L, 6L);
        }
    }

    @Test
    void aBumpIsWrittenOrRefused() {
        try {
            db.inTransaction(session -> CounterCaches.of(session).bump(Town.class, Map.of("id", 77L), "visits", 1));
            assertThat(db.number("select visits from town where id = 77")).isEqualTo(1);
        } catch (CounterCacheException e) {
            assertThat(e).hasMessageContaining("that needs PostgreSQL, H2, MariaDB or MySQL");
            assertThat(db.number("select count(*) from town where id = 77")).isZero();
        }
    }
}
