package io.countercache.hibernate.internal.sql;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What the JDBC driver of PostgreSQL knows of a connection, behind whatever pool or proxy. By the names of its methods: applications
 * may have another driver.
 */
final class PostgreSqlDriver {

    private static final @Nullable Class<?> CONNECTION = connection();
    private static final @Nullable MethodHandle AUTOSAVE = method("getAutosave");
    private static final @Nullable MethodHandle STATE = method("getTransactionState");
    private static final @Nullable MethodHandle PROTOCOL = method("getPreferQueryMode");

    private PostgreSqlDriver() {}

    private static @Nullable Class<?> connection() {
        try {
            return Class.forName("org.postgresql.core.BaseConnection", false, PostgreSqlDriver.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static @Nullable MethodHandle method(String name) {
        try {
            return CONNECTION == null
                    ? null
                    : MethodHandles.publicLookup()
                            .unreflect(CONNECTION.getMethod(name))
                            .asType(MethodType.methodType(Object.class, Object.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /** Why a connection cannot commit along with a statement; null if it can. */
    static @Nullable String obstacle(Connection connection) {
        if (CONNECTION == null || AUTOSAVE == null || STATE == null || PROTOCOL == null) {
            return "the JDBC driver of PostgreSQL is not known here";
        }
        try {
            if (!connection.isWrapperFor(CONNECTION)) {
                return "the connection does not unwrap to one of the JDBC driver of PostgreSQL";
            }
            if (!call(AUTOSAVE, connection.unwrap(CONNECTION)).equals("NEVER")) {
                return "the driver sets savepoints of its own (autosave), and would release one after the COMMIT";
            }
            if (call(PROTOCOL, connection.unwrap(CONNECTION)).equals("SIMPLE")) {
                return "the driver sends the COMMIT even after a statement that has failed (preferQueryMode=simple), and then it is not"
                        + " known which of them has";
            }
            return connection.getAutoCommit() ? "the connection commits each statement by itself" : null;
        } catch (SQLException
                | RuntimeException
                | LinkageError e) { // proxies that are older than unwrap() do not expect it
            return "the connection cannot be looked at: " + e;
        }
    }

    /** In which state the transaction of a connection is, as the driver knows: IDLE, OPEN or FAILED; empty if it is broken. */
    static String state(Connection connection) {
        try {
            return CONNECTION == null || STATE == null || connection.isClosed()
                    ? ""
                    : call(STATE, connection.unwrap(CONNECTION));
        } catch (SQLException | RuntimeException | LinkageError e) {
            return "";
        }
    }

    /** The name of the enum constant that a method returns. */
    private static String call(MethodHandle method, Object connection) {
        try {
            return ((Enum<?>) (Object) method.invokeExact(connection)).name();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // these methods declare no checked exceptions
        }
    }
}
