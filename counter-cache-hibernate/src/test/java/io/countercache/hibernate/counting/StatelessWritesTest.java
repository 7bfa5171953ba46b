package io.countercache.hibernate.counting;

import static io.countercache.hibernate.support.SameSource.find;
import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.annotations.Immutable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All that a stateless session writes, in each of the ways that it can write it. After each test every counter has to
 * equal its count.
 */
@ParameterizedClass(name = "{0}, {1}, batches of {2}")
@CsvSource({
    "lock, transaction, 0",
    "lock, transaction, 10",
    "lock, none, 0",
    "lock, none, 10",
    "lock, shared, 0",
    "lock, shared, 10",
    "trust, shared, 10"
})
@SinceHibernate("7.2")
class StatelessWritesTest {

    @Entity(name = "Summit")
    static class Summit {
        @Id
        Long id;

        int plainsCount;
        long versionedTotal;

        Summit() {}

        Summit(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Holder")
    static class Holder {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Summit summit;

        int plainsCount;
        int openPlains;
        long plainTotal;
        int versionedsCount;
        int openVersioneds;
        long versionedTotal;
        int fixedsCount;

        Holder() {}

        Holder(long id, Summit summit) {
            this.id = id;
            this.summit = summit;
        }
    }

    /** A child, with or without a version. */
    interface Child {
        void is(Holder on, boolean nowOpen, int nowAmount);
    }

    @Entity(name = "Plain")
    static class Plain implements Child {
        @Id
        Long id;

        @Column(name = "is_open")
        boolean open;

        Integer amount;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "openPlains", where = "open")
        @CounterCache(value = "plainTotal", sum = "amount")
        @CounterCache(value = "plainsCount", path = "summit")
        Holder holder;

        @Override
        public void is(Holder on, boolean nowOpen, int nowAmount) {
            holder = on;
            open = nowOpen;
            amount = nowAmount;
        }
    }

    @Entity(name = "Versioned")
    static class Versioned implements Child {
        @Id
        Long id;

        @Version
        Integer version;

        @Column(name = "is_open")
        boolean open;

        Integer amount;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "openVersioneds", where = "open")
        @CounterCache(value = "versionedTotal", sum = "amount")
        @CounterCache(value = "versionedTotal", path = "summit", sum = "amount", where = "open")
        Holder holder;

        @Override
        public void is(Holder on, boolean nowOpen, int nowAmount) {
            holder = on;
            open = nowOpen;
            amount = nowAmount;
        }
    }

    /** Of which a condition looks at what no UPDATE writes; an upsert may. */
    @Entity(name = "Fixed")
    static class Fixed {
        @Id
        Long id;

        @Immutable
        @Column(name = "is_open")
        boolean open;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(where = "open")
        Holder holder;

        Fixed() {}

        Fixed(long id, Holder holder, boolean open) {
            this.id = id;
            this.holder = holder;
            this.open = open;
        }
    }

    @Entity(name = "Tagged")
    static class Tagged {
        @Id
        Long id;

        @ManyToMany
        Set<Mark> marks = new HashSet<>();

        Tagged() {}

        Tagged(long id, Mark... marks) {
            this.id = id;
            this.marks.addAll(List.of(marks));
        }
    }

    @Entity(name = "Mark")
    static class Mark {
        @Id
        Long id;

        @ManyToMany(mappedBy = "marks")
        @CounterCache
        Set<Tagged> taggeds = new HashSet<>();

        int taggedsCount;

        Mark() {}

        Mark(long id) {
            this.id = id;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Mark mark && mark.id.equals(id);
        }

        @Override
        public int hashCode() {
            return Objects.hash(id);
        }
    }

    @RegisterExtension
    final TestDatabase db;

    private final String transaction;
    private final int batchSize;

    StatelessWritesTest(String setting, String transaction, int batchSize) {
        db = TestDatabase.shared(
                        Summit.class, Holder.class, Plain.class, Versioned.class, Fixed.class, Tagged.class, Mark.class)
                .setting(CounterCacheSettings.STALE_CHILDREN, setting)
                .setting("hibernate.jdbc.batch_size", batchSize);
        this.transaction = transaction;
        this.batchSize = batchSize;
    }

