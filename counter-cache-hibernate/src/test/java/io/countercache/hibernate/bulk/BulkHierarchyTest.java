package io.countercache.hibernate.bulk;

import static io.countercache.hibernate.support.Concurrently.finish;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.bulk.BulkRaceTest.Draft;
import io.countercache.hibernate.bulk.BulkRaceTest.Letter;
import io.countercache.hibernate.bulk.BulkRaceTest.Memo;
import io.countercache.hibernate.bulk.BulkRaceTest.Paper;
import io.countercache.hibernate.bulk.BulkRaceTest.Report;
import io.countercache.hibernate.bulk.BulkRaceTest.Review;
import io.countercache.hibernate.bulk.BulkRaceTest.Room;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.OptimisticLockException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.hibernate.Session;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bulk statements on rows in several tables, and such that look at other tables. After each test every counter is right. */
@SinceHibernate("7.2")
class BulkHierarchyTest {

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.shared(Room.class, Letter.class, Memo.class, Report.class, Review.class, Draft.class);

    private Room one;
    private Room other;

    @BeforeEach
    void rooms() {
        one = db.persist(new Room());
        other = db.persist(new Room());
    }

    private <P extends Paper> P put(P paper, Room room) {
        paper.put(room);
        paper.words = 5;
        return db.persist(paper);
    }

    private static int run(Session session, String hql, Object... parameters) {
        var query = session.createMutationQuery(hql);
        for (int i = 0; i < parameters.length; i++) {
            query.setParameter(i + 1, parameters[i]);
        }
        return query.executeUpdate();
    }

    private int execute(String hql, Object... parameters) {
        return db.fromTransaction(session -> run(session, hql, parameters));
    }

    private long count(String column, Room room) {
        return db.number("select %s from room where id = %d".formatted(column, room.id));
    }

    @Test
    void aDeleteCountsWhereEachOfTheClassesIsCounted() {
        put(new Review(), one);
        put(new Review(), other);
        put(new Draft(), one);
        put(new Report(), one);

        assertThat(execute("delete from Report where room = ?1", one)).isEqualTo(3);

        assertThat(count("reports_count", one)).isZero();
        assertThat(count("reviews_count", one)).isZero();
        assertThat(count("reviews_count", other)).isEqualTo(1);
    }

    @Test
    void anUpdateCountsWhereEachOfTheClassesIsCounted() {
        put(new Review(), one);
        put(new Draft(), one);

        assertThat(execute("update Report set room = ?1, words = words + 1", other))
                .isEqualTo(2);

        assertThat(count("words_of_reports", other)).isEqualTo(12);
        assertThat(count("reviews_count", one)).isEqualTo(1);
    }

    @Test
    void aStatementOnOneClassLeavesTheOthersAlone() {
        put(new Review(), one);
        put(new Draft(), one);

        assertThat(execute("delete from Review")).isEqualTo(1);

        assertThat(count("reports_count", one)).isEqualTo(1);
        assertThat(count("reviews_count", one)).isZero();
    }

    /** Who changes a row in several tables locks the same of it as a bulk statement. */
    @Test
    void aBulkUpdateWaitsForWhoHasReadTheRowUnderItsLock() {
        Draft draft = put(new Draft(), one);
        AtomicReference<Future<?>> moving = new AtomicReference<>();
        try (Concurrently concurrently = new Concurrently(db)) {
            StatementInspector beforeEach = sql -> {
                if (sql.startsWith("update report ")) {
                    moving.set(concurrently.start(() -> execute("update Report set room = ?1", other)));
                    concurrently.awaitDoneOrWaiting(moving.get());
                }
                return sql;
            };
            try (Session session = db.openSession(beforeEach)) {
                session.beginTransaction();
                session.find(Draft.class, draft.id).words = 7;
                session.getTransaction().commit();
            }
            finish(moving.get());
        }
        assertThat(count("words_of_reports", one)).isZero();
        assertThat(count("words_of_reports", other)).isEqualTo(7);
    }

    /** As many rows as have been locked, but others, because of what another table says by then: no counter is wrong. */
    @Test
    void rowsThatTakeThePlaceOfThoseThatWereLockedAreCounted() {
        put(new Letter(), one);
        put(new Letter(), other);
        Memo memo = put(new Memo(), one);
        AtomicInteger sent = new AtomicInteger();
        StatementInspector beforeEach = sql -> {
            if (sql.contains("update letter ") && sent.getAndIncrement() == 0) {
                db.inTransaction(session -> session.find(Memo.class, memo.id).room = other);
            }
            return sql;
        };
        try (Session session = db.openSession(beforeEach)) {
            session.beginTransaction();
            String hql = "update Letter c set c.room = null where exists (select 1 from Memo m where m.room = c.room)";
            try {
                run(session, hql);
                session.getTransaction().commit();
            } catch (OptimisticLockException e) {
                assertThat(e).hasMessageContaining("try again"); // not where the UPDATE itself is counted
                session.getTransaction().rollback();
            }
        }
        assertThat(sent).hasPositiveValue();
    }

    @Test
    void rowsThatHaveNothingWhereTheNewValueIsLookedForAreLeftOut() {
        put(new Letter(), one);
        put(new Letter(), null);
        put(new Memo(), one);

        assertThat(execute("update Letter c set c.words = c.room.memosCount")).isEqualTo(1);

        assertThat(count("words_of_letters", one)).isZero();
    }
}
