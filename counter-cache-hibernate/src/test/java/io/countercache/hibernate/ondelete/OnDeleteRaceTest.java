package io.countercache.hibernate.ondelete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.RepairReport;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.ondelete.Forum.Company;
import io.countercache.hibernate.ondelete.Forum.Emoji;
import io.countercache.hibernate.ondelete.Forum.Member;
import io.countercache.hibernate.ondelete.Forum.Message;
import io.countercache.hibernate.ondelete.Forum.Reaction;
import io.countercache.hibernate.ondelete.Forum.Section;
import io.countercache.hibernate.ondelete.Forum.Topic;
import io.countercache.hibernate.support.Concurrently;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.PessimisticLockException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A member is removed while others write messages of that member, move or remove them. */
@Tag("postgresql") // H2 keeps no foreign key against a row that another transaction is deleting
class OnDeleteRaceTest {

    private static final int TOPICS = 5;

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Forum.ENTITIES);

    private final Section section = new Section();
    private final Emoji smile = new Emoji();
    private final List<Topic> topics =
            Stream.generate(() -> new Topic(section)).limit(TOPICS).toList();
    private final Member bob = new Member(null);
    private Member ann;
    private Message message;
    private Message ofBob;

    @BeforeEach
    void topics() {
        db.inTransaction(session ->
                Stream.concat(Stream.of(section, smile, bob), topics.stream()).forEach(session::persist));
    }

    private void anotherMember() {
        Company company = new Company();
        ann = new Member(company);
        message = new Message(ann, topics.get(0), 10).checkedBy(bob);
        ofBob = new Message(bob, topics.get(1), 20).checkedBy(ann);
        db.inTransaction(session -> Stream.of(company, ann, message, ofBob, new Reaction(message, bob, smile))
                .forEach(session::persist));
    }

    private enum Change {
        INSERT,
        INSERT_REACTION,
        DELETE,
        DELETE_THE_CHECKED_ONE,
        MOVE,
        MOVE_TO_BOB,
        MOVE_TO_ANN,
        HIDE,
        HIDE_THE_CHECKED_ONE;

        void make(Session session, OnDeleteRaceTest test) {
            Message message = session.find(Message.class, test.message.id);
            Message ofBob = session.find(Message.class, test.ofBob.id);
            Member ann = session.getReference(Member.class, test.ann.id);
            if (message == null) {
                return; // ann is gone
            }
            switch (this) {
                case INSERT ->
                    session.persist(new Message(ann, session.getReference(Topic.class, test.topics.get(2).id), 5));
                case INSERT_REACTION ->
                    session.persist(new Reaction(
                            message,
                            session.getReference(Member.class, test.bob.id),
                            session.getReference(Emoji.class, test.smile.id)));
                case DELETE -> session.remove(message);
                case DELETE_THE_CHECKED_ONE -> session.remove(ofBob);
                case MOVE -> message.topic = session.getReference(Topic.class, test.topics.get(2).id);
                case MOVE_TO_BOB -> message.author = session.getReference(Member.class, test.bob.id);
                case MOVE_TO_ANN -> ofBob.author = ann;
                case HIDE -> message.hidden = true;
                case HIDE_THE_CHECKED_ONE -> ofBob.hidden = true;
            }
        }
    }

    /** Every order of the statements of a removal with the flush and the commit of a change. */
    @ParameterizedTest
    @EnumSource
    void aRemovalAndAChangeAreExactInEveryOrderOfTheirSteps(Change change) {
        int steps = 30;
        for (int flushed = 0; flushed <= steps; flushed += 2) {
            for (int committed = flushed; committed <= steps + 1; committed += 5) {
                anotherMember();
                steps = interleave(change, flushed, committed);
                assertThat(db.number("select count(*) from member where id = " + ann.id))
                        .isZero();
                assertThat(CounterRepair.verifyAll(db.factory()))
                        .as("%s flushed before step %d and committed before %d", change, flushed, committed)
                        .matches(RepairReport::isClean);
            }
        }
        assertThat(steps).isGreaterThan(10);
    }

    /** How many statements the removal has. */
    private int interleave(Change change, int flushed, int committed) {
        AtomicInteger step = new AtomicInteger();
        CompletableFuture<Void> commit = new CompletableFuture<>();
        CompletableFuture<Void> flush = new CompletableFuture<>();
        try (Concurrently concurrently = new Concurrently(db)) {
            Future<?>[] writing = new Future<?>[1];
            Runnable interleave = () -> {
                int now = step.getAndIncrement();
                if (now == flushed) {
                    writing[0] = concurrently.start(() -> write(change, flush, commit, concurrently));
                    concurrently.awaitDoneOrWaiting(flush);
                }
                if (now == committed) {
                    commit.complete(null);
                    concurrently.awaitDoneOrWaiting(writing[0]);
                }
            };
            StatementInspector beforeEach = sql -> {
                interleave.run();
                return sql;
            };
            try (Session removing = db.openSession(beforeEach)) {
                removing.beginTransaction();
                removing.remove(removing.find(Member.class, ann.id));
                removing.getTransaction().commit();
            } catch (PessimisticLockException deadlock) {
                // or this one is the victim, and is made up for below
            }
            int steps = step.get();
            if (writing[0] == null) {
                writing[0] = concurrently.start(() -> write(change, flush, commit, concurrently));
            }
            commit.complete(null);
            finishOrFail(writing[0]);
            removeWhatIsLeft();
            return steps;
        }
    }

    private void write(
            Change change, CompletableFuture<Void> flush, CompletableFuture<Void> commit, Concurrently concurrently) {
        try (Session writer = db.factory().openSession()) {
            writer.beginTransaction();
            try {
                change.make(writer, this);
                writer.flush();
            } finally {
                flush.complete(null);
            }
            concurrently.awaitDoneOrWaiting(commit); // whoever waits, waits for this one
            writer.getTransaction().commit();
        }
    }

    private static void finishOrFail(Future<?> writing) {
        try {
            Concurrently.finish(writing);
        } catch (OptimisticLockException | ConstraintViolationException lost) {
            // the row, or the member that it refers to, is gone
        } catch (PessimisticLockException deadlock) {
            // the DELETE alone does this, too: it takes the member before the message, the UPDATE the message before
            // the member
        }
    }

    private void removeWhatIsLeft() {
        db.inTransaction(session -> {
            session.createSelectionQuery("from Member where id <> :id", Member.class)
                    .setParameter("id", bob.id)
                    .getResultList()
                    .forEach(session::remove);
        });
    }

    /** Hibernate announces the reactions to a message that it removes, sends no DELETE of theirs, and so compares nothing. */
    @ParameterizedTest
    @EnumSource
    void whatIsAnnouncedIsCountedAsItGoes(Meanwhile meanwhile) {
        anotherMember();
        Emoji frown = db.persist(new Emoji());
        Reaction anns = db.persist(new Reaction(ofBob, ann, smile));
        try (Session removing = db.factory().openSession()) {
            removing.beginTransaction();
            removing.remove(removing.find(Message.class, ofBob.id));
            db.inTransaction(session -> {
                switch (meanwhile) {
                    case GOES_WITH_ITS_MEMBER -> session.remove(session.find(Member.class, ann.id));
                    case GETS_ANOTHER_EMOJI -> session.find(Reaction.class, anns.id).emoji = frown;
                    case GOES_TO_ANOTHER_MESSAGE -> session.find(Reaction.class, anns.id).message = message;
                    case IS_REMOVED -> session.remove(session.find(Reaction.class, anns.id));
                    case GETS_ANOTHER_ONE -> session.persist(new Reaction(ofBob, bob, frown));
                }
            });
            removing.getTransaction().commit();
        }
        assertThat(db.number("select count(*) from message where id = " + ofBob.id))
                .isZero();
        assertThat(db.number("select count(*) from reaction where id = " + anns.id))
                .isEqualTo(meanwhile == Meanwhile.GOES_TO_ANOTHER_MESSAGE ? 1 : 0);
        assertThat(CounterRepair.verifyAll(db.factory())).matches(RepairReport::isClean, "no drift");
    }

    private enum Meanwhile {
        GOES_WITH_ITS_MEMBER,
        GETS_ANOTHER_EMOJI,
        GOES_TO_ANOTHER_MESSAGE,
        IS_REMOVED,
        GETS_ANOTHER_ONE
    }

    @Test
    void aSnapshotThatHidesANewMessageMakesTheRemovalFail() {
        anotherMember();
        try (Session removing = db.factory().openSession()) {
            removing.beginTransaction();
            removing.createNativeMutationQuery("set transaction isolation level repeatable read")
                    .executeUpdate();
            Member member = removing.find(Member.class, ann.id);
            db.inTransaction(session -> session.persist(new Message(ann, topics.get(0), 1)));
            removing.remove(member);
            assertThatThrownBy(removing.getTransaction()::commit).isInstanceOf(PersistenceException.class);
        }
        assertThat(db.number("select count(*) from message where author_id = " + ann.id))
                .isEqualTo(2);
    }

    @Test
    void membersThatGoUnderTrafficLeaveNoDrift() {
        AtomicInteger seeds = new AtomicInteger();
        AtomicInteger removed = new AtomicInteger();
        AtomicInteger changed = new AtomicInteger();
        TrafficTest.onThreads(8, () -> {
            int seed = seeds.getAndIncrement();
            Random random = new Random(seed);
            for (int i = 0; i < 120; i++) {
                boolean removes = seed < 2;
                try {
                    db.inTransaction(session -> {
                        if (removes) {
                            remove(session, random);
                        } else {
                            change(session, random);
                        }
                    });
                    (removes ? removed : changed).incrementAndGet();
                } catch (PersistenceException lost) {
                    // somebody else was faster, or waits for this one
                }
            }
            return null;
        });
        assertThat(removed).hasValueGreaterThan(50);
        assertThat(changed).hasValueGreaterThan(200);
        assertThat(db.number("select count(*) from message")).isPositive();
    }

    private static <E> E any(Session session, Class<E> entity) {
        return session.createSelectionQuery(
                        "from %s order by %s".formatted(entity.getSimpleName(), TestServer.RANDOM), entity)
                .setMaxResults(1)
                .getSingleResultOrNull();
    }

    private void remove(Session session, Random random) {
        Member member = any(session, Member.class);
        if (random.nextBoolean() && member != null && member.company != null) {
            session.remove(member.company);
        } else if (member != null && !member.id.equals(bob.id)) {
            session.remove(member);
        }
    }

    private void change(Session session, Random random) {
        Topic topic = session.getReference(Topic.class, topics.get(random.nextInt(TOPICS)).id);
        Member member = any(session, Member.class);
        Message any = any(session, Message.class);
        if (any == null || random.nextInt(3) == 0) {
            Company company = new Company();
            Member fresh = new Member(random.nextBoolean() ? company : null);
            session.persist(company);
            session.persist(fresh);
            session.persist(new Message(fresh, topic, random.nextInt(9)).checkedBy(member));
        }
        session.persist(new Message(member, topic, random.nextInt(9)));
        if (any != null) {
            switch (random.nextInt(6)) {
                case 0 -> session.remove(any);
                case 1 -> any.topic = topic;
                case 2 -> any.author = member;
                case 3 -> any.hidden = !any.hidden;
                case 4 -> any.checkedBy = member;
                default -> session.persist(new Reaction(any, member, session.getReference(Emoji.class, smile.id)));
            }
        }
    }
}
