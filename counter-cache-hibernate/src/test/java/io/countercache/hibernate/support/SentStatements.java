package io.countercache.hibernate.support;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Records what is sent through the connections of a data source: the texts in their order, and which of them are JDBC batches.
 * A statement counts when it is executed, not when it is prepared or added to a batch.
 */
public final class SentStatements {

    /**
     * A statement that was executed.
     *
     * @param batch how many rows its JDBC batch had; 0 if it was executed by itself, which is not the same as a batch of one
     */
    public record Sent(String text, int batch) {

        @Override
        public String toString() {
            return batch == 0 ? text : "%s  [batch of %d]".formatted(text, batch);
        }
    }

    private static final String COMMIT = "; commit";

    private final List<Sent> sent = new ArrayList<>();

    /** The same connections, but what is sent through them is recorded. */
    public DataSource recording(DataSource recorded) {
        return proxy(
                DataSource.class,
                recorded,
                (method, result, arguments) ->
                        result instanceof Connection connection ? recording(connection) : result);
    }

    /** The statements in a message: of one that ends with the COMMIT those before it, of others the only one. */
    public static List<String> statements(String message) {
        return message.endsWith(COMMIT)
                ? List.of(
                        message.substring(0, message.length() - COMMIT.length()).split("; "))
                : List.of(message);
    }

    /** What was sent while this ran. */
    public List<Sent> during(Runnable work) {
        synchronized (sent) {
            sent.clear();
        }
        work.run();
        synchronized (sent) {
            return List.copyOf(sent);
        }
    }

    private void add(Sent statement) {
        synchronized (sent) {
            sent.add(statement);
        }
    }

    private Connection recording(Connection connection) {
        return proxy(Connection.class, connection, (method, result, arguments) -> {
            if (result instanceof CallableStatement statement) {
                return recording(CallableStatement.class, statement, (String) arguments[0]);
            }
            if (result instanceof PreparedStatement statement) {
                return recording(PreparedStatement.class, statement, (String) arguments[0]);
            }
            return result instanceof Statement statement ? recording(Statement.class, statement, "") : result;
        });
    }

    /** @param prepared the text that the statement was prepared with; empty if it has none */
    private <S extends Statement> S recording(Class<S> type, S statement, String prepared) {
        List<String> batch = new ArrayList<>();
        return proxy(type, statement, (method, result, arguments) -> {
            String text = arguments.length > 0 && arguments[0] instanceof String own ? own : prepared;
            switch (method.getName()) {
                case "addBatch" -> batch.add(text);
                case "clearBatch" -> batch.clear();
                case "executeBatch", "executeLargeBatch" -> {
                    add(new Sent(batch.isEmpty() ? prepared : batch.get(0), batch.size()));
                    batch.clear();
                }
                case "execute", "executeQuery", "executeUpdate", "executeLargeUpdate" -> add(new Sent(text, 0));
                default -> {} // sends nothing
            }
            return result;
        });
    }

    /** What is done after a method has returned. */
    private interface After {
        Object call(Method method, Object result, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, T target, After after) {
        InvocationHandler handler = (proxy, method, given) -> {
            Object[] arguments = given == null ? new Object[0] : given;
            try {
                return after.call(method, method.invoke(target, arguments), arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
