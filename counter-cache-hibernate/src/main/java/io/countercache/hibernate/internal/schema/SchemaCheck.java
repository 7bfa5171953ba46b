package io.countercache.hibernate.internal.schema;

import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.support.Settings;
import io.countercache.hibernate.internal.support.Settings.CheckSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.engine.config.spi.ConfigurationService;
import org.hibernate.engine.jdbc.connections.spi.JdbcConnectionAccess;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.jboss.logging.Logger;

/**
 * Checks that the live schema fits the counters of a session factory. Reads metadata only, on a connection of its own, as
 * Hibernate's schema tools do. Thread-safe.
 */
public final class SchemaCheck {

    private static final Logger LOG = Logger.getLogger(SchemaCheck.class);

    private final CounterModel model;
    private volatile String script = "";
    private final MappedKeys keys;
    private final CheckSchema mode;
    private final SessionFactoryImplementor factory;

    /**
     * What was found.
     *
     * @param problems what does not fit, each with where, what and remedy
     * @param remarks what is worth knowing, and does no harm
     */
    private record Findings(List<String> problems, List<String> remarks) {}

    public SchemaCheck(CounterModel model, MappedKeys keys, CheckSchema mode, SessionFactoryImplementor factory) {
        this.model = model;
        this.keys = keys;
        this.mode = mode;
        this.factory = factory;
    }

    /** Checks once the factory has been built, and Hibernate's schema tool has run. */
    public void atBoot() {
        if (mode == CheckSchema.OFF) {
            return;
        }
        if (!isMetadataAllowed()) {
            skip(JdbcSettings.ALLOW_METADATA_ON_BOOT + " is false");
            return;
        }
        Findings found;
        try {
            found = find();
        } catch (SQLException
                | RuntimeException e) { // whatever a driver or a pool throws: a check must not fail a boot
            skip(String.valueOf(e.getMessage()).strip());
            LOG.debug("The schema was not checked", e);
            return;
        }
        if (!found.remarks().isEmpty()) {
            LOG.infof("Columns of counters:%s", list(found.remarks()));
        }
        if (found.problems().isEmpty()) {
            return;
        }
        if (mode == CheckSchema.FAIL) {
            throw new CounterMappingException(
                    "the schema does not fit the counters, and %s is fail".formatted(Settings.CHECK_SCHEMA),
                    found.problems());
        }
        LOG.warnf("The schema does not fit the counters:%s", list(found.problems()));
    }

    /** What does not fit, whatever the setting says. Throws where the database cannot be asked. */
    public List<String> problems() {
        try {
            return find().problems();
        } catch (SQLException e) {
            throw factory.getJdbcServices().getSqlExceptionHelper().convert(e, "could not read the schema");
        }
    }

    /** The same for a verification: nothing where the check is off, or the database cannot be asked. */
    public List<String> problemsIfAsked() {
        try {
            return mode == CheckSchema.OFF ? List.of() : find().problems();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The schema was not checked", e);
            return List.of();
        }
    }

    private boolean isMetadataAllowed() {
        Object allowed = factory.getServiceRegistry()
                .requireService(ConfigurationService.class)
                .getSettings()
                .get(JdbcSettings.ALLOW_METADATA_ON_BOOT);
        return allowed == null || Boolean.parseBoolean(allowed.toString());
    }

    private static void skip(String why) {
        LOG.infof("The schema was not checked: %s", why);
    }

    private static String list(List<String> findings) {
        String line = System.lineSeparator() + "  - ";
        return line + String.join(line, findings);
    }

    /** Keeps the DDL that counters need: it is written while Hibernate's boot model is there. */
    public void script(String ddl) {
        script = ddl;
    }

    /** The DDL that counters need. */
    public String script() {
        return script;
    }

    /**
     * Those of the tables with counters in which an UPDATE by id is known to change every row that is there. Whatever the setting
     * says: that is not asked for a warning.
     */
    public Set<String> plainTables() {
        if (!isMetadataAllowed()
                || factory.getSessionFactoryOptions()
                        .isMultiTenancyEnabled() // the tables of other tenants may be others
                || Databases.of(factory).catalog() != Database.Catalog.PG_CATALOG) {
            return Set.of();
        }
        Set<String> written = new HashSet<>(model.tables().names());
        written.addAll(model.slots().tables());
        try {
            Set<String> plain = read(connection -> PostgreSqlCatalog.plain(written, connection));
            written.stream()
                    .filter(table -> !plain.contains(table))
                    .forEach(table -> LOG.debugf(
                            "Counters of %s are written just before the commit, not with it: it is no ordinary table, or row level"
                                    + " security, a rule or a trigger can keep an UPDATE from a row",
                            table));
            return plain;
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The tables of counters were not looked at", e);
            return Set.of();
        }
    }

    /** Reads from a database. */
    private interface Reading<R> {
        R read(Connection connection) throws SQLException;
    }

    private Findings find() throws SQLException {
        SchemaNeeds needs = SchemaNeeds.of(model, factory);
        return read(connection -> find(needs, connection));
    }

    private <R> R read(Reading<R> reading) throws SQLException {
        JdbcConnectionAccess access = factory.getJdbcServices().getBootstrapJdbcConnectionAccess();
        Connection connection = access.obtainConnection();
        try {
            return reading.read(connection);
        } finally {
            endTransaction(connection);
            access.releaseConnection(connection);
        }
    }

    /** A pool without autocommit would get the connection back in the middle of a transaction. */
    private static void endTransaction(Connection connection) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
        } catch (SQLException e) {
            LOG.debug("A transaction of a transaction manager, which ends it itself", e);
        }
    }

    private Findings find(SchemaNeeds needs, Connection connection) throws SQLException {
        Database database = Databases.of(factory);
        List<String> problems = new ArrayList<>();
        if (!database.canLock(connection)) {
            problems.add(
                    "%s locks no rows that a query reads, so that counters may drift when several transactions change one row: use transactions that are SERIALIZABLE"
                            .formatted(database.name()));
        }
        if (!database.canLockReads()
                && database.readsOldRows(Connection.TRANSACTION_REPEATABLE_READ) // the others are not asked
                && database.readsOldRows(connection.getTransactionIsolation())) {
            problems.add(
                    "connections are at REPEATABLE READ, where this database reads old rows after it has locked the new ones, so that resets and some deletions are refused: set the connection pool to READ COMMITTED (in Spring Boot, spring.datasource.hikari.transaction-isolation; without a DataSource, hibernate.connection.isolation)");
        }
        LiveSchema live = read(database, needs, connection);
        if (needs.tables().stream().allMatch(table -> live.mapped(table) == null)) {
            skip("none of its tables is there yet");
            return new Findings(problems, List.of());
        }
        ColumnFindings columns = new ColumnFindings(needs, live);
        problems.addAll(columns.problems());
        problems.addAll(new KeyFindings(needs, keys, live).problems());
        return new Findings(problems, List.copyOf(columns.remarks()));
    }

    private LiveSchema read(Database database, SchemaNeeds needs, Connection connection) throws SQLException {
        Set<String> tables = needs.tables();
        Set<String> all = new HashSet<>(tables); // also those of keys that lead to counted rows
        keys.all().forEach(key -> all.add(key.table()));
        return switch (database.catalog()) {
            case PG_CATALOG -> PostgreSqlCatalog.read(all, connection);
            case INFORMATION_SCHEMA -> H2Catalog.read(all, connection);
            case MYSQL_INFORMATION_SCHEMA -> MySqlCatalog.read(all, connection);
            case JDBC -> JdbcCatalog.read(tables, all, connection);
        };
    }
}
