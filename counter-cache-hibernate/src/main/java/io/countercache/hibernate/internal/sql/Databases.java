package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.support.FactoryScope;
import io.countercache.hibernate.internal.support.Settings.DatabaseKind;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.HSQLDialect;
import org.hibernate.dialect.MySQLDialect;
import org.hibernate.dialect.OracleDialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;

/** Finds the {@link Database} of a session factory. */
public final class Databases {

    private Databases() {}

    /** Sets the database of a session factory, before anybody asks for it. */
    public static void set(DatabaseKind kind, SessionFactoryImplementor factory) {
        FactoryScope.of(factory)
                .put(Database.class, of(kind, factory.getJdbcServices().getDialect()));
    }

    /** The database of a session factory: if none was set, found by its dialect, once. */
    public static Database of(SessionFactoryImplementor factory) {
        return FactoryScope.of(factory)
                .get(Database.class, () -> of(factory.getJdbcServices().getDialect()));
    }

    /** The database of the session's factory. */
    public static Database of(SharedSessionContractImplementor session) {
        return of(session.getFactory());
    }

    /** The database of a kind; the dialect says how some of its statements are written. */
    static Database of(DatabaseKind kind, Dialect dialect) {
        return switch (kind) {
            case AUTO -> of(dialect);
            case PORTABLE -> new PlainSql(of(dialect));
            case POSTGRESQL -> new PostgreSql(dialect);
            case H2 -> new H2(dialect);
            case MYSQL, MARIADB -> new MySql(dialect);
        };
    }

    public static Database of(Dialect dialect) {
        if (dialect instanceof PostgreSQLDialect) {
            return new PostgreSql(dialect);
        }
        if (dialect instanceof MySQLDialect) {
            return new MySql(dialect);
        }
        if (dialect instanceof OracleDialect) {
            return new Oracle(dialect);
        }
        if (dialect instanceof HSQLDialect) {
            return new Hsqldb(dialect);
        }
        // the older of its two classes is in the oldest Hibernate, the newer one in an artifact that few have
        if (dialect.getClass().getSimpleName().startsWith("Derby")) {
            return new Derby(dialect);
        }
        return dialect instanceof H2Dialect ? new H2(dialect) : new Portable(dialect);
    }
}
