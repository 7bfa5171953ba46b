package io.countercache.hibernate.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import org.hibernate.dialect.DatabaseVersion;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.HSQLDialect;
import org.hibernate.dialect.MariaDBDialect;
import org.hibernate.dialect.MySQLDialect;
import org.hibernate.dialect.OracleDialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.dialect.SQLServerDialect;
import org.hibernate.dialect.SybaseASEDialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How databases lock that are not there in the tests. */
class DatabasesTest {

    private static Database of(Class<? extends Dialect> dialect) throws ReflectiveOperationException {
        return Databases.of(dialect.getConstructor().newInstance());
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                PostgreSQLDialect.class,
                H2Dialect.class,
                MySQLDialect.class,
                MariaDBDialect.class,
                OracleDialect.class,
                HSQLDialect.class
            })
    void someLockByTheEndOfTheQuery(Class<? extends Dialect> dialect) throws ReflectiveOperationException {
        assertThat(of(dialect).canLock()).isTrue();
        assertThat(of(dialect).forUpdate()).isNotBlank();
        assertThat(of(dialect).locked("post")).isEqualTo("post");
    }

    @Test
    void othersLockByAHint() throws ReflectiveOperationException {
        assertThat(of(SQLServerDialect.class).canLock()).isTrue();
        assertThat(of(SQLServerDialect.class).locked("post")).isEqualTo("post with (updlock,holdlock,rowlock)");
        assertThat(of(SybaseASEDialect.class).canLock()).isTrue();
        assertThat(of(SybaseASEDialect.class).locked("post")).isEqualTo("post holdlock");
    }

    @ParameterizedTest
    @ValueSource(classes = {MySQLDialect.class, MariaDBDialect.class, H2Dialect.class})
    void someReadOldRowsAtRepeatableReadOnly(Class<? extends Dialect> dialect) throws ReflectiveOperationException {
        assertThat(of(dialect).readsOldRows(Connection.TRANSACTION_REPEATABLE_READ))
                .isTrue();
        assertThat(of(dialect).readsOldRows(Connection.TRANSACTION_READ_COMMITTED))
                .isFalse();
        assertThat(of(dialect).readsOldRows(Connection.TRANSACTION_SERIALIZABLE))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(classes = {PostgreSQLDialect.class, OracleDialect.class, SQLServerDialect.class})
    void othersNever(Class<? extends Dialect> dialect) throws ReflectiveOperationException {
        assertThat(of(dialect).readsOldRows(Connection.TRANSACTION_REPEATABLE_READ))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(classes = {MySQLDialect.class, MariaDBDialect.class})
    void mySqlUpsertsAsMariaDbDoes(Class<? extends Dialect> dialect) throws ReflectiveOperationException {
        assertThat(of(dialect).canUpsert()).isTrue();
        assertThat(of(dialect).upsertsFromZero()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(classes = {OracleDialect.class, SQLServerDialect.class, HSQLDialect.class})
    void othersDoNotUpsert(Class<? extends Dialect> dialect) throws ReflectiveOperationException {
        assertThat(of(dialect).canUpsert()).isFalse();
    }

    @Test
    void locksAreSkippedByVersionsThatCan() {
        assertThat(new MySql(new MariaDBDialect(DatabaseVersion.make(10, 6))).skipLocked())
                .isEqualTo(" for update skip locked");
        assertThat(new MySql(new MariaDBDialect(DatabaseVersion.make(10, 5))).skipLocked())
                .isNull();
        assertThat(new MySql(new MySQLDialect(DatabaseVersion.make(8))).skipLocked())
                .isEqualTo(" for update skip locked");
    }
}
