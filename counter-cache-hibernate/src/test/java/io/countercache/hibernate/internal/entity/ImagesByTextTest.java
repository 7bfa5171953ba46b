package io.countercache.hibernate.internal.entity;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.OwnQueries;
import io.countercache.hibernate.support.SqlByText;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.util.List;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How before images are read and locked on databases that are not there. */
class ImagesByTextTest {

    @Entity(name = "House")
    @Table(name = "house")
    static class House {
        @Id
        Long id;

        @Column(name = "tenants_count")
        int tenantsCount;
    }

    @Entity(name = "Tenant")
    @Table(name = "tenant")
    static class Tenant {
        @Id
        Long id;

        @Version
        int version;

        int rooms;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(where = "rooms > 0")
        House house;
    }

    private static String sent(String dialect, Object... ids) {
        try (var database = new SqlByText(dialect, House.class, Tenant.class)) {
            var tenants = Entities.entity(Tenant.class.getName(), database.factory());
            var query =
                    ImageQuery.of(Installation.in(database.factory()).model().watched(tenants));
            var reader = new ImageReader(new OwnQueries(), true, new Activity());
            return database.sent(
                    session -> reader.read(query, List.of(ids), (SharedSessionContractImplementor) session));
        }
    }

    private static final String COLUMNS = "select t1_0.id,t1_0.house_id,t1_0.rooms,t1_0.version from tenant t1_0";

    /** On Oracle it is locked by a statement of the library, and read by a later one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | select id from tenant where id = ? for update",
                "SQLServerDialect | {columns} with (updlock,holdlock,rowlock) where t1_0.id=?",
                "DB2Dialect | {columns} where t1_0.id=? for read only with rs use and keep update locks"
            })
    void oneRow(String dialect, String sql) {
        assertThat(sent(dialect, 1L)).isEqualTo(sql.replace("{columns}", COLUMNS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | select id from tenant where id in (?, ?) order by id for update",
                "SQLServerDialect | {columns} with (updlock,holdlock,rowlock) where t1_0.id in (?,?) order by t1_0.id",
                "DB2Dialect | {columns} where t1_0.id in (?,?) order by t1_0.id for read only with rs use and keep update locks"
            })
    void severalRows(String dialect, String sql) {
        assertThat(sent(dialect, 1L, 2L)).isEqualTo(sql.replace("{columns}", COLUMNS));
    }
}
