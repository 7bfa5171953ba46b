package io.countercache.hibernate.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.write.CounterSql;
import io.countercache.hibernate.support.SqlByText;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.function.BiConsumer;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What would be sent to databases that are not there in the tests: the session factory is built without a connection. */
class SqlByTextTest {

    @Entity(name = "Town")
    static class Town {
        @Id
        Long id;

        @Column(name = "tenants_count")
        int tenantsCount;
    }

    @Entity(name = "House")
    static class House {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Town town;

        @Column(name = "tenants_count")
        int tenantsCount;
    }

    @Entity(name = "Tenant")
    static class Tenant {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "tenantsCount", path = "town")
        House house;
    }

    /** Counted where texts and numbers are something. */
    @Entity(name = "Pet")
    static class Pet {
        @Id
        Long id;

        String name;

        int legs;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "tenantsCount", where = "legs = 4")
        Town town;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "tenantsCount", where = "name = 'Rex' and legs = 4")
        House house;
    }

    private static void with(String dialect, BiConsumer<Database, EntityPersister> work) {
        try (SessionFactory factory = SqlByText.configuration(dialect, Town.class, House.class, Tenant.class)
                .buildSessionFactory()) {
            SessionFactoryImplementor built = (SessionFactoryImplementor) factory;
            work.accept(Databases.of(built), Entities.entity(House.class.getName(), built));
        }
    }

    private static String lock(Database database, EntityPersister house, int rows, String end) {
        return RowLocks.selectForUpdate("House", database.locked("House"), house, List.of("town_id"), rows, end);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OracleDialect", "SQLServerDialect", "DB2Dialect", "MySQLDialect", "HSQLDialect"})
    void aCounterIsWrittenInTheSameWayEverywhere(String dialect) {
        with(
                dialect,
                (database, house) -> assertThat(
                                CounterSql.update("House", house, List.of("tenants_count"), List.of(), List.of()))
                        .isEqualTo("update House set tenants_count = coalesce(tenants_count, 0) + ? where id = ?"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | House | ' for update'",
                "SQLServerDialect | House with (updlock,holdlock,rowlock) | ''",
                "DB2Dialect | House | ' for read only with rs use and keep update locks'",
                "HSQLDialect | House | ' for update'"
            })
    void rowsAreLockedByASuffixOrByAHint(String dialect, String from, String end) {
        with(dialect, (database, house) -> {
            assertThat(lock(database, house, 1, database.forUpdate()))
                    .isEqualTo("select town_id, id from " + from + " where id = ?" + end);
            assertThat(lock(database, house, 2, database.forDelete()))
                    .isEqualTo("select town_id, id from " + from + " where id in (?, ?) order by id" + end);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"OracleDialect", "SQLServerDialect", "DB2Dialect"})
    void theyGetNothingThatIsNotKnownToWork(String dialect) {
        with(dialect, (database, house) -> {
            assertThat(database.canReturnUpdated()).isFalse();
            assertThat(database.canQueryBulk()).isFalse();
            assertThat(database.canQueryInserted()).isFalse();
            assertThat(database.canUpdateFromArrays()).isFalse();
            assertThat(database.canUpsert()).isFalse();
            assertThat(database.canCommitAlong()).isFalse();
            assertThat(database.tryLock()).isNull();
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OracleDialect | Oracle takes an empty one for null",
                "SQLServerDialect | SQL Server ignores case and spaces at the end, unless a collation says otherwise",
                "DB2Dialect | DB2 ignores spaces at the end"
            })
    void aConditionOnATextIsRefusedWhereTextsAreComparedInAnotherWay(String dialect, String how) {
        assertThatThrownBy(() -> SqlByText.configuration(dialect, Town.class, House.class, Pet.class)
                        .buildSessionFactory())
                .hasMessageContaining(
                        "Pet.house: 'where': 'name' is a text, and %s, which memory does not: store a boolean, a number or an enum, and compare that",
                        how)
                .hasMessageNotContaining("Pet.town");
    }

    @Test
    void portableLocksAsADeleteDoes() {
        Database portable = new PlainSql(new PostgreSql(new org.hibernate.dialect.PostgreSQLDialect()));
        assertThat(portable.forUpdate()).isEqualTo(" for update");
        assertThat(portable.forDelete()).isEqualTo(" for update");
    }
}
