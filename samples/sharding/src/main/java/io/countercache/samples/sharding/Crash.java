package io.countercache.samples.sharding;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server that is killed while transactions commit. Each of them moves a comment to a post of the other server, so both servers
 * have to commit, and nothing makes them do it together.
 */
final class Crash {

    private static final int KILLED = 1;
    private static final int PATIENCE_SECONDS = 120;

    /** A COMMIT on this server takes as long as it lives: so it is known to be killed in the middle of them. */
    private static final List<String> SLOW_COMMITS = List.of(
            "create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(600); return null; end'",
            "create constraint trigger slow after update on post deferrable initially deferred for each row execute function wait()");

    private final Servers servers;
    private final Blog blog;

    Crash(Servers servers, Blog blog) {
        this.servers = servers;
        this.blog = blog;
    }

    /** Returns how many transactions were told that their commit has failed. */
    int happen() throws Exception {
        List<Long> comments = blog.factory.fromTransaction(session -> {
            List<Long> ids = new ArrayList<>();
            for (long post = 0; post < Crowd.THREADS; post++) {
                ids.add(blog.comment(session, post * servers.number()).id); // on the server that survives
            }
            return ids;
        });
        for (String sql : SLOW_COMMITS) {
            servers.execute(KILLED, sql);
        }
        int failed = moveAndKill(comments);
        servers.restart(KILLED);
        servers.execute(KILLED, "drop function wait() cascade");
        return failed;
    }

    private int moveAndKill(List<Long> comments) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(comments.size());
        try {
            List<Future<Boolean>> moves = new ArrayList<>();
            for (int i = 0; i < comments.size(); i++) {
                long comment = comments.get(i);
                long target = (long) i * servers.number() + KILLED;
                moves.add(threads.submit(() -> isMoved(comment, target)));
            }
            awaitCommits(comments.size());
            servers.kill(KILLED);
            int failed = 0;
            for (Future<Boolean> move : moves) {
                failed += move.get(PATIENCE_SECONDS, TimeUnit.SECONDS) ? 0 : 1;
            }
            return failed;
        } finally {
            threads.shutdownNow();
        }
    }

    private boolean isMoved(long comment, long target) {
        try {
            blog.factory.inTransaction(
                    session -> session.find(Comment.class, comment).post = session.getReference(Post.class, target));
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private void awaitCommits(int number) throws SQLException, InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (servers.rows(KILLED, "select 1 from pg_stat_activity where wait_event = 'PgSleep'")
                        .size()
                < number) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("the transactions do not come to their commit");
            }
            Thread.sleep(10);
        }
    }
}
