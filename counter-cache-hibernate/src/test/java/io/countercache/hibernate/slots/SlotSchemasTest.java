package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.CounterSchema;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.jdbc.connections.spi.MultiTenantConnectionProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each tenant has a schema of its own, with a table of slots in it. The same ids are rows of both. */
@Tag("postgresql") // elsewhere there are no slots
class SlotSchemasTest {

    private final Map<String, HikariDataSource> schemas = new HashMap<>();
    private SessionFactory factory;

    /** Gives out the connections of the tenants' schemas. */
    private static final class Connections implements MultiTenantConnectionProvider<String> {
        private static final long serialVersionUID = 1;

        private final transient Map<String, HikariDataSource> schemas;

        Connections(Map<String, HikariDataSource> schemas) {
            this.schemas = schemas;
        }

        @Override
        public Connection getAnyConnection() throws SQLException {
            return getConnection("a");
        }

        @Override
        public void releaseAnyConnection(Connection connection) throws SQLException {
            connection.close();
        }

        @Override
        public Connection getConnection(String tenant) throws SQLException {
            return schemas.get(tenant).getConnection();
        }

        @Override
        public void releaseConnection(String tenant, Connection connection) throws SQLException {
            connection.close();
        }

        @Override
        public boolean supportsAggressiveRelease() {
            return false;
        }

        @Override
        public boolean isUnwrappableAs(Class<?> type) {
            return false;
        }

        @Override
        public <T> T unwrap(Class<T> type) {
            throw new UnsupportedOperationException(type.getName());
        }
    }

    private static Configuration configuration() {
        return new Configuration()
                .addAnnotatedClass(Page.class)
                .addAnnotatedClass(Reply.class)
                .setPhysicalNamingStrategy(new SnakeCase());
    }

    @BeforeEach
    void aPageInEachSchema() {
        for (String tenant : List.of("a", "b")) {
            schemas.put(tenant, TestServer.emptySchema());
            Configuration one = configuration().setProperty("hibernate.hbm2ddl.auto", "create-only");
            one.getProperties().put("hibernate.connection.datasource", schemas.get(tenant));
            one.buildSessionFactory().close();
        }
        Configuration both = configuration();
        both.getProperties().put("hibernate.multi_tenant_connection_provider", new Connections(schemas));
        factory = both.buildSessionFactory();
        for (String tenant : List.of("a", "b")) {
            as(tenant, session -> session.persist(new Page()));
        }
        reply("a", 1);
        reply("b", 3);
    }

    @AfterEach
    void drop() {
        factory.close();
        schemas.values().forEach(TestServer::drop);
    }

    private void as(String tenant, Consumer<Session> work) {
        try (Session session =
                factory.withOptions().tenantIdentifier((Object) tenant).openSession()) {
            session.beginTransaction();
            work.accept(session);
            session.getTransaction().commit();
        }
    }

    private void reply(String tenant, int replies) {
        as(tenant, session -> {
            for (int i = 0; i < replies; i++) {
                session.persist(new Reply(session.getReference(Page.class, 1L)));
            }
            CounterCaches.of(session).on(Page.class, 1L).increment("views", replies);
        });
    }

    private void shows(String tenant, int replies) {
        as(tenant, session -> {
            Page page = session.find(Page.class, 1L);
            assertThat(page.repliesCount).isEqualTo(replies);
            assertThat(page.views).isEqualTo(replies);
        });
        assertThat(CounterRepair.verifyAll(factory, List.of(tenant)).isClean()).isTrue();
    }

    private long number(String tenant, String sql) {
        try (var connection = schemas.get(tenant).getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private void execute(String tenant, String sql) {
        try (var connection = schemas.get(tenant).getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Test
    void eachHasSlotsOfItsOwnAndIsSquashedByItself() {
        shows("a", 1);
        shows("b", 3);
        assertThat(CounterRepair.of(factory, Page.class).tenant("a").squash()).isEqualTo(3);
        assertThat(number("a", "select count(*) from page_views_slots")).isZero();
        assertThat(number("b", "select count(*) from page_views_slots")).isEqualTo(3);
        shows("a", 1);
        shows("b", 3);
    }

    @Test
    void theScriptNamesNoSchemaAndIsForEach() {
        String script = CounterSchema.of(factory).script();
        schemas.keySet().forEach(tenant -> {
            execute(tenant, "drop table page_views_slots");
            execute(
                    tenant,
                    "alter table page_views drop column views, drop column replies_count, drop column paid_total,"
                            + " drop column pins_count");
            execute(tenant, "delete from reply");
            execute(tenant, script);
        });
        reply("a", 2);
        reply("b", 1);
        shows("a", 2);
        shows("b", 1);
    }
}
