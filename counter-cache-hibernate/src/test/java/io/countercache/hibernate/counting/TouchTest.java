package io.countercache.hibernate.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.hibernate.annotations.CurrentTimestamp;
import org.hibernate.annotations.TimeZoneStorage;
import org.hibernate.annotations.TimeZoneStorageType;
import org.hibernate.annotations.UpdateTimestamp;
import org.hibernate.cfg.Configuration;
import org.hibernate.generator.EventType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.data.annotation.LastModifiedDate;

/** Timestamps that follow a counter, in its UPDATE. */
@SuppressWarnings("JavaUtilDate")
class TouchTest {

    private static final Instant LONG_AGO = Instant.parse("2001-02-03T04:05:06Z");
    private static final LocalDateTime LONG_AGO_HERE = LocalDateTime.parse("2001-02-03T04:05:06");

    @Entity(name = "Page")
    static class Page {
        @Id
        @GeneratedValue
        Long id;

        @Version
        Instant version;

        @Counter
        long views;

        int linksCount;
        int notesCount;

        @UpdateTimestamp
        Instant updatedAt;

        @CurrentTimestamp(event = EventType.UPDATE)
        LocalDateTime changedAt;

        @LastModifiedDate
        OffsetDateTime modifiedAt;

        Instant viewedAt = LONG_AGO;
        Instant linkedAt = LONG_AGO;
    }

    @Entity(name = "Link")
    static class Link {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(touch = {"linkedAt", "viewedAt"})
        Page page;

        Link() {}

        Link(Page page) {
            this.page = page;
        }
    }

    @Entity(name = "Note")
    static class Note {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(touch = "linkedAt")
        Page page;

        Note() {}

        Note(Page page) {
            this.page = page;
        }
    }

    @Entity(name = "Clock")
    static class Clock {
        @Id
        @GeneratedValue
        Long id;

        int ticks;
        Instant instant = LONG_AGO;
        LocalDateTime localDateTime = LONG_AGO_HERE;
        OffsetDateTime offsetDateTime = LONG_AGO.atOffset(ZoneOffset.UTC);
        ZonedDateTime zonedDateTime = LONG_AGO.atZone(ZoneOffset.UTC);

        @TimeZoneStorage(TimeZoneStorageType.COLUMN)
        @Column(name = "two_columns")
        OffsetDateTime twoColumns = LONG_AGO.atOffset(ZoneOffset.UTC);

        LocalDate localDate = LONG_AGO_HERE.toLocalDate();
        LocalTime localTime;
        OffsetTime offsetTime;

        @Column(name = "a_year")
        Year year = Year.of(2001);

        YearMonth monthOfYear = YearMonth.of(2001, 2);
        MonthDay monthDay;
        Timestamp timestamp = Timestamp.from(LONG_AGO);
        java.sql.Date sqlDate = java.sql.Date.valueOf("2001-02-03");
        java.sql.Time sqlTime;

        Date date = Date.from(LONG_AGO);

        Calendar calendar;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Page.class, Link.class, Note.class, Clock.class);

    private Page page;

    @BeforeEach
    void page() {
        page = db.persist(new Page());
        db.inTransaction(session -> session.createMutationQuery(
                        "update Page set updatedAt = :then, changedAt = :here, modifiedAt = :there")
                .setParameter("then", LONG_AGO)
                .setParameter("here", LONG_AGO_HERE)
                .setParameter("there", LONG_AGO.atOffset(ZoneOffset.UTC))
                .executeUpdate());
    }

    private Page loaded() {
        return db.fromTransaction(session -> session.find(Page.class, page.id));
    }

    private static boolean isNow(Instant instant) {
        return Duration.between(instant, Instant.now()).abs().compareTo(Duration.ofMinutes(5)) < 0;
    }

    @Test
    void withoutTouchingNothingIsTouched() {
        db.inTransaction(
                session -> CounterCaches.of(session).on(Page.class, page.id).increment("views"));
        Page loaded = loaded();
        assertThat(loaded.updatedAt).isEqualTo(LONG_AGO);
        assertThat(loaded.viewedAt).isEqualTo(LONG_AGO);
    }

