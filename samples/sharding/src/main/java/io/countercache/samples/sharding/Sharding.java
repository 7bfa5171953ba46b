package io.countercache.samples.sharding;

import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The steps, in their order. */
public final class Sharding {

    private final Servers servers;
    private final Blog blog;
    private final int turns;

    private Sharding(Servers servers, Blog blog, int turns) {
        this.servers = servers;
        this.blog = blog;
        this.turns = turns;
    }

    public static void main(String[] args) throws Exception {
        run(100);
    }

    /** @param turns how often each thread does what it does */
    static void run(int turns) throws Exception {
        double alone;
        try (Servers one = new Servers(1);
                Blog blog = new Blog(one)) {
            alone = new Crowd(blog).transactionsPerSecond(turns);
        }
        try (Servers two = new Servers(2);
                Blog blog = new Blog(two)) {
            Sharding sharding = new Sharding(two, blog, turns);
            sharding.goThroughAllSteps();
            sharding.killAServer();
            headline("Transactions per second, %d threads, one comment in each, all on this machine"
                    .formatted(Crowd.THREADS));
            print("one server: %,.0f".formatted(alone));
            print("two servers: %,.0f".formatted(new Crowd(blog).transactionsPerSecond(turns)));
        }
    }

    private void goThroughAllSteps() throws Exception {
        headline("1. One transaction writes a comment on each of %d posts, half of them on each server"
                .formatted(Blog.POSTS));
        List<Long> comments = blog.factory.fromTransaction(session -> {
            for (long post = 0; post < Blog.POSTS; post++) {
                blog.comment(session, post);
            }
            return List.of(blog.comment(session, 0).id, blog.comment(session, 0).id, blog.comment(session, 1).id);
        });
        printRight();
        headline("2. Comments move to another post of their server, and to one of the other server; one is removed");
        blog.factory.inTransaction(session -> {
            session.find(Comment.class, comments.get(0)).post = session.getReference(Post.class, 2L);
            session.find(Comment.class, comments.get(1)).post = session.getReference(Post.class, 3L);
            session.remove(session.find(Comment.class, comments.get(2)));
        });
        printRight();
        headline("3. Bulk statements move comments, and delete others");
        blog.factory.inTransaction(session -> {
            session.createMutationQuery("update Comment set post.id = 5 where post.id < 4")
                    .executeUpdate();
            session.createMutationQuery("delete from Comment where post.id > 30")
                    .executeUpdate();
        });
        printRight();
        headline("4. SQL past Hibernate breaks counters; a reset corrects two posts, and a repair all others");
        servers.execute(0, "update post set comments_count = 77 where id < 10");
        servers.execute(1, "update post set comments_count = 77 where id < 10");
        print("reset: "
                + blog.factory.fromTransaction(session -> CounterCaches.of(session)
                        .on(Post.class, List.of(0L, 1L))
                        .reset("commentsCount")
                        .size())
                + " were wrong");
        print("repair: " + repair().drifted() + " were wrong");
        printRight();
        headline("5. %d threads write, move and remove comments".formatted(Crowd.THREADS));
        print("%d transactions committed".formatted(new Crowd(blog).writeMoveAndRemove(turns)));
        printRight();
    }

    /** There is no two-phase commit here: what one server has committed stays, whatever becomes of the other. */
    private void killAServer() throws Exception {
        headline("6. Server 1 is killed while %d transactions commit, each of which moves a comment between the servers"
                .formatted(Crowd.THREADS));
        print("%d transactions were told that their commit has failed".formatted(new Crash(servers, blog).happen()));
        int wrong = printTable();
        if (wrong == 0) {
            throw new IllegalStateException("The servers have committed together, and nothing makes them do that");
        }
        print("repair: " + repair().drifted() + " were wrong");
        printRight();
    }

    private RepairReport repair() {
        return CounterRepair.of(blog.factory, Post.class).repair();
    }

    private void printRight() throws SQLException {
        if (printTable() > 0) {
            throw new IllegalStateException("A stored count is not the actual one");
        }
    }

    /** Asks each server past Hibernate and ShardingSphere. Returns how many posts are wrong. */
    private int printTable() throws SQLException {
        Map<Long, Long> actual = new HashMap<>(); // a comment may be on another server than its post
        for (int server = 0; server < servers.number(); server++) {
            servers.rows(server, "select post_id, count(*) from comment group by post_id")
                    .forEach(row -> actual.merge(row.get(0), row.get(1), Long::sum));
        }
        int wrong = 0;
        for (int server = 0; server < servers.number(); server++) {
            List<List<Long>> posts = servers.rows(server, "select id, comments_count from post");
            long stored = posts.stream().mapToLong(post -> post.get(1)).sum();
            long counted = posts.stream()
                    .mapToLong(post -> actual.getOrDefault(post.get(0), 0L))
                    .sum();
            long wrongHere = posts.stream()
                    .filter(post -> !post.get(1).equals(actual.getOrDefault(post.get(0), 0L)))
                    .count();
            print("server %d: %d posts, %,d comments stored, %,d actual, %d posts wrong"
                    .formatted(server, posts.size(), stored, counted, wrongHere));
            wrong += (int) wrongHere;
        }
        return wrong;
    }

    private static void headline(String text) {
        System.out.printf("%n%s%n", text);
    }

    private static void print(String text) {
        System.out.println("   " + text);
    }
}
