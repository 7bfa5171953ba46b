package io.countercache.hibernate.internal.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveKey;
import io.countercache.hibernate.internal.schema.LiveSchema.LiveTable;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.Set;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What JDBC tells of the schema of any database is what PostgreSQL, H2 and MariaDB tell themselves. */
class JdbcCatalogTest {

    @Entity(name = "Country")
    static class Country {
        @Id
        Long id;
    }

    @Entity(name = "Town")
    static class Town {
        @Id
        Long id;

        int housesCount;

        @Column(precision = 12, scale = 3)
        BigDecimal rents;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        Country country;
    }

    @Entity(name = "House")
    static class House {
        @Id
        Long id;

        @Column(precision = 10, scale = 2)
        BigDecimal rent;

        String street;

        double size;

        LocalDateTime built;

        @ManyToOne
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache(
                value = "housesCount",
                where = "street = 'x' and size > 1 and built > local datetime 2000-01-01 00:00:00")
        @CounterCache(value = "rents", sum = "rent")
        Town town;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Country.class, Town.class, House.class);

    @Test
    void jdbcTellsTheSame() throws SQLException {
        var factory = db.factory().unwrap(SessionFactoryImplementor.class);
        Set<String> tables =
                SchemaNeeds.of(Installation.in(factory).model(), factory).tables();
        assertThat(tables).containsExactlyInAnyOrder("house", "town");
        try (Connection connection = db.connections().getConnection()) {
            LiveSchema own = TestServer.IS_MARIADB
                    ? MySqlCatalog.read(tables, connection)
                    : TestServer.IS_H2
                            ? H2Catalog.read(tables, connection)
                            : PostgreSqlCatalog.read(tables, connection);
            LiveSchema any = JdbcCatalog.read(tables, Set.of(), connection);
            for (String table : tables) {
                LiveTable expected = own.mapped(table);
                LiveTable actual = any.mapped(table);
                assertThat(actual.columns.keySet()).isEqualTo(expected.columns.keySet());
                expected.columns.forEach((name, column) -> {
                    assertThat(actual.columns.get(name).type().kind())
                            .as(name)
                            .isEqualTo(column.type().kind());
                    assertThat(actual.columns.get(name).collation()).as(name).isNull();
                    assertThat(actual.columns.get(name).isNullable()).as(name).isEqualTo(column.isNullable());
                });
                assertThat(actual.indexed).isEqualTo(expected.indexed);
                assertThat(new HashSet<LiveKey>(actual.keys)).isEqualTo(new HashSet<>(expected.keys));
            }
            assertThat(any.mapped("house").columns.get("rent").type().scale()).isEqualTo(2);
            assertThat(any.mapped("house").columns.get("built").type().size()).isEqualTo(6);
            assertThat(any.table(own.name("town")).keys).hasSize(1);
            LiveSchema fewer = JdbcCatalog.read(Set.of("house"), Set.of("town"), connection);
            assertThat(fewer.name("town")).isEqualTo(own.name("town"));
            assertThat(fewer.table(own.name("town")).columns).isEmpty();
        }
    }
}