    @Test
    void withoutNamesWhatUpdatesSetIsTouchedInTheSameUpdate() {
        Instant version = loaded().version;
        List<String> sql = db.statementsOf(() -> db.inTransaction(session ->
                CounterCaches.of(session).on(Page.class, page.id).touching().increment("views")));
        assertThat(sql)
                .containsExactly("update page set views = coalesce(views, 0) + ?, changed_at = ?, modified_at = ?,"
                        + " updated_at = ? where id = ?");
        Page loaded = loaded();
        assertThat(loaded.updatedAt).matches(TouchTest::isNow);
        assertThat(loaded.changedAt).isAfter(LONG_AGO_HERE);
        assertThat(loaded.modifiedAt.toInstant()).matches(TouchTest::isNow);
        assertThat(loaded.viewedAt).isEqualTo(LONG_AGO);
        assertThat(loaded.version).isEqualTo(version);
    }

    @Test
    void withNamesExactlyThoseAreTouched() {
        db.inTransaction(session -> CounterCaches.of(session)
                .on(Page.class, page.id)
                .touching("viewedAt")
                .increment("views"));
        Page loaded = loaded();
        assertThat(loaded.viewedAt).matches(TouchTest::isNow);
        assertThat(loaded.updatedAt).isEqualTo(LONG_AGO);
        assertThat(loaded.linkedAt).isEqualTo(LONG_AGO);
    }

    @Test
    void whatIsTouchedShowsOnAManagedInstance() {
        db.inTransaction(session -> {
            Page managed = session.find(Page.class, page.id);
            Page second = new Page();
            session.persist(second);
            CounterCaches.of(session)
                    .on(Page.class, List.of(page.id, second.id))
                    .touching("viewedAt")
                    .increment("views");
            assertThat(managed.viewedAt).matches(TouchTest::isNow);
            assertThat(second.viewedAt).matches(TouchTest::isNow);
            assertThat(session.isDirty()).isFalse();
        });
    }

    @Test
    void aChangeThatIsRefusedTouchesNothing() {
        db.inTransaction(session -> assertThat(CounterCaches.of(session)
                        .on(Page.class, page.id)
                        .touching("viewedAt")
                        .tryDecrement("views"))
                .isFalse());
        assertThat(loaded().viewedAt).isEqualTo(LONG_AGO);
    }

    @Test
    void everyDateAndTimeTypeIsTouched() {
        Clock clock = db.persist(new Clock());
        db.inTransaction(session -> {
            Clock managed = session.find(Clock.class, clock.id);
            CounterCaches.of(session)
                    .on(Clock.class, clock.id)
                    .touching(
                            "instant",
                            "localDateTime",
                            "offsetDateTime",
                            "zonedDateTime",
                            "twoColumns",
                            "localDate",
                            "localTime",
                            "offsetTime",
                            "year",
                            "monthOfYear",
                            "monthDay",
                            "timestamp",
                            "sqlDate",
                            "sqlTime",
                            "date",
                            "calendar")
                    .increment("ticks");
            assertTouched(managed);
            assertThat(session.isDirty()).isFalse();
        });
        db.inTransaction(session -> assertTouched(session.find(Clock.class, clock.id)));
    }

    private static void assertTouched(Clock clock) {
        assertThat(clock.instant).matches(TouchTest::isNow);
        assertThat(clock.localDateTime).isAfter(LONG_AGO_HERE);
        assertThat(clock.offsetDateTime.toInstant()).matches(TouchTest::isNow);
        assertThat(clock.zonedDateTime.toInstant()).matches(TouchTest::isNow);
        assertThat(clock.twoColumns.toInstant()).matches(TouchTest::isNow);
        assertThat(clock.localDate).isAfter(LONG_AGO_HERE.toLocalDate());
        assertThat(clock.localTime).isNotNull();
        assertThat(clock.offsetTime).isNotNull();
        assertThat(clock.year.getValue()).isGreaterThan(2001);
        assertThat(clock.monthOfYear).isAfter(YearMonth.of(2001, 2));
        assertThat(clock.monthDay).isNotNull();
        assertThat(clock.timestamp.toInstant()).matches(TouchTest::isNow);
        assertThat(clock.sqlDate).isAfter("2002-01-01");
        assertThat(clock.sqlTime).isNotNull();
        assertThat(clock.date.toInstant()).matches(TouchTest::isNow);
        assertThat(clock.calendar.toInstant()).matches(TouchTest::isNow);
    }

