package io.countercache.hibernate.slots;

import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import java.sql.SQLException;
import java.util.concurrent.Future;

/** A squash that is committed when another transaction waits for it. */
final class OpenSquash {

    private OpenSquash() {}

    /**
     * Lets work wait for a squash, and then go on to its end.
     *
     * @param squash its statements
     */
    static void whileWaits(Runnable work, TestDatabase db, String... squash) throws SQLException {
        try (Concurrently threads = new Concurrently(db);
                var squashing = db.connections().getConnection();
                var statement = squashing.createStatement()) {
            squashing.setAutoCommit(false);
            for (String sql : squash) {
                statement.execute(sql);
            }
            Future<?> waiting = threads.start(work);
            threads.awaitDoneOrWaiting(waiting);
            if (waiting.isDone()) {
                Concurrently.finish(waiting);
                throw new AssertionError("it has not waited for the squash");
            }
            squashing.commit();
            Concurrently.finish(waiting);
        }
    }
}