    @BeforeEach
    void twoHoldersWithTwoChildrenOfEachKindOnTheFirst() {
        db.inTransaction(session -> {
            Summit first = new Summit(1);
            Summit second = new Summit(2);
            Holder holder = new Holder(1, first);
            List.of(first, second, holder, new Holder(2, second), new Mark(1), new Mark(2))
                    .forEach(session::persist);
            for (long id = 1; id <= 2; id++) {
                Plain plain = new Plain();
                plain.id = id;
                plain.is(holder, id == 1, 5);
                session.persist(plain);
                Versioned versioned = new Versioned();
                versioned.id = id;
                versioned.is(holder, id == 1, 7);
                session.persist(versioned);
            }
            session.persist(new Fixed(1, holder, true));
            session.persist(new Tagged(1, session.find(Mark.class, 1L)));
        });
    }

    private void stateless(Consumer<StatelessSession> work) {
        if (transaction.equals("shared")) {
            db.inTransaction(session -> shared(session, work));
            return;
        }
        try (StatelessSession session = db.factory().openStatelessSession()) {
            session.setJdbcBatchSize(batchSize);
            if (transaction.equals("none")) {
                work.accept(session);
            } else {
                session.beginTransaction();
                work.accept(session);
                session.getTransaction().commit();
            }
        }
    }

    private static void shared(Session session, Consumer<StatelessSession> work) {
        try (StatelessSession stateless =
                session.statelessWithOptions().connection().open()) {
            work.accept(stateless);
        }
    }

    /** A child as the application has it before it writes it: loaded if there is such a row. */
    private static <C extends Child> C child(
            StatelessSession session, Class<C> kind, long id, long holder, boolean open, int amount) {
        C found = find(session, kind, id);
        C child = found == null ? fresh(kind, id) : found;
        child.is(new Holder(holder, null), open, amount);
        return child;
    }

    private static <C extends Child> C fresh(Class<C> kind, long id) {
        if (kind == Plain.class) {
            Plain plain = new Plain();
            plain.id = id;
            return kind.cast(plain);
        }
        Versioned versioned = new Versioned();
        versioned.id = id;
        return kind.cast(versioned);
    }

    private interface Write {
        void in(StatelessSession session, Class<? extends Child> kind);
    }

    private static Arguments write(String name, String expected, Write write) {
        return arguments(name, expected, write);
    }

    /** What is written, and which rows are then with which holder. */
    static Stream<Arguments> writes() {
        return Stream.of(
                write("insert", "1@1 2@1 3@2", (session, kind) -> insert(session, child(session, kind, 3, 2, true, 3))),
                write(
                        "insertMultiple",
                        "1@1 2@1 3@2 4@1 5@2",
                        (session, kind) -> session.insertMultiple(List.of(
                                child(session, kind, 3, 2, true, 3),
                                child(session, kind, 4, 1, false, 4),
                                child(session, kind, 5, 2, false, 5)))),
                write(
                        "update that moves and changes all",
                        "1@2 2@1",
                        (session, kind) -> session.update(child(session, kind, 1, 2, false, 9))),
                write(
                        "update of what is totalled",
                        "1@1 2@1",
                        (session, kind) -> session.update(child(session, kind, 1, 1, true, 9))),
                write(
                        "updateMultiple",
                        "1@2 2@1",
                        (session, kind) -> session.updateMultiple(
                                List.of(child(session, kind, 1, 2, false, 9), child(session, kind, 2, 1, true, 8)))),
                write("delete", "2@1", (session, kind) -> session.delete(child(session, kind, 1, 2, false, 9))),
                write(
                        "deleteMultiple",
                        "",
                        (session, kind) -> session.deleteMultiple(
                                List.of(child(session, kind, 1, 1, true, 5), child(session, kind, 2, 2, true, 8)))),
                write(
                        "upsert of a new row",
                        "1@1 2@1 3@2",
                        (session, kind) -> session.upsert(child(session, kind, 3, 2, true, 3))),
                write(
                        "upsert of a row that is there",
                        "1@2 2@1",
                        (session, kind) -> session.upsert(child(session, kind, 1, 2, false, 3))),
                write(
                        "upsertMultiple",
                        "1@2 2@1 3@2 4@1",
                        (session, kind) -> session.upsertMultiple(List.of(
                                child(session, kind, 1, 2, false, 3),
                                child(session, kind, 3, 2, true, 3),
                                child(session, kind, 2, 1, true, 6),
                                child(session, kind, 4, 1, true, 4)))),
                write("one after the other", "2@2 3@1", (session, kind) -> {
                    insert(session, child(session, kind, 3, 2, true, 3));
                    session.update(child(session, kind, 2, 2, true, 2));
                    session.delete(child(session, kind, 1, 1, true, 5));
                    session.upsert(child(session, kind, 3, 1, false, 4));
                    Child again = fresh(kind, 1);
                    again.is(new Holder(2, null), true, 3);
                    insert(session, again);
                    session.delete(again);
                }));
    }

