package io.countercache.samples.benchmark;

import static io.countercache.samples.benchmark.Variant.ALL_FILLED;
import static io.countercache.samples.benchmark.Variant.BEFORE_COMMIT;
import static io.countercache.samples.benchmark.Variant.FORMULA;
import static io.countercache.samples.benchmark.Variant.FOUR_FILLED;
import static io.countercache.samples.benchmark.Variant.HAND;
import static io.countercache.samples.benchmark.Variant.LIBRARY;
import static io.countercache.samples.benchmark.Variant.NAIVE;
import static io.countercache.samples.benchmark.Variant.NONE;
import static io.countercache.samples.benchmark.Variant.ONE_SLOT;
import static io.countercache.samples.benchmark.Variant.PESSIMISTIC;
import static io.countercache.samples.benchmark.Variant.RAW_BATCH;
import static io.countercache.samples.benchmark.Variant.REDIS;
import static io.countercache.samples.benchmark.Variant.ROW_TRIGGER;
import static io.countercache.samples.benchmark.Variant.SLOTS;
import static io.countercache.samples.benchmark.Variant.SQUASHED;
import static io.countercache.samples.benchmark.Variant.STATEMENT_TRIGGER;
import static io.countercache.samples.benchmark.Variant.UPDATE_FIRST;
import static io.countercache.samples.benchmark.Variant.VERSIONED;

import io.countercache.samples.benchmark.Mapping.AnyComment;
import io.countercache.samples.benchmark.Mapping.AnyPost;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.hibernate.Session;

