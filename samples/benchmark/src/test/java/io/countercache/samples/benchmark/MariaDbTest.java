package io.countercache.samples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark on MariaDB, in the shortest form; skipped where it is not installed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MariaDbTest {

    @TempDir
    Path directory;

    private @Nullable MariaDb server;

    @BeforeAll
    void start() throws IOException {
        assumeTrue(MariaDb.isInstalled(), MariaDb.HOW_TO_INSTALL);
        server = new MariaDb(false);
    }

    @AfterAll
    void end() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    private Options options(String... more) {
        List<String> all = new ArrayList<>(List.of("--database=mariadb", "--url=" + server.url(), "--short"));
        all.addAll(Arrays.asList(more));
        all.add("--directory=" + directory.toAbsolutePath());
        return Options.parse(all.toArray(String[]::new));
    }

    @Test
    void theLibraryNeitherFailsNorDriftsAndWhatIsLeftOutIsSaid() throws Exception {
        List<Measured> all = Outside.run(options(
                "--millis=10",
                "--only=HOT,MOVE,BULK_DELETE,SORT",
                "--threads=1,8",
                "--variants=NONE,LIBRARY,SLOTS,ROW_TRIGGER,FORMULA"));
        assertThat(all)
                .filteredOn(each -> each.cell().tables().variant() == Variant.LIBRARY)
                .hasSize(4 + 3)
                .allSatisfy(each -> {
                    assertThat(each.median()).isPositive();
                    assertThat(each.failed()).isZero();
                });
        assertThat(directory.resolve("results.md"))
                .content()
                .contains(", MariaDB ", "\nLeft out on MariaDB: ", "| row trigger | 0 |", "| this library | 0 |")
                .contains("| this library, slots = 16 | 0 |")
                .doesNotContain("**(wrong)**");
    }

    @Test
    void anUpdateAfterTheInsertEndsInDeadlocksWhichAreCountedAndOneBeforeItDoesNot() throws Exception {
        List<Measured> byHand =
                Outside.run(options("--only=HOT", "--variants=HAND,UPDATE_FIRST", "--threads=32", "--network=0"));
        assertThat(byHand)
                .extracting(each -> each.cell().tables().variant())
                .containsExactly(Variant.HAND, Variant.UPDATE_FIRST);
        assertThat(byHand.get(0).deadlocks())
                .isPositive()
                .isEqualTo(byHand.get(0).failed());
        assertThat(byHand.get(1).failed()).isZero();
        assertThat(directory.resolve("results.md")).content().doesNotContain("**(wrong)**");
    }

    @Test
    void aNetworkHoldsAMessageBackOnceOnItsWayThereAndOnceOnItsWayBack() throws Exception {
        try (Server throughPools = new Server(options())) {
            assertThat(Server.roundTripMicros(throughPools.database(2_000))).isBetween(1_900L, 2_800L);
            assertThat(Server.roundTripMicros(throughPools.database())).isLessThan(900L);
        }
    }

    @Test
    void aWayToCountThatMariaDbDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> Options.parse("--variants=NONE,STATEMENT_TRIGGER", "--database=mariadb"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--variants: STATEMENT_TRIGGER is not measured with --database=mariadb: leave it out");
        assertThat(Options.parse("--database=mariadb").compares(Variant.STATEMENT_TRIGGER))
                .isFalse();
        assertThat(Options.parse().compares(Variant.STATEMENT_TRIGGER)).isTrue();
    }
}
