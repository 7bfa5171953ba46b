package io.countercache.hibernate.internal.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.Soak;
import io.countercache.hibernate.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A large table that is repaired when two instances of an application start, while both of them write. */
@Tag("soak")
@Tag("postgresql")
class StartupTrafficTest {

    private static final int POSTS = Soak.of(1_000_000);
    private static final int WRITERS = 3;

    /** How much faster than time the clock of the repair goes, so that a part of the full length has lines of progress, too. */
    private static final int FASTER = Math.max(1, 1_000_000 / POSTS);

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong written = new AtomicLong();

    /** A hundredth of the posts is wrong. Ids are negative: those of new comments are not. */
    private void seed() {
        db.execute("insert into post (id, title, version, comments_count)"
                + " select -i, 'post ' || i, 0, case when i %% 100 = 0 then 99 else i %% 3 end from generate_series(1, %d) i"
                        .formatted(POSTS));
        db.execute("insert into comment (id, version, post_id)"
                + " select -3 * i - j, 0, -i from generate_series(1, %d) i, generate_series(1, 2) j where j <= i %% 3"
                        .formatted(POSTS));
        db.execute("create index on comment (post_id)");
        db.execute("analyze post");
        db.execute("analyze comment");
    }

    private void write(SessionFactory factory, Random random) {
        while (!done.get()) {
            factory.inTransaction(session -> change(session, random));
            written.incrementAndGet();
        }
    }

    private static void change(Session session, Random random) {
        session.persist(new Comment(post(session, random)));
        Comment moved = new Comment(post(session, random));
        session.persist(moved);
        session.flush();
        moved.post = post(session, random);
        if (random.nextBoolean()) {
            session.remove(moved);
        }
    }

    /** Also those that are wrong, and one that all writers meet at. */
    private static Post post(Session session, Random random) {
        long id = random.nextInt(10) == 0 ? 100 : random.nextInt(POSTS) + 1;
        return session.getReference(Post.class, -id);
    }

    private StartupRepair repair(SessionFactory factory) {
        SessionFactoryImplementor implementor = factory.unwrap(SessionFactoryImplementor.class);
        Installation installed = Installation.toVerify(implementor);
        LongSupplier clock = () -> System.nanoTime() * FASTER;
        return new StartupRepair(
                implementor, installed.model(), installed.recount(), installed.activity(), true, clock);
    }

    private static void lockOneOfTheFirstChunk(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("select id from post where id = %d for update".formatted(-POSTS));
        }
    }

    @Test
    void oneOfTwoInstancesRepairsItExactlyAndTellsHowFarItIs() throws Exception {
        seed();
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
        try (SessionFactory second = configuration.buildSessionFactory();
                LogMessages log = new LogMessages(StartupRepair.class.getPackageName());
                Concurrently threads = new Concurrently(db);
                Connection locking = db.connections().getConnection()) {
            List<SessionFactory> instances = List.of(db.factory(), second);
            List<StartupRepair> repairs = instances.stream().map(this::repair).toList();
            lockOneOfTheFirstChunk(locking); // so that the two of them meet, however fast the machine is
            repairs.get(0).start();
            threads.awaitWaiting(1);
            repairs.get(1).start();
            repairs.get(1).join();
            List<? extends Future<?>> writers = IntStream.range(0, WRITERS)
                    .mapToObj(i -> threads.start(() -> write(instances.get(i % 2), new Random(i))))
                    .toList();
            locking.commit();
            repairs.get(0).join();
            long meanwhile = written.get();
            done.set(true);
            writers.forEach(Concurrently::finish);
            assertThat(meanwhile).as("transactions of the writers").isGreaterThan(100);
            assertThat(log.texts())
                    .filteredOn(text -> text.endsWith("another instance does it"))
                    .hasSize(1);
            assertThat(log.texts())
                    .filteredOn(text -> text.matches("Post: [\\d,]+ of [\\d,]+ rows, [\\d,]+ wrong, .*, about .* left"))
                    .hasSizeGreaterThan(1);
            assertThat(log.texts())
                    .filteredOn(text -> text.startsWith("Counters were repaired at start-up"))
                    .singleElement()
                    .asString()
                    .contains("Post repaired: %,d rows, %,d wrong".formatted(POSTS, POSTS / 100));
            assertThat(log.warnings()).isEmpty();
        }
        assertThat(CounterRepair.verifyAll(db.factory()).isClean()).isTrue();
    }
}
