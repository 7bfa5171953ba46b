package io.countercache.hibernate.support;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a {@link TestDatabase} has opened: for one test, or for all of a class. */
final class OpenDatabase implements AutoCloseable {

    private final HikariDataSource connections;
    private final SessionFactory factory;
    private final List<String> statements;
    private List<String> emptying;

    OpenDatabase(HikariDataSource connections, SessionFactory factory, List<String> statements) {
        this.connections = connections;
        this.factory = factory;
        this.statements = statements;
    }

    /** The one of the class of a test; JUnit closes it after the last test of that. */
    static OpenDatabase of(ExtensionContext context, Object key, Supplier<OpenDatabase> opening) {
        ExtensionContext ofClass = context;
        while (ofClass.getTestMethod().isPresent()) {
            ofClass = ofClass.getParent().orElseThrow();
        }
        return ofClass.getStore(ExtensionContext.Namespace.create(OpenDatabase.class))
                .getOrComputeIfAbsent(key, any -> opening.get(), OpenDatabase.class);
    }

    HikariDataSource connections() {
        return connections;
    }

    SessionFactory factory() {
        return factory;
    }

    List<String> statements() {
        return statements;
    }

    /** Removes all rows and what is remembered of them. */
    void empty() {
        try (var connection = connections.getConnection();
                var statement = connection.createStatement()) {
            if (emptying == null) {
                emptying = emptying(connection);
            }
            for (String sql : emptying) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("could not empty the tables", e);
        }
        factory.getCache().evictAllRegions();
        factory.getStatistics().clear();
    }

    /** In any order, and therefore without foreign keys. */
    private static List<String> emptying(Connection connection) throws SQLException {
        List<String> deletes = new ArrayList<>();
        String quote = connection.getMetaData().getIdentifierQuoteString();
        try (var tables = connection
                .getMetaData()
                .getTables(
                        connection.getCatalog(), connection.getSchema(), "%", new String[] {"TABLE", "BASE TABLE"})) {
            while (tables.next()) {
                deletes.add("delete from " + quote + tables.getString("TABLE_NAME") + quote);
            }
        }
        return TestServer.withoutForeignKeys(deletes);
    }

    @Override
    public void close() {
        factory.close();
        TestServer.drop(connections);
    }
}
