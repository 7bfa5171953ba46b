package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterSchema;
import io.countercache.hibernate.support.Boot;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What cannot be spread is refused, and the schema has what can. */
class SlotDeclarationTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Page.class, Reply.class);

    @Entity(name = "Site")
    static class Site {
        @Id
        long id;

        int visitsCount;
        double weightTotal;
        Instant visitedAt;

        @Counter(slots = -1)
        long negative;

        @Counter(slots = 257)
        long many;

        @Counter(min = 0, slots = 2)
        long limited;
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        long id;

        double weight;

        @ManyToOne
        @CounterCache(value = "visitsCount", slots = 2, touch = "visitedAt")
        @CounterCache(value = "weightTotal", slots = 2, sum = "weight")
        Site site;

        @ManyToOne
        @CounterCache(slots = 2)
        Place place;
    }

    @Entity(name = "Place")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    static class Place {
        @Id
        long id;

        int visitsCount;
    }

    @Entity(name = "Town")
    static class Town extends Place {}

    @Test
    void whatCannotBeSpreadIsRefused() {
        Boot.refused(
                List.of(Place.class, Site.class, Town.class, Visit.class),
                "Site.negative: 'slots = -1': declare 1 to 256, or 0 for none",
                "Site.many: 'slots = 257': declare 1 to 256, or 0 for none",
                "Site.limited: 'min' and 'max' hold for the sum of all slots, which no single change can see: remove them, or 'slots'",
                "Visit.site: 'touch' writes the row of Site with each move, which 'slots' is to avoid: remove one of the two",
                "Visit.site: Site.weightTotal is of type Double, and sums of it depend on the order of what is added: make it a BigDecimal, or remove 'slots'",
                "Visit.place: Place has its rows in several tables, one for each class, to which one table of slots cannot refer: remove 'slots'");
    }

    @Test
    void theScriptHasColumnsAndSlots() {
        String script = CounterSchema.of(db.factory()).script();
        db.execute("drop table page_views_slots");
        for (String column : new String[] {"views", "replies_count", "paid_total", "pins_count"}) {
            db.execute("alter table page_views drop column " + column);
        }
        for (String statement : script.split(";", -1)) {
            if (!statement.isBlank()) {
                db.execute(statement);
            }
        }
        assertThat(CounterSchema.of(db.factory()).problems()).noneMatch(problem -> problem.contains("page_views"));
        Page page = db.persist(new Page());
        db.inTransaction(session -> session.persist(new Reply(session.getReference(Page.class, page.id))));
        db.inTransaction(session ->
                assertThat(session.find(Page.class, page.id).repliesCount).isEqualTo(1));
    }

    @Test
    @Tag("postgresql")
    void aTableOfSlotsThatIsMissingIsFound() {
        db.execute("drop table page_views_slots");
        assertThat(CounterSchema.of(db.factory()).problems())
                .anyMatch(problem -> problem.contains("there is no table page_views_slots: create it"));
    }

    @Test
    @Tag("postgresql")
    void slotsWithoutAForeignKeyThatCascadesAreFound() {
        db.execute("drop table page_views_slots");
        db.execute("create table page_views_slots (parent_id bigint not null, counter varchar(255) not null,"
                + " slot integer not null, amount numeric(38, 2) not null, primary key (parent_id, counter, slot))");
        assertThat(CounterSchema.of(db.factory()).problems())
                .anyMatch(problem -> problem.contains(
                        "page_views_slots has no foreign key on (parent_id) that is ON DELETE CASCADE"));
    }

    @Test
    @Tag("postgresql")
    void slotsThatAreNotFoundByTheirRowOrRoundedAreFound() {
        assertThat(CounterSchema.of(db.factory()).problems())
                .noneMatch(problem -> problem.contains("page_views_slots"));
        db.execute("drop table page_views_slots");
        db.execute("create table page_views_slots (parent_id bigint not null, counter varchar(255) not null,"
                + " slot integer not null, amount bigint not null, primary key (slot, counter, parent_id))");
        assertThat(CounterSchema.of(db.factory()).problems())
                .contains(
                        "Page.views: no index begins with parent_id of page_views_slots, so that slots are looked up in the whole table: create its primary key as CounterSchema.of(..).script() has it",
                        "Page.paidTotal: the column page_views_slots.amount keeps fewer digits than page_views.paid_total, which it totals: give it as many");
    }
}
