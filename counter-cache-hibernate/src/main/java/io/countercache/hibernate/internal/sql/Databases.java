package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.support.FactoryScope;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.MySQLDialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/** Finds the {@link Database} of a session factory. */
public final class Databases {

    private Databases() {}

    /** The database of a session factory: found by its dialect, once. */
    public static Database of(SessionFactoryImplementor factory) {
        return FactoryScope.of(factory)
                .get(Database.class, () -> of(factory.getJdbcServices().getDialect()));
    }

    /** The database of the session's factory. */
    public static Database of(SharedSessionContractImplementor session) {
        return of(session.getFactory());
    }

    static Database of(Dialect dialect) {
        if (dialect instanceof PostgreSQLDialect) {
            return new PostgreSql(dialect);
        }
        if (dialect instanceof MySQLDialect) {
            return new MySql(dialect);
        }
        return dialect instanceof H2Dialect ? new H2(dialect) : new Portable(dialect);
    }
}
