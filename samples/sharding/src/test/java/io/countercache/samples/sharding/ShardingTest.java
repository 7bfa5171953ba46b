package io.countercache.samples.sharding;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

/** That the sample ends as it says: it fails itself where a stored count is not the actual one. */
class ShardingTest {

    @Test
    void countsAreRightOnBothServersAndAfterOneWasKilled() {
        assertThatCode(() -> Sharding.run(5)).doesNotThrowAnyException();
    }
}
