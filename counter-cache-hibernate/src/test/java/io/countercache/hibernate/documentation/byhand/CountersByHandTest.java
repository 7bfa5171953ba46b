package io.countercache.hibernate.documentation.byhand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.documentation.Blocks;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.EntityManager;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("postgresql")
class CountersByHandTest {

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Product.class, Requests.class);

    @Test
    void taking() {
        Product apples = new Product();
        apples.id = 1L;
        apples.available = 5;
        db.persist(apples);

        List<String> statements = db.statementsOf(() -> db.inTransaction(session -> take(session, 1L)));

        assertThat(statements.stream().map(Blocks::inOneLine))
                .containsAll(Blocks.testedBy("CountersByHandTest#taking"));
        assertThat(db.number("select available from product")).isEqualTo(2);
    }

    private static void take(EntityManager entityManager, long id) {
        // tag::take[]
        CounterCaches counters = CounterCaches.of(entityManager);
        long left = counters.on(Product.class, id).take("available", 3);
        // end::take[]
        assertThat(left).isEqualTo(2);
    }

    @Test
    @SinceHibernate("7.4")
    void bumping() {
        List<String> statements = db.statementsOf(
                () -> db.inTransaction(session -> bump(CounterCaches.of(session), "key", LocalDate.of(2026, 5, 1))));

        assertThat(statements.stream().map(Blocks::inOneLine).map(CountersByHandTest::words))
                .containsAll(Blocks.testedBy("CountersByHandTest#bumping").stream()
                        .map(CountersByHandTest::words)
                        .toList());
        assertThat(db.number("select total from requests")).isEqualTo(1);
    }

    /** The columns have no certain order. */
    private static List<String> words(String sql) {
        return Stream.of(sql.split("\\W+", -1)).sorted().toList();
    }

    private static void bump(CounterCaches counters, String key, LocalDate may) {
        // tag::bump[]
        int total = (int) counters.bump(Requests.class, Map.of("apiKey", key, "period", may), "total");
        // end::bump[]
        assertThat(total).isEqualTo(1);
    }

    @Test
    void aMigrationScript() {
        db.execute("drop table product");
        db.execute("drop table requests");
        db.execute("create table product (id bigint primary key)");
        Blocks.testedBy("CountersByHandTest#aMigrationScript").forEach(db::execute);
        theTablesAreGuarded();

        Configuration strict = db.configuration();
        strict.getProperties().put("hibernate.hbm2ddl.auto", "none");
        strict.getProperties().put(CounterCacheSettings.CHECK_SCHEMA, "fail");
        strict.buildSessionFactory().close();
    }

    @Test
    void theTablesAreGuarded() {
        db.execute("insert into product (id) values (1)");
        assertThat(db.number("select available from product")).isZero();
        db.execute("insert into requests (id, api_key, period) values (1, 'key', '2026-05-01')");
        for (String wrong : List.of(
                "update product set available = -1",
                "update requests set total = -1",
                "update requests set total = 1001",
                "insert into requests (id, api_key, period) values (2, 'key', '2026-05-01')")) {
            assertThatThrownBy(() -> db.execute(wrong)).as(wrong).hasMessage(wrong);
        }
    }
}
