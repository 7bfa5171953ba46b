package io.countercache.hibernate.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.count.CountQuery;
import io.countercache.hibernate.internal.count.IdRange;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.path.PathReads;
import io.countercache.hibernate.support.SqlByText;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts, on databases that are not there: no statement of it locks, groups and sorts at once. */
class CountsByTextTest {

    @Entity(name = "Town")
    @Table(name = "town")
    static class Town {
        @Id
        Long id;

        @Column(name = "rooms_total")
        int roomsTotal;

        @Counter(min = 0)
        int seats;
    }

    @Entity(name = "House")
    @Table(name = "house")
    static class House {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Town town;

        @Column(name = "tenants_count")
        int tenantsCount;
    }

    @Entity(name = "Tenant")
    @Table(name = "tenant")
    static class Tenant {
        @Id
        Long id;

        int rooms;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(where = "rooms > 0")
        @CounterCache(value = "roomsTotal", path = "town", sum = "rooms")
        House house;
    }

    private static SqlByText database(String dialect) {
        return new SqlByText(dialect, Town.class, House.class, Tenant.class);
    }

    private static final String STORED = "select h1_0.id,coalesce(h1_0.tenants_count,0),";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | t1_0.house_id parent,count(*) total | counted1_0",
                "SQLServerDialect | t1_0.house_id,count_big(*) | counted1_0(parent,total)",
                "DB2Dialect | t1_0.house_id,count(*) | counted1_0(parent,total)"
            })
    void aResetOfSeveralRows(String dialect, String counted, String alias) {
        try (var database = database(dialect)) {
            assertThat(database.sent(session -> CounterCaches.of(session)
                            .on(House.class, List.of(1L, 2L))
                            .reset()))
                    .isEqualTo(STORED + "coalesce(counted1_0.total,0) from house h1_0 left join (select " + counted
                            + " from tenant t1_0 where t1_0.house_id in (?,?) and (t1_0.rooms>0) group by t1_0.house_id) "
                            + alias + " on counted1_0.parent=h1_0.id where h1_0.id in (?,?) order by h1_0.id");
        }
    }

    @ParameterizedTest
    @CsvSource({"OracleDialect, count(*)", "SQLServerDialect, count_big(*)", "DB2Dialect, count(*)"})
    void aResetOfOneRow(String dialect, String count) {
        try (var database = database(dialect)) {
            assertThat(database.sent(session ->
                            CounterCaches.of(session).on(House.class, 1L).reset()))
                    .isEqualTo(
                            STORED + "(select " + count
                                    + " from tenant t1_0 where t1_0.house_id=h1_0.id and (t1_0.rooms>0)) from house h1_0 where h1_0.id in (?) order by h1_0.id");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | h1_0.town_id parent,sum(t2_0.rooms) total | counted1_0",
                "SQLServerDialect | h1_0.town_id,sum(t2_0.rooms) | counted1_0(parent,total)",
                "DB2Dialect | h1_0.town_id,sum(t2_0.rooms) | counted1_0(parent,total)"
            })
    void aChunkOfARepairByWayOfAPath(String dialect, String counted, String alias) {
        try (var database = database(dialect)) {
            EntityPersister town = town(database);
            IdRange range = new IdRange(town, 5L, 9L);
            assertThat(database.sent(session -> {
                        var query = session.createSelectionQuery(
                                count(town, database).ofWrong(range), Object[].class);
                        range.bind(query);
                        query.getResultList();
                    }))
                    .isEqualTo(
                            "select t1_0.id,coalesce(t1_0.rooms_total,0),coalesce(counted1_0.total,0) from town t1_0 left join (select "
                                    + counted
                                    + " from tenant t2_0 join house h1_0 on h1_0.id=t2_0.house_id where (h1_0.town_id>?) and (h1_0.town_id<=?) group by h1_0.town_id) "
                                    + alias
                                    + " on counted1_0.parent=t1_0.id where (t1_0.id>?) and (t1_0.id<=?) and coalesce(t1_0.rooms_total,0)<>coalesce(counted1_0.total,0) order by t1_0.id");
        }
    }

    private static EntityPersister town(SqlByText database) {
        return Entities.entity(Town.class.getName(), database.factory());
    }

    private static CountQuery count(EntityPersister parent, SqlByText database) {
        CounterModel model = Installation.in(database.factory()).model();
        return new CountQuery(parent, model.countersIn(parent).get(0), model);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OracleDialect", "SQLServerDialect", "DB2Dialect"})
    void theEndOfAChunkOfARepair(String dialect) {
        try (var database = database(dialect)) {
            assertThat(database.sentWith(
                            factory -> CounterRepair.of(factory, House.class).verify()))
                    .contains("order by h1_0.id") // the rest depends on the version of Hibernate
                    .doesNotContain("for update", "with rs", "updlock");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OracleDialect", "SQLServerDialect", "DB2Dialect"})
    void whatIsCountedBeneathARowOnAPath(String dialect) {
        try (var database = database(dialect)) {
            assertThat(database.sent(session -> session.createSelectionQuery(
                                    count(town(database), database).beneath(0), Number.class)
                            .setParameter("id", 1L)
                            .getResultList()))
                    .isEqualTo("select sum(t1_0.rooms) from tenant t1_0 where t1_0.house_id=?");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OracleDialect", "SQLServerDialect", "DB2Dialect"})
    void whereAPathLeads(String dialect) {
        try (var database = database(dialect)) {
            CounterModel model = Installation.in(database.factory()).model();
            CounterDefinition total = model.countersIn(town(database)).get(0);
            PathReads paths = new PathReads(model, new OwnQueries());
            assertThat(database.sent(session -> paths.ahead(
                            Map.of(model.paths().steps(total).get(0), Set.of(1L)),
                            table -> true,
                            (SharedSessionContractImplementor) session)))
                    .isEqualTo(
                            "select t1_0.id from house h1_0 left join town t1_0 on t1_0.id=h1_0.town_id where h1_0.id in (?)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OracleDialect", "SQLServerDialect", "DB2Dialect"})
    void aCounterByHandWithinItsLimits(String dialect) {
        try (var database = database(dialect)) {
            assertThat(database.sent(session ->
                            CounterCaches.of(session).on(Town.class, 1L).tryDecrement("seats", 2)))
                    .isEqualTo(
                            "update town set seats = coalesce(seats, 0) + ? where id = ? and coalesce(seats, 0) >= ?");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OracleDialect", "SQLServerDialect", "DB2Dialect"})
    void bumpIsRefused(String dialect) {
        try (var database = database(dialect)) {
            assertThatThrownBy(() -> database.factory()
                            .inTransaction(
                                    session -> CounterCaches.of(session).bump(Town.class, Map.of("id", 1L), "seats")))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage(
                            "Town cannot be bumped, because that needs PostgreSQL, H2, MariaDB or MySQL, not %s: insert the row, then increment",
                            dialect);
        }
    }
}
