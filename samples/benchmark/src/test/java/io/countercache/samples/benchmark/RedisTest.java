package io.countercache.samples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counting in Redis; skipped where it is not installed. */
class RedisTest {

    private static final Options OPTIONS = Options.parse("--short", "--variants=NONE,REDIS");

    @TempDir
    Path directory;

    @BeforeEach
    void isInstalled() {
        assumeTrue(Redis.isInstalled(), Redis.HOW_TO_INSTALL);
    }

    @Test
    void whatIsCommittedIsCountedAndWhatIsRolledBackIsNot() throws Exception {
        try (Server server = new Server(OPTIONS);
                Tables tables = Tables.toWrite(Variant.REDIS, server, OPTIONS.posts())) {
            for (int network : new int[] {0, 500}) {
                tables.factory(network).inTransaction(session -> Workload.HOT.transact(session, tables, new Random(1)));
                tables.factory(network).inSession(session -> {
                    session.beginTransaction();
                    Workload.HOT.transact(session, tables, new Random(1));
                    session.getTransaction().rollback();
                });
            }
            assertThat(server.redis().client(0).get(Redis.key(1))).isEqualTo("2");
        }
    }

    @Test
    void itIsMeasuredOnlyIfItIsNamed() throws Exception {
        assertThat(Options.parse().compares(Variant.REDIS)).isFalse();
        assertThat(Outside.run(Options.parse(
                        "--short",
                        "--only=HOT",
                        "--variants=NONE,REDIS",
                        "--threads=8",
                        "--network=500",
                        "--directory=" + directory.toAbsolutePath())))
                .extracting(each -> each.cell().tables().variant())
                .containsExactly(Variant.NONE, Variant.REDIS);
    }

    @Test
    void itIsBehindTheSameNetwork() throws Exception {
        try (Redis redis = new Redis()) {
            var client = redis.client(2_000);
            client.incr("warm");
            long begun = System.nanoTime();
            client.incr("measured");
            assertThat(System.nanoTime() - begun).isGreaterThan(1_900_000);
        }
    }
}
