package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Columns of one table whose names differ only in case, and in quotes, have slots of their own. */
@Tag("postgresql") // elsewhere there are no slots, or no such columns
class SlotNamesTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Meter.class);

    @Entity(name = "Meter")
    static class Meter {
        @Id
        long id = 1;

        @Counter(slots = 2)
        @Column(name = "`Views`")
        long mixed;

        @Counter(slots = 2)
        @Column(name = "`vIEWs`")
        long other;

        @Counter(slots = 2)
        @Column(name = "`VIEWS`")
        long large;

        @Counter(slots = 2)
        @Column(name = "views")
        long small;
    }

    @Test
    void haveSlotsOfTheirOwn() {
        db.persist(new Meter());
        db.inTransaction(session -> CounterCaches.of(session)
                .on(Meter.class, 1L)
                .add(Map.of("mixed", 1, "large", 20, "small", 300, "other", 4000)));
        shows();
        assertThat(CounterRepair.of(db.factory(), Meter.class).squash()).isEqualTo(4);
        shows();
    }

    private void shows() {
        Meter meter = db.fromTransaction(session -> session.find(Meter.class, 1L));
        assertThat(meter.mixed).isEqualTo(1);
        assertThat(meter.other).isEqualTo(4000);
        assertThat(meter.large).isEqualTo(20);
        assertThat(meter.small).isEqualTo(300);
    }
}