/** What an application does with posts and comments, in one transaction. */
enum Workload {
    SPREAD(
            "one comment on one of 100,000 posts",
            List.of(1, 8, 32),
            with(writers(), UPDATE_FIRST, SLOTS, ONE_SLOT, REDIS, NAIVE)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            comment(session, tables.variant(), tables.any(random));
        }
    },
    HOT(
            "one comment, all on the same post",
            List.of(1, 8, 32),
            with(writers(), UPDATE_FIRST, SLOTS, ONE_SLOT, REDIS, NAIVE, VERSIONED, PESSIMISTIC)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            comment(session, tables.variant(), 1);
        }
    },
    ZIPF("one comment, more often on popular posts (Zipf)", List.of(8), with(writers(), NAIVE)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            comment(session, tables.variant(), tables.zipf(random));
        }
    },
    TWENTY("20 comments on one post", List.of(8), with(writers(), NAIVE)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            long post = tables.any(random);
            for (int i = 0; i < 20; i++) {
                comment(session, tables.variant(), post);
            }
        }
    },
    FIVE_OF_TEN("5 comments on 5 of 10 posts", List.of(8), with(writers(), NAIVE, VERSIONED, PESSIMISTIC)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            List<Long> posts = new ArrayList<>();
            for (long post = 1; post <= 10; post++) {
                posts.add(post);
            }
            Collections.shuffle(posts, random);
            posts.subList(0, 5).forEach(post -> comment(session, tables.variant(), post));
        }
    },
    NEW_POSTS("a new post with 10 comments", List.of(8), with(writers(), NAIVE)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            Variant variant = tables.variant();
            AnyPost post = variant.countingNew(variant.mapping.post().get(), 10);
            session.persist(post);
            for (int i = 0; i < 10; i++) {
                AnyComment comment = variant.mapping.comment().get();
                comment.post(post);
                session.persist(comment);
            }
            if (variant == HAND) {
                for (int i = 0; i < 10; i++) {
                    variant.counted(session, (Long) session.getIdentifier(post), 1);
                }
            }
        }
    },
    MOVE("a comment moves to another post", List.of(8), with(writers(), NAIVE)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            Variant variant = tables.variant();
            AnyComment comment = session.find(variant.mapping.commentClass(), tables.nextMoved());
            long from = id(session, comment);
            long to = tables.any(random);
            variant.counting(session, from, -1);
            comment.post(variant.counting(session, to, 1));
            if (variant == HAND) {
                variant.counted(session, Math.min(from, to), from < to ? -1 : 1);
                variant.counted(session, Math.max(from, to), from < to ? 1 : -1);
            }
        }
    },
    DELETE("a comment is deleted", List.of(8), with(writers(), NAIVE)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            Variant variant = tables.variant();
            AnyComment comment = session.find(variant.mapping.commentClass(), tables.nextDeleted());
            long post = id(session, comment);
            variant.counting(session, post, -1);
            session.remove(comment);
            variant.counted(session, post, -1);
        }
    },
    THOUSAND("1,000 comments, one on each of 1,000 posts", List.of(1), with(writers(), NAIVE, RAW_BATCH)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            int first = 1 + random.nextInt(tables.posts() - 1_000);
            for (int i = 0; i < 1_000; i++) {
                comment(session, tables.variant(), first + i);
            }
            if (tables.variant() == RAW_BATCH) {
                session.flush();
                session.doWork(connection -> tables.countInOneBatch(connection, first, 1_000));
            }
        }
    },
    BULK_DELETE(
            "bulk DELETE of 10,000 comments of 1,000 posts",
            List.of(1),
            List.of(NONE, LIBRARY, ROW_TRIGGER, STATEMENT_TRIGGER)) {
        @Override
        void prepare(Tables tables) throws SQLException {
            tables.refill();
        }

        @Override
        void transact(Session session, Tables tables, Random random) {
            session.createMutationQuery("delete from Comment where id between :first and :last")
                    .setParameter("first", Tables.FIRST_REFILLED)
                    .setParameter("last", Tables.FIRST_REFILLED + Tables.REFILLED)
                    .executeUpdate();
        }
    },
    PAGE(
            "a page of 20 posts with their counts, of 1,000 comments each",
            List.of(1, 8),
            List.of(NONE, LIBRARY, SLOTS, FOUR_FILLED, ALL_FILLED, SQUASHED, FORMULA)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            session.createSelectionQuery(
                            "from Post where id >= :first order by id",
                            tables.variant().mapping.postClass())
                    .setParameter("first", 1 + random.nextInt(tables.posts() - 20))
                    .setMaxResults(20)
                    .getResultList();
        }
    },
    SORT("the 20 posts with the most comments", List.of(8), List.of(LIBRARY, ALL_FILLED, SQUASHED, FORMULA)) {
        @Override
        void transact(Session session, Tables tables, Random random) {
            session.createSelectionQuery(
                            "from Post order by commentsCount desc",
                            tables.variant().mapping.postClass())
                    .setMaxResults(20)
                    .getResultList();
        }
    };

    /** Whether it only reads, in tables that have an index for that. */
    boolean reads() {
        return this == PAGE || this == SORT;
    }

    final String title;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final List<Integer> threads;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    final List<Variant> variants;

    Workload(String title, List<Integer> threads, List<Variant> variants) {
        this.title = title;
        this.threads = threads;
        this.variants = variants;
    }

    /** What is measured wherever a counter is written. */
    private static List<Variant> writers() {
        return List.of(NONE, LIBRARY, BEFORE_COMMIT, HAND, ROW_TRIGGER);
    }

    private static List<Variant> with(List<Variant> variants, Variant... others) {
        List<Variant> all = new ArrayList<>(variants);
        all.addAll(List.of(others));
        return all;
    }

    /** On how many threads it is measured through that network. */
    List<Integer> threads(int network) {
        if (network == 0) {
            return threads;
        }
        return this == SPREAD || this == HOT || this == PAGE ? threads : List.of();
    }

    /** Does what does not count before a transaction is measured. */
    void prepare(Tables tables) throws SQLException {}

    abstract void transact(Session session, Tables tables, Random random);

    private static void comment(Session session, Variant variant, long post) {
        AnyComment comment = variant.mapping.comment().get();
        comment.post(variant.counting(session, post, 1));
        session.persist(comment);
        variant.counted(session, post, 1);
    }

    private static long id(Session session, AnyComment comment) {
        return (Long) session.getIdentifier(comment.post());
    }
}