    @Test
    void aDerivedCounterTouchesWhereverItMoves() {
        Link link = db.persist(new Link(page));
        assertThat(loaded().linkedAt).matches(TouchTest::isNow);
        assertThat(loaded().viewedAt).matches(TouchTest::isNow);
        assertThat(loaded().updatedAt).isEqualTo(LONG_AGO);
        Page second = db.persist(new Page());
        db.execute("update page set linked_at = timestamp '2001-02-03 04:05:06'");
        db.inTransaction(session -> session.find(Link.class, link.id).page = session.find(Page.class, second.id));
        assertThat(db.number("select count(*) from page where linked_at > timestamp '2002-01-01 00:00:00'"))
                .isEqualTo(2);
    }

    @Test
    void countersOfOneRowTouchTogetherInOneUpdate() {
        List<String> sql = db.statementsOf(() -> db.inTransaction(session -> {
            Page managed = session.getReference(Page.class, page.id);
            session.persist(new Link(managed));
            session.persist(new Note(managed));
        }));
        assertThat(TestDatabase.counterUpdates(sql))
                .containsExactly("update page set links_count = coalesce(links_count, 0) + ?,"
                        + " notes_count = coalesce(notes_count, 0) + ?, linked_at = ?, viewed_at = ? where id = ?");
    }

    @Test
    void whatADerivedCounterTouchesShowsOnAManagedParent() {
        db.inTransaction(session -> {
            Page managed = session.find(Page.class, page.id);
            session.persist(new Note(managed));
            CounterCaches.of(session).flush();
            assertThat(managed.linkedAt).matches(TouchTest::isNow);
            assertThat(managed.viewedAt).isEqualTo(LONG_AGO);
            assertThat(session.isDirty()).isFalse();
        });
    }

    @Test
    void aResetAndARepairTouchNothingForNoChildHasChanged() {
        db.execute("update page set notes_count = 7");
        db.inTransaction(session -> assertThat(
                        CounterCaches.of(session).on(Page.class, page.id).reset("notesCount"))
                .hasSize(1));
        db.execute("update page set notes_count = 7");
        assertThat(CounterRepair.of(db.factory(), Page.class).repair().drifted())
                .isEqualTo(1);
        assertThat(loaded().linkedAt).isEqualTo(LONG_AGO);
    }

    @Test
    void aResetTouchesWhatIsNamedIfItCorrectsTheRow() {
        Page second = db.persist(new Page());
        db.execute("update page set notes_count = 7 where id = " + page.id);
        db.inTransaction(session -> assertThat(CounterCaches.of(session)
                        .on(Page.class, List.of(page.id, second.id))
                        .touching("viewedAt")
                        .reset())
                .hasSize(1));
        assertThat(loaded().viewedAt).matches(TouchTest::isNow);
        assertThat(db.number("select count(*) from page where viewed_at > timestamp '2002-01-01 00:00:00'"))
                .isEqualTo(1);
    }

    @Test
    void whatIsNoDateOrTimeIsRefusedBeforeAnySql() {
        assertThat(db.statementsOf(() -> db.inTransaction(session -> {
                    Counters<Page> counters = CounterCaches.of(session).on(Page.class, page.id);
                    String names = "changedAt, linkedAt, modifiedAt, updatedAt, viewedAt";
                    for (String name : List.of("nothing", "views", "version")) {
                        assertThatThrownBy(() -> counters.touching(name))
                                .isInstanceOf(IllegalArgumentException.class)
                                .hasMessage("Page has no date or time attribute '%s': name one of %s", name, names);
                    }
                    assertThatThrownBy(() ->
                                    CounterCaches.of(session).on(Link.class, 1L).touching())
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage("Link has no attribute with @UpdateTimestamp or @LastModifiedDate:"
                                    + " name another entity, for it has none");
                })))
                .isEmpty();
    }

    @Entity(name = "Wrong")
    static class Wrong {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "linksCount", touch = "version")
        Page page;
    }

    @Test
    void aWrongTouchIsRefusedAtBoot() {
        Configuration configuration = db.configuration().addAnnotatedClass(Wrong.class);
        assertThatThrownBy(configuration::buildSessionFactory)
                .isInstanceOf(CounterMappingException.class)
                .hasMessageContaining("Wrong.page: 'touch': Page has no date or time attribute 'version': add it, or"
                        + " name one of changedAt, linkedAt, modifiedAt, updatedAt, viewedAt");
    }

    @Test
    void countersThatTouchAreStillOneBatch() {
        Page second = db.persist(new Page());
        db.inTransaction(session -> Map.of(1, page, 2, second)
                .values()
                .forEach(each -> session.persist(new Link(session.getReference(Page.class, each.id)))));
        assertThat(db.number("select sum(links_count) from page")).isEqualTo(2);
    }
}
