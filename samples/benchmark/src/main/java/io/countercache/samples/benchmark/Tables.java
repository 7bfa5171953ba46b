package io.countercache.samples.benchmark;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterRepair;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.SessionFactory;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/**
 * The posts and comments of one variant, in a schema of its own: comments that are moved and comments that are deleted,
 * by their ids, and those that the workloads add.
 */
final class Tables implements AutoCloseable {

    static final long FIRST_REFILLED = 1_000_000_000;
    static final long REFILLED = 10_000;

    /** The value of {@link CounterCacheSettings#WRITE} by which an UPDATE is a message of its own, just before the commit. */
    private static final String BEFORE_COMMIT = "before_commit";

    private static final int REFILLED_POSTS = 1_000;

    private static final int IN_EACH_SLOT = 10;

    private static final String DRIFTED = """
            select count(*) from Post p where p.commentsCount <> (select count(*) from Comment c where c.post = p)""";

    private final Variant variant;
    private final String schema;
    private final Server server;
    private final Map<Integer, SessionFactory> factories = new TreeMap<>();
    private final int posts;
    private final int comments;
    private final double[] zipf;
    private final AtomicLong moved = new AtomicLong();
    private final AtomicLong deleted = new AtomicLong();

    private Tables(Variant variant, String schema, Server server, int posts, int commentsPerPost) throws SQLException {
        this.variant = variant;
        this.schema = schema;
        this.server = server;
        this.posts = posts;
        this.comments = posts * commentsPerPost;
        this.zipf = zipf(posts);
        fill(commentsPerPost);
    }

