package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import java.time.Duration;
import java.time.Instant;
import org.hibernate.annotations.UpdateTimestamp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Timestamps that are numbers follow a counter, too. */
@SinceHibernate(value = "7.4", because = "older versions do not generate timestamps of type Long")
class TouchMillisTest {

    @Entity(name = "Gauge")
    static class Gauge {
        @Id
        @GeneratedValue
        Long id;

        @Counter
        long readings;

        @UpdateTimestamp
        Long updatedMillis;

        Instant readAt;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Gauge.class);

    @Test
    void theyAreTouchedInTheSameUpdate() {
        Gauge gauge = db.persist(new Gauge());
        db.execute("update gauge set updated_millis = 1");
        assertThat(db.statementsOf(() -> db.inTransaction(session -> CounterCaches.of(session)
                        .on(Gauge.class, gauge.id)
                        .touching()
                        .increment("readings"))))
                .containsExactly(
                        "update gauge set readings = coalesce(readings, 0) + ?, updated_millis = ? where id = ?");
        Gauge loaded = db.fromTransaction(session -> session.find(Gauge.class, gauge.id));
        assertThat(Duration.between(Instant.ofEpochMilli(loaded.updatedMillis), Instant.now())
                        .abs())
                .isLessThan(Duration.ofMinutes(5));
    }

    @Test
    void theyAreAmongTheNamesThatCanBeTouched() {
        db.inTransaction(session -> assertThatThrownBy(
                        () -> CounterCaches.of(session).on(Gauge.class, 1L).touching("readings"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Gauge has no date or time attribute 'readings': name one of readAt, updatedMillis"));
    }
}
