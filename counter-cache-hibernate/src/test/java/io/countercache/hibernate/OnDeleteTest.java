package io.countercache.hibernate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.Forum.Company;
import io.countercache.hibernate.Forum.Emoji;
import io.countercache.hibernate.Forum.Member;
import io.countercache.hibernate.Forum.Message;
import io.countercache.hibernate.Forum.Reaction;
import io.countercache.hibernate.Forum.Section;
import io.countercache.hibernate.Forum.Topic;
import jakarta.persistence.OptimisticLockException;
import java.util.List;
import java.util.stream.Stream;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows that the database deletes, or cuts off, with a row that a session removes. */
class OnDeleteTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Forum.ENTITIES);

    private final Company company = new Company();
    private final Member ann = new Member(company);
    private final Member bob = new Member(null);
    private final Section section = new Section();
    private final Topic tea = new Topic(section);
    private final Topic coffee = new Topic(section);
    private final Emoji smile = new Emoji();
    private final Message annOnTea = new Message(ann, tea, 10);
    private final Message bobOnTea = new Message(bob, tea, 5);

    @BeforeEach
    void messagesOfTwoMembers() {
        db.inTransaction(session -> Stream.of(
                        company,
                        ann,
                        bob,
                        section,
                        tea,
                        coffee,
                        smile,
                        annOnTea,
                        bobOnTea,
                        new Message(ann, tea, 20).hidden(),
                        new Message(ann, coffee, 40).checkedBy(bob),
                        new Message(bob, coffee, 80).checkedBy(ann),
                        new Reaction(annOnTea, bob, smile),
                        new Reaction(annOnTea, ann, smile),
                        new Reaction(bobOnTea, bob, smile))
                .forEach(session::persist));
        assertCounts("tea 3 2 0 35", "coffee 2 2 2 120", "section 5", "smile 3");
    }

    private void assertCounts(String... counts) {
        assertThat(List.of(
                        "tea " + topic(tea),
                        "coffee " + topic(coffee),
                        "section " + db.number("select messages_count from section"),
                        "smile " + db.number("select used from emoji")))
                .containsExactly(counts);
    }

    private String topic(Topic topic) {
        return db.text("select concat(messages_count, ' ', shown_count, ' ', checked_count, ' ', words_total)"
                + " from topic where id = " + topic.id);
    }

    private void assertAnnIsGone() {
        assertCounts("tea 1 1 0 5", "coffee 1 1 0 80", "section 2", "smile 1");
    }

    private static Member member(Session session, Member member) {
        return session.find(Member.class, member.id);
    }

    @Test
    void whatGoesWithAMemberIsCountedOnAllThatStays() {
        db.inTransaction(session -> session.remove(member(session, ann)));
        assertAnnIsGone();
    }

    @Test
    void whatGoesWithAReferenceToo() {
        db.inTransaction(session -> session.remove(session.getReference(Member.class, ann.id)));
        assertAnnIsGone();
    }

    @Test
    void whatGoesFromGrandparentToChildIsCounted() {
        db.inTransaction(session -> session.remove(session.find(Company.class, company.id)));
        assertAnnIsGone();
    }

    @Test
    void aStatelessSessionCountsIt() {
        db.factory().inStatelessTransaction(session -> session.delete(session.get(Member.class, ann.id)));
        assertAnnIsGone();
    }

    @Test
    void withoutATransactionItIsCountedAtOnce() {
        try (var session = db.factory().openStatelessSession()) {
            session.delete(session.get(Member.class, ann.id));
        }
        assertAnnIsGone();
    }

    @Test
    void bothMembersInOneFlush() {
        db.inTransaction(session -> {
            session.remove(member(session, bob));
            session.remove(member(session, ann));
        });
        assertCounts("tea 0 0 0 0", "coffee 0 0 0 0", "section 0", "smile 0");
    }

    @Test
    void aRollbackCountsNothing() {
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            session.remove(member(session, ann));
            session.flush();
            session.getTransaction().rollback();
            session.beginTransaction();
            session.persist(new Message(member(session, ann), session.find(Topic.class, tea.id), 1));
            session.getTransaction().commit();
        }
        assertCounts("tea 4 3 0 36", "coffee 2 2 2 120", "section 6", "smile 3");
    }

    @Test
    void whatTheSameSessionHasChangedBeforeCountsAsItIsThen() {
        db.inTransaction(session -> {
            session.find(Message.class, annOnTea.id).topic = session.find(Topic.class, coffee.id);
            session.find(Message.class, bobOnTea.id).author = member(session, ann);
            session.persist(new Message(member(session, ann), session.find(Topic.class, tea.id), 1));
            session.remove(member(session, ann));
        });
        assertCounts("tea 0 0 0 0", "coffee 1 1 0 80", "section 1", "smile 0");
    }

    @Test
    void parentsInMemoryShowItAndAreNotWritten() {
        db.inTransaction(session -> {
            Topic managed = session.find(Topic.class, tea.id);
            session.remove(member(session, ann));
            session.flush();
            assertThat(managed.messagesCount).isEqualTo(1);
            assertThat(managed.wordsTotal).isEqualTo(5);
            assertThat(session.isDirty()).isFalse();
        });
    }

    @Test
    void aQueryInBetweenReadsIt() {
        db.inTransaction(session -> {
            session.remove(member(session, ann));
            assertThat(session.createSelectionQuery("select messagesCount from Topic where id = :id", Integer.class)
                            .setParameter("id", tea.id)
                            .getSingleResult())
                    .isEqualTo(1);
        });
        db.inTransaction(session -> {
            session.remove(session.find(Company.class, company.id));
            assertThat(session.createSelectionQuery("select reactionsCount from Emoji", Integer.class)
                            .getSingleResult())
                    .isEqualTo(1);
        });
    }

    @Test
    void whatIsTouchedIsTouched() {
        db.execute("update topic set changed = null");
        db.inTransaction(session -> session.remove(member(session, ann)));
        assertThat(db.number("select count(*) from topic where changed is not null"))
                .isEqualTo(2);
    }

    @Test
    void aSessionThatSkipsCountsNothing() {
        db.inTransaction(session -> {
            try (var skipped = CounterCaches.of(session).skip()) {
                assertThat(skipped).isNotNull();
                session.remove(member(session, ann));
                session.flush();
            }
        });
        assertCounts("tea 3 2 0 35", "coffee 2 2 2 120", "section 5", "smile 3");
        CounterRepair.of(db.factory(), Topic.class).repair();
        CounterRepair.of(db.factory(), Section.class).repair();
        CounterRepair.of(db.factory(), Emoji.class).repair();
    }

    // ---- what Hibernate tells of as well ----

    @Test
    void whatTheSessionRemovesItselfIsCountedOnce() {
        db.inTransaction(session -> {
            session.remove(session.find(Message.class, annOnTea.id));
            session.remove(member(session, ann));
        });
        assertAnnIsGone();
    }

    @Test
    void whatIsAnnouncedButLeftToTheDatabaseIsCountedOnce() {
        List<String> statements = db.statementsOf(
                () -> db.inTransaction(session -> session.remove(session.find(Message.class, annOnTea.id))));
        assertThat(statements).noneMatch(sql -> sql.startsWith("delete from reaction"));
        assertCounts("tea 2 1 0 25", "coffee 2 2 2 120", "section 4", "smile 1");
    }

    @Test
    void whatIsAnnouncedAfterItIsGoneIsCountedOnce() {
        db.inTransaction(session -> {
            session.remove(member(session, bob));
            // bob's reaction to this one is gone by now, and is announced nevertheless
            session.remove(session.find(Message.class, annOnTea.id));
        });
        assertCounts("tea 1 0 0 20", "coffee 1 1 0 40", "section 2", "smile 0");
    }

    @Test
    void whatIsRemovedBeforeItIsAnnouncedIsCountedOnce() {
        db.inTransaction(session -> {
            Message message = session.find(Message.class, annOnTea.id);
            session.remove(message.reactions.get(0));
            session.remove(message);
        });
        assertCounts("tea 2 1 0 25", "coffee 2 2 2 120", "section 4", "smile 1");
    }

    @Test
    void whatIsAnnouncedAndStaysCanBeRemovedAfterwards() {
        db.inTransaction(session -> {
            Message message = session.find(Message.class, annOnTea.id);
            session.remove(message);
            session.persist(message);
            message.reactions.forEach(session::persist);
            session.remove(message.reactions.get(0));
        });
        assertCounts("tea 3 2 0 35", "coffee 2 2 2 120", "section 5", "smile 2");
    }

    @Test
    void whatIsAnnouncedOfADetachedRowIsCountedOnce() {
        Message detached = detached(annOnTea);
        db.inTransaction(session -> session.remove(detached));
        assertCounts("tea 2 1 0 25", "coffee 2 2 2 120", "section 4", "smile 1");
    }

    private Message detached(Message message) {
        return db.fromTransaction(session -> {
            Message loaded = session.find(Message.class, message.id);
            Hibernate.initialize(loaded.reactions);
            return loaded;
        });
    }

    /** Which Hibernate takes for what it is a copy of. */
    @Test
    void whatIsAnnouncedAndRemovedAgainAsADetachedCopyIsCountedOnce() {
        Message detached = detached(annOnTea);
        db.inTransaction(session -> {
            session.remove(session.find(Message.class, annOnTea.id));
            session.remove(detached.reactions.get(0));
        });
        assertCounts("tea 2 1 0 25", "coffee 2 2 2 120", "section 4", "smile 1");
    }

    @Test
    void whatIsRemovedBeforeADetachedCopyIsAnnouncedIsCountedOnce() {
        Message detached = detached(annOnTea);
        db.inTransaction(session -> {
            session.remove(session.find(Reaction.class, detached.reactions.get(0).id));
            session.remove(detached);
        });
        assertCounts("tea 2 1 0 25", "coffee 2 2 2 120", "section 4", "smile 1");
    }

    @Test
    void whatWasGoneInAnEarlierFlushIsNotRemembered() {
        db.inTransaction(session -> {
            session.remove(member(session, ann));
            session.flush();
            session.clear();
            session.createNativeMutationQuery("insert into message (id, author_id, topic_id, hidden, words) values ("
                            + annOnTea.id + ", " + bob.id + ", " + tea.id + ", false, 7)")
                    .executeUpdate();
            CounterCaches.of(session).on(Topic.class, tea.id).reset();
            CounterCaches.of(session).on(Section.class, section.id).reset();
            session.remove(member(session, bob));
        });
        assertCounts("tea 0 0 0 0", "coffee 0 0 0 0", "section 0", "smile 0");
    }

    @Test
    void whoRemovesARowThatIsGoneWithAnotherFails() {
        assertThatThrownBy(() -> db.inTransaction(session -> {
                    Message gone = session.find(Message.class, annOnTea.id);
                    session.remove(member(session, ann));
                    session.flush();
                    session.remove(gone);
                }))
                .isInstanceOf(OptimisticLockException.class);
    }

    // ---- what a listener of the application vetoes ----

    private void veto(Class<?> entity) {
        db.factory()
                .unwrap(SessionFactoryImplementor.class)
                .getEventListenerRegistry()
                .appendListeners(
                        EventType.PRE_DELETE, (PreDeleteEventListener) event -> entity.isInstance(event.getEntity()));
    }

    @Test
    void nothingGoesWithARowThatStays() {
        veto(Member.class);
        db.inTransaction(session -> session.remove(member(session, ann)));
        assertCounts("tea 3 2 0 35", "coffee 2 2 2 120", "section 5", "smile 3");
    }

    @Test
    void whatIsAnnouncedWithARowThatStaysStaysToo() {
        veto(Message.class);
        db.inTransaction(session -> session.remove(session.find(Message.class, annOnTea.id)));
        assertCounts("tea 3 2 0 35", "coffee 2 2 2 120", "section 5", "smile 3");
    }

    @Test
    void whatIsVetoedButGoesWithAnotherRowIsCountedOnce() {
        veto(Reaction.class);
        db.inTransaction(session -> {
            session.createSelectionQuery("from Reaction where message.id = :id", Reaction.class)
                    .setParameter("id", annOnTea.id)
                    .getResultList()
                    .forEach(session::remove);
            session.remove(session.find(Message.class, annOnTea.id));
        });
        assertCounts("tea 2 1 0 25", "coffee 2 2 2 120", "section 4", "smile 1");
    }

    // ---- what the database cuts off ----

    @Test
    void whatIsSetToNullIsLookedAtByAWhere() {
        db.inTransaction(session -> session.remove(member(session, bob)));
        assertCounts("tea 2 1 0 30", "coffee 1 1 0 40", "section 3", "smile 1");
    }

    @Test
    void aMessageThatIsCutOffByADeleteThatIsNotSentYet() {
        db.inTransaction(session -> {
            session.setJdbcBatchSize(20);
            Message checked = session.createSelectionQuery("from Message where checkedBy.id = :id", Message.class)
                    .setParameter("id", ann.id)
                    .getSingleResult();
            session.remove(session.find(Company.class, company.id));
            session.remove(checked);
        });
        assertCounts("tea 1 1 0 5", "coffee 0 0 0 0", "section 1", "smile 1");
    }

    /** Which trusts other transactions, and is about one. */
    @Test
    void aMessageThatTheSameSessionCutsOffIsReadAgainAlsoIfChildrenAreTrusted() {
        var configuration = db.configuration();
        configuration.getProperties().put(CounterCacheSettings.STALE_CHILDREN, "trust");
        try (SessionFactory trusting = configuration.buildSessionFactory()) {
            trusting.inTransaction(session -> {
                Message checked = session.createSelectionQuery("from Message where checkedBy.id = :id", Message.class)
                        .setParameter("id", bob.id)
                        .getSingleResult();
                session.remove(member(session, bob));
                session.flush();
                session.remove(checked);
            });
        }
        assertCounts("tea 2 1 0 30", "coffee 0 0 0 0", "section 2", "smile 1");
    }

    @Test
    void aMessageInMemoryThatHasBeenCutOffIsReadAgain() {
        db.inTransaction(session -> {
            Message checked = session.createSelectionQuery("from Message where checkedBy.id = :id", Message.class)
                    .setParameter("id", bob.id)
                    .getSingleResult();
            session.remove(member(session, bob));
            session.flush();
            session.remove(checked);
        });
        assertCounts("tea 2 1 0 30", "coffee 0 0 0 0", "section 2", "smile 1");
    }

    @Test
    void aMessageThatIsCutOffAndGoesInOneFlushIsCountedOnce() {
        Member editor = db.persist(new Member(company));
        db.persist(new Message(ann, tea, 3).checkedBy(editor));
        assertCounts("tea 4 3 1 38", "coffee 2 2 2 120", "section 6", "smile 3");
        // who has checked it and who has written it go at once
        db.inTransaction(session -> session.remove(session.find(Company.class, company.id)));
        assertAnnIsGone();
    }

    // ---- what it costs ----

    @Test
    void aMemberCostsALockAndThreeStatementsForEachKindOfRowsThatGo() {
        Member member = db.persist(new Member(null));
        db.inTransaction(session -> {
            for (int i = 0; i < 100; i++) {
                session.persist(new Message(member, tea, 1));
            }
        });
        List<String> statements =
                db.statementsOf(() -> db.inTransaction(session -> session.remove(member(session, member))));
        assertThat(statements.stream().map(OnDeleteTest::kind))
                .containsExactly(
                        "find member",
                        "lock member",
                        // what it has written: found, locked, read
                        "find message",
                        "lock message",
                        "find message",
                        "find message", // what it has checked
                        "find reaction",
                        "find reaction", // those to the messages
                        "delete from member",
                        // as for 100 deletes
                        "lock topic",
                        "update topic",
                        "update section");
        assertThat(statements)
                .filteredOn(sql -> sql.startsWith("select id from"))
                .allMatch(sql -> sql.endsWith(" for update"));
    }

    private static String kind(String sql) {
        String table = sql.replaceFirst("^(select .* from|delete from|update) (\\w+) .*", "$2");
        boolean locks = sql.endsWith(" for update") || sql.endsWith(" for no key update");
        return sql.startsWith("select")
                ? (locks ? "lock " : "find ") + table
                : sql.substring(0, sql.indexOf(table)) + table;
    }

    @Test
    void whoseCountersGoAlongCostsNothing() {
        Emoji unused = db.persist(new Emoji());
        assertThat(db.statementsOf(
                        () -> db.inTransaction(session -> session.remove(session.find(Emoji.class, unused.id)))))
                .hasSize(2);
    }

    @Test
    void moreRowsThanOneStatementLooksAt() {
        db.inTransaction(session -> {
            Member author = session.find(Member.class, ann.id);
            for (int i = 0; i < 1201; i++) {
                Message message = new Message(
                        author,
                        i % 3 == 0 ? session.find(Topic.class, coffee.id) : session.find(Topic.class, tea.id),
                        1);
                session.persist(message);
                session.persist(new Reaction(message, author, session.find(Emoji.class, smile.id)));
            }
        });
        assertThat(db.number("select messages_count from section")).isEqualTo(1206);
        db.inTransaction(session -> session.remove(session.find(Company.class, company.id)));
        assertAnnIsGone();
    }
}