    private SessionFactory hibernate(int network) {
        Configuration configuration = new Configuration()
                .addAnnotatedClasses(variant.mapping.postClass(), variant.mapping.commentClass())
                .setPhysicalNamingStrategy(new PhysicalNamingStrategySnakeCaseImpl())
                .setProperty(server.kind().schemaSetting, schema)
                .setProperty(CounterCacheSettings.ENABLED, Boolean.toString(variant.isLibrary()));
        if (variant == Variant.BEFORE_COMMIT) {
            configuration.setProperty(CounterCacheSettings.WRITE, BEFORE_COMMIT);
        }
        if (variant == Variant.REDIS) {
            server.redis().addTo(configuration, network);
        }
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, server.database(network));
        return configuration.buildSessionFactory();
    }

    /** With a counter that is not indexed, and three comments on each post. */
    static Tables toWrite(Variant variant, Server server, int posts) throws SQLException {
        return new Tables(variant, variant.schema(), server, posts, 3);
    }

    /** With an index on the counter, as whoever sorts by it has one, and 1,000 comments on each post. */
    static Tables toRead(Variant variant, Server server, int posts) throws SQLException {
        Tables tables = new Tables(variant, "read_" + variant.schema(), server, posts, 1_000);
        tables.execute("create index by_count on {schema}.post (comments_count)");
        if (variant == Variant.SQUASHED) {
            CounterRepair.of(tables.factory(0), variant.mapping.postClass()).squash();
            tables.analyzeAll();
        }
        return tables;
    }

    private void fill(int commentsPerPost) throws SQLException {
        execute("""
                %5$s;
                create schema {schema};
                create sequence {schema}.post_seq increment 50 start 10000000;
                create sequence {schema}.comment_seq increment 50 start 10000000;
                create table {schema}.post (id bigint primary key, version int not null default 0, title text not null,
                  comments_count int not null default 0);
                create table {schema}.comment (id bigint primary key, text text not null, post_id bigint);
                insert into {schema}.post (id, title, comments_count)
                  select id, 'A title that is as long as titles are', %3$d from %4$s;
                insert into {schema}.comment (id, text, post_id)
                  select id, 'Text of a comment, which is a sentence or two long in most blogs that there are.',
                    1 + (id - 1) %% %1$d from %2$s;
                create index by_post on {schema}.comment (post_id);
                alter table {schema}.comment add foreign key (post_id) references {schema}.post (id);
                """.formatted(
                        posts,
                        server.kind().series(1, comments),
                        commentsPerPost - variant.filledSlots() * IN_EACH_SLOT,
                        server.kind().series(1, posts),
                        server.kind().dropSchema()));
        String setUp = variant.setUp(server.kind());
        if (!setUp.isEmpty()) {
            execute(setUp);
        }
        if (variant.filledSlots() > 0) {
            execute("""
                    insert into {schema}.post_slots (parent_id, counter, slot, amount)
                      select p.id, 'COMMENTS_COUNT', ids.id, %d from {schema}.post p cross join %s order by 1, 3;
                    """.formatted(IN_EACH_SLOT, server.kind().series(0, variant.filledSlots() - 1)));
        }
        analyzeAll();
    }

    private void analyzeAll() throws SQLException {
        analyze("{schema}.post");
        analyze("{schema}.comment");
        if (variant.hasSlots()) {
            analyze("{schema}.post_slots");
        }
    }

    private void analyze(String table) throws SQLException {
        execute(server.kind().analyze(table));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = server.database().getConnection();
                var statement = connection.createStatement()) {
            for (String each : server.kind().statements(sql.replace("{schema}", schema))) {
                statement.execute(each);
            }
        }
    }

    Variant variant() {
        return variant;
    }

    /** Whose connections go through that network. */
    SessionFactory factory(int network) {
        return factories.computeIfAbsent(network, this::hibernate);
    }

    int posts() {
        return posts;
    }

    private static double[] zipf(int posts) {
        double[] cumulated = new double[posts];
        double sum = 0;
        for (int i = 0; i < posts; i++) {
            sum += 1.0 / (i + 1);
            cumulated[i] = sum;
        }
        return cumulated;
    }

    /** A post, each as often as any other. */
    long any(Random random) {
        return 1L + random.nextInt(posts);
    }

    /** A post: the second half as often as the first, the third a third as often, and so on. */
    long zipf(Random random) {
        int found = Arrays.binarySearch(zipf, random.nextDouble() * zipf[posts - 1]);
        return 1L + Math.min(posts - 1, found < 0 ? -1 - found : found);
    }

    /** A comment that nobody else moves at the same time. */
    long nextMoved() {
        return 1L + moved.getAndIncrement() % posts;
    }

    /** A comment that is not deleted yet. */
    long nextDeleted() {
        long id = posts + 1L + deleted.getAndIncrement();
        if (id > comments) {
            throw new IllegalStateException("no comment is left that could be deleted");
        }
        return id;
    }

    /** Puts the comments back that a bulk DELETE takes, past Hibernate. */
    void refill() throws SQLException {
        execute("""
                insert into {schema}.comment (id, text, post_id)
                  select id, 'Text of a comment, which is a sentence or two long in most blogs that there are.',
                    1 + id %% %1$d from %2$s
                  where not exists (select 1 from {schema}.comment c where c.id = ids.id);
                """.formatted(REFILLED_POSTS, server.kind().series(FIRST_REFILLED, FIRST_REFILLED + REFILLED - 1)));
        if (variant.isLibrary()) {
            execute("update {schema}.post set comments_count = comments_count + %d where id <= %d"
                    .formatted(REFILLED / REFILLED_POSTS, REFILLED_POSTS));
        }
    }

    /** What a raw JDBC batch of the UPDATEs takes. */
    void countInOneBatch(Connection connection, int first, int posts) throws SQLException {
        try (var update = connection.prepareStatement(
                "update " + schema + ".post set comments_count = comments_count + 1 where id = ?")) {
            for (long post = first; post < first + posts; post++) {
                update.setLong(1, post);
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** How many posts do not have the count that they should have, as whoever reads them sees it. */
    long drifted() {
        return variant.stored
                ? factory(0)
                        .fromSession(session -> session.createSelectionQuery(DRIFTED, Long.class)
                                .getSingleResult())
                : 0;
    }

    @Override
    public void close() {
        factories.values().forEach(SessionFactory::close);
    }
}
