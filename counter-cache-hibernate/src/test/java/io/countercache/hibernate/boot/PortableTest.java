package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCacheException;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SinceHibernate;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is sent where only the statements are wanted that all databases have. */
class PortableTest extends TownTests {

    /** What a proxy before PostgreSQL, or an engine that only looks like it, may not understand. */
    private static final Pattern SPECIAL = Pattern.compile(
            "\\breturning\\b|\\bwith\\b|unnest|no key|;|pg_|on conflict|merge into|(final|old|new) table|information_schema",
            Pattern.CASE_INSENSITIVE);

    PortableTest() {
        super(db -> db.setting(CounterCacheSettings.DATABASE, "portable"));
    }

    @Override
    void sending(Runnable work) {
        List<String> sent = db.messagesOf(work);
        assertThat(sent).isNotEmpty();
        assertThat(sent).noneMatch(sql -> SPECIAL.matcher(sql).find());
    }

    @Test
    void theBootAsksNothingSpecial() {
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
        assertThat(db.messagesOf(() -> configuration.buildSessionFactory().close()))
                .noneMatch(sql -> SPECIAL.matcher(sql).find());
    }

    @Test
    @SinceHibernate("7.2")
    void aBulkInsertIsRefused() {
        assertThatThrownBy(() -> db.inTransaction(session -> session.createMutationQuery(
                                "insert into Tenant (id, adult, house) select h.id, true, h from House h")
                        .executeUpdate()))
                .isInstanceOf(UncountableStatementException.class)
                .hasMessageContaining("this database cannot answer with the rows that it inserts");
    }

    @Test
    void aBumpIsRefused() {
        assertThatThrownBy(() -> db.inTransaction(
                        session -> CounterCaches.of(session).bump(House.class, Map.of("id", 77L), "letters", 1)))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "House cannot be bumped, because that needs PostgreSQL, H2, MariaDB or MySQL, not hibernate.counter_cache.database=portable: insert the row, then increment");
    }

    @Test
    @Tag("postgresql")
    void withoutTheSettingPostgreSqlGetsMore() {
        db.inTransaction(session -> tenants(24, session));
        var configuration = db.configuration();
        configuration.getProperties().put(CounterCacheSettings.DATABASE, "postgresql");
        try (SessionFactory other = configuration.buildSessionFactory()) {
            assertThat(db.messagesOf(() ->
                            other.inTransaction(session -> session.createSelectionQuery("from Tenant", Tenant.class)
                                    .getResultList()
                                    .forEach(session::remove))))
                    .anyMatch(sql -> sql.contains("unnest"))
                    .anyMatch(sql -> sql.contains("no key"));
        }
    }
}
