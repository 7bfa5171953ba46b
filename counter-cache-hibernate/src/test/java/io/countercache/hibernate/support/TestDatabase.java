package io.countercache.hibernate.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.countercache.CounterMappingException;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterRepair;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An empty schema with the tables of some entities for each test, and the statements that were sent to it. After each
 * test every counter has to equal its count, or the test fails. The tests of a class may share one, see {@link #shared}.
 */
public final class TestDatabase implements BeforeEachCallback, AfterEachCallback {

    private static final String QUEUE = "hibernate.flush.queue.type";

    private final List<Class<?>> entities;
    private final boolean isShared;
    private final List<String> mappings = new ArrayList<>();
    private final Map<String, Object> settings = new HashMap<>();
    private List<String> statements = new CopyOnWriteArrayList<>();
    private HikariDataSource connections;
    private SessionFactory factory;
    private OpenDatabase open;

    private TestDatabase(List<Class<?>> entities, boolean isShared) {
        this.entities = entities;
        this.isShared = isShared;
    }

    public static TestDatabase with(Class<?>... entities) {
        return new TestDatabase(List.of(entities), false);
    }

    /**
     * One for all tests of the class that want the same: the tables are emptied after each test, but they and the session
     * factory are built once, which is most of the work of a small test. A test that changes the tables or the factory is an
     * {@link OwnDatabase}.
     */
    public static TestDatabase shared(Class<?>... entities) {
        return new TestDatabase(List.of(entities), true);
    }

    public TestDatabase setting(String name, Object value) {
        settings.put(name, value);
        return this;
    }

    /** Reads an orm.xml as well. */
    public TestDatabase mappedBy(String resource) {
        mappings.add(resource);
        return this;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        open = isShared(context)
                ? OpenDatabase.of(context, List.of(entities, mappings, Map.copyOf(settings)), this::open)
                : open();
        connections = open.connections();
        factory = open.factory();
        statements = open.statements();
        statements.clear();
    }

    private boolean isShared(ExtensionContext context) {
        return isShared
                && TestServer.canEmptyTables()
                && !context.getRequiredTestMethod().isAnnotationPresent(OwnDatabase.class);
    }

    private OpenDatabase open() {
        connections = TestServer.emptySchema();
        return new OpenDatabase(connections, buildFactory(), statements);
    }

    private SessionFactory buildFactory() {
        try {
            return firstFactory();
        } catch (CounterMappingException e) {
            if (!e.getMessage().contains(QUEUE)) {
                throw e;
            }
            settings.put(
                    QUEUE,
                    "legacy"); // Hibernate 8 needs this for some collections, and has the other queue for all else
            return firstFactory();
        }
    }

    private SessionFactory firstFactory() {
        Configuration first = configuration();
        // an update would look at every table first, and there is none
        first.getProperties().put("hibernate.hbm2ddl.auto", "create-only");
        return first.buildSessionFactory();
    }

    /** What {@link #factory()} was built from, for tests that build another one for the same tables. */
    public Configuration configuration() {
        Configuration configuration = new Configuration(HibernateServices.registry());
        entities.forEach(configuration::addAnnotatedClass);
        mappings.forEach(configuration::addResource);
        configuration.setPhysicalNamingStrategy(new SnakeCase());
        configuration.getProperties().put("hibernate.connection.datasource", recording(connections));
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "update");
        // looks for a class beside each entity, and there is none
        configuration.getProperties().put("hibernate.jpa.static_metamodel.population", "disabled");
        String sizes = System.getProperty("test.collection_size", "true");
        configuration.getProperties().put(CounterCacheSettings.COLLECTION_SIZE, sizes);
        if (TestServer.IS_PORTABLE) {
            configuration.getProperties().put(CounterCacheSettings.DATABASE, "portable");
        }
        configuration.getProperties().putAll(settings);
        return configuration;
    }

    /** The same connections, but what is sent through them is recorded. */
    public DataSource recording(DataSource recorded) {
        return ProxyDataSourceBuilder.create(recorded)
                .afterQuery((execution, queries) -> queries.forEach(query -> {
                    int rows = Math.max(1, query.getParametersList().size());
                    for (int i = 0; i < rows; i++) {
                        statements.add(query.getQuery());
                    }
                }))
                .build();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            if (context.getExecutionException().isEmpty()) {
                assertThat(CounterRepair.verifyAll(factory)).matches(RepairReport::isClean, "no drift");
            }
        } finally {
            if (isShared(context)) {
                open.empty();
            } else {
                open.close();
            }
        }
    }

    public SessionFactory factory() {
        return factory;
    }

    public HikariDataSource connections() {
        return connections;
    }

    /** A session that calls this before each statement that it sends. */
    @SuppressWarnings("deprecation") // 6.6 takes nothing else
    public Session openSession(StatementInspector beforeEach) {
        return factory.withOptions().statementInspector(beforeEach).openSession();
    }

    public void inTransaction(Consumer<Session> work) {
        factory.inTransaction(work);
    }

    public <R> R fromTransaction(Function<Session, R> work) {
        return factory.fromTransaction(work);
    }

    public <E> E persist(E entity) {
        inTransaction(session -> session.persist(entity));
        return entity;
    }

    /** The single value that a query finds, read past Hibernate. */
    public long number(String sql) {
        try (var connection = connections.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).as("a row for " + sql).isTrue();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The same as text. */
    public String text(String sql) {
        try (var connection = connections.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).as("a row for " + sql).isTrue();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** What a query finds in its first column, as one text. */
    public String texts(String sql) {
        try (var connection = connections.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            StringJoiner texts = new StringJoiner(" ");
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts.toString();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Changes rows behind Hibernate's back. */
    public int execute(String sql) {
        try (var connection = connections.getConnection();
                var statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** What was sent while this ran, one entry for each row of a batch, and without a COMMIT that was sent along with it. */
    public List<String> statementsOf(Runnable work) {
        return messagesOf(work).stream()
                .map(SentStatements::statements)
                .flatMap(List::stream)
                .toList();
    }

    /** The same as it was sent: the last message may have several statements, and the COMMIT behind them. */
    public List<String> messagesOf(Runnable work) {
        statements.clear();
        work.run();
        return List.copyOf(statements);
    }

    /** Those without the locks of parents that MariaDB needs before children are written. */
    public static List<String> withoutLocks(String parents, List<String> statements) {
        return TestServer.IS_MARIADB
                ? statements.stream()
                        .filter(sql ->
                                !(sql.startsWith("select id from " + parents + " ") && sql.endsWith(" for update")))
                        .toList()
                : statements;
    }

    /** The statements among these that move counters. */
    public static List<String> counterUpdates(List<String> statements) {
        return statements.stream()
                .filter(sql -> sql.toLowerCase(Locale.ROOT).startsWith("update ") || sql.startsWith("with m as "))
                .filter(sql -> sql.contains("coalesce("))
                .toList();
    }
}