    private String rows(String table) {
        List<String> rows = new ArrayList<>();
        for (long id = 1; id <= 5; id++) {
            if (db.number("select count(*) from " + table + " where id = " + id) > 0) {
                rows.add(id + "@" + db.number("select holder_id from " + table + " where id = " + id));
            }
        }
        return String.join(" ", rows);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writes")
    void ofAPlainChild(String name, String expected, Write write) {
        stateless(session -> write.in(session, Plain.class));
        assertThat(rows("plain")).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writes")
    void ofAVersionedChild(String name, String expected, Write write) {
        stateless(session -> write.in(session, Versioned.class));
        assertThat(rows("versioned")).isEqualTo(expected);
    }

    @Test
    void aRowOnTheWayThatMovesTakesItsChildrenAlong() {
        stateless(session -> {
            Holder holder = session.get(Holder.class, 1L);
            holder.summit = new Summit(2);
            session.update(holder);
        });
        assertThat(db.number("select plains_count from summit where id = 2")).isEqualTo(2);
    }

    /** Whatever becomes of it: another transaction has a later version. */
    @ParameterizedTest
    @CsvSource({"update", "delete", "upsert"})
    void ofAStaleVersion(String way) {
        try {
            stateless(session -> {
                Versioned stale = session.get(Versioned.class, 1L);
                db.execute("update versioned set version = version + 1 where id = 1");
                stale.is(new Holder(2, null), false, 3);
                switch (way) {
                    case "update" -> session.update(stale);
                    case "delete" -> session.delete(stale);
                    default -> session.upsert(stale);
                }
            });
        } catch (RuntimeException refused) {
            assertThat(refused).hasStackTraceContaining("Stale");
        }
        assertThat(rows("versioned")).isEqualTo("1@1 2@1");
    }

    @Test
    void anUpsertOfWhatNoUpdateWrites() {
        stateless(session -> session.upsert(new Fixed(1, new Holder(2, null), false)));
        stateless(session -> session.upsert(new Fixed(2, new Holder(1, null), true)));
        assertThat(rows("fixed")).isEqualTo("1@2 2@1");
    }

    @Test
    void ownersOfACountedCollection() {
        Mark first = new Mark(1);
        Mark second = new Mark(2);
        stateless(session -> session.insertMultiple(List.of(new Tagged(2, first, second), new Tagged(3, second))));
        stateless(session -> session.updateMultiple(List.of(new Tagged(2, first), new Tagged(1, second, first))));
        stateless(session -> session.upsertMultiple(List.of(new Tagged(2, second), new Tagged(4, first, second))));
        stateless(session -> session.upsert(new Tagged(3)));
        assertThat(db.number("select taggeds_count from mark where id = 1")).isEqualTo(2);
        assertThat(db.number("select taggeds_count from mark where id = 2")).isEqualTo(3);
        stateless(session -> session.deleteMultiple(List.of(new Tagged(1, first), new Tagged(2, second))));
        stateless(session -> session.delete(new Tagged(4, first)));
        assertThat(db.number("select count(*) from tagged")).isEqualTo(1);
        assertThat(db.number("select count(*) from tagged_mark")).isZero();
    }
}
