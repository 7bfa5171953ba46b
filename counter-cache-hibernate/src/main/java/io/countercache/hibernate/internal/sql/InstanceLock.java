package io.countercache.hibernate.internal.sql;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.zip.CRC32;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * A lock that only one of several instances of an application can have, until its transaction ends. So nothing is left of an
 * instance that crashes, and it does not matter whether a pooler gives each transaction another connection.
 */
public final class InstanceLock {

    private static final int LIBRARY = hash("io.countercache");

    private final String tables;

    /**
     * The lock for some tables of the schema that a connection is in.
     *
     * @param tables their names
     */
    public InstanceLock(String tables) {
        this.tables = tables;
    }

    /** Takes it, unless another transaction has it. Returns whether it is taken; true where the database has no such locks. */
    public boolean take(SharedSessionContractImplementor session) {
        String sql = Databases.of(session).tryLock();
        return sql == null
                || Statements.query(
                        sql,
                        () -> "take the lock that one instance of the application can have",
                        session,
                        statement -> {
                            statement.setInt(1, LIBRARY);
                            statement.setInt(2, key(statement.getConnection()));
                            try (ResultSet taken = statement.executeQuery()) {
                                return taken.next() && taken.getBoolean(1);
                            }
                        });
    }

    /** The same in every instance: schemas of one database may have tables of the same names. */
    private int key(Connection connection) throws SQLException {
        @Nullable String schema = connection.getSchema();
        return hash(schema + " " + tables);
    }

    private static int hash(String text) {
        CRC32 hash = new CRC32();
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) hash.getValue();
    }
}
