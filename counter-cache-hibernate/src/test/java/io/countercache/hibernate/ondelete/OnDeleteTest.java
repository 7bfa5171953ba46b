package io.countercache.hibernate.ondelete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.ondelete.Forum.Company;
import io.countercache.hibernate.ondelete.Forum.Emoji;
import io.countercache.hibernate.ondelete.Forum.Member;
import io.countercache.hibernate.ondelete.Forum.Message;
import io.countercache.hibernate.ondelete.Forum.Reaction;
import io.countercache.hibernate.ondelete.Forum.Section;
import io.countercache.hibernate.ondelete.Forum.Topic;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Test;

/** Rows that the database deletes, or cuts off, with a row that a session removes. */
class OnDeleteTest extends ForumOfTwo {

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
    @SinceHibernate("7.2")
    void aStatelessSessionCountsIt() {
        db.factory().inStatelessTransaction(session -> session.delete(session.get(Member.class, ann.id)));
        assertAnnIsGone();
    }

    @Test
    @SinceHibernate("7.2")
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
        if (HibernateVersions.isSince("8.0")) { // inserts the new message without an author
            assertCounts("tea 1 1 0 1", "coffee 1 1 0 80", "section 2", "smile 0");
        } else {
            assertCounts("tea 0 0 0 0", "coffee 1 1 0 80", "section 1", "smile 0");
        }
    }

    @Test
    void parentsInMemoryShowItAndAreNotWritten() {
        db.inTransaction(session -> {
            Topic managed = session.find(Topic.class, tea.id);
            session.remove(member(session, ann));
            session.flush();
            assertThat(managed.messagesCount).isEqualTo(1);
            assertThat(managed.wordsTotal).isEqualTo(5);
            assertThat(db.statementsOf(session::flush)).isEmpty();
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
            Message checked = checkedBy(ann, session);
            session.remove(session.find(Company.class, company.id));
            session.remove(checked);
        });
        assertCounts("tea 1 1 0 5", "coffee 0 0 0 0", "section 1", "smile 1");
    }

    private static Message checkedBy(Member member, Session session) {
        return session.createSelectionQuery("from Message where checkedBy.id = :id", Message.class)
                .setParameter("id", member.id)
                .getSingleResult();
    }

    private void removeBobAndThenWhatHeHasChecked(Session session) {
        Message checked = checkedBy(bob, session);
        session.remove(member(session, bob));
        session.flush();
        session.remove(checked);
    }

    /** Which trusts other transactions, and is about one. */
    @Test
    void aMessageThatTheSameSessionCutsOffIsReadAgainAlsoIfChildrenAreTrusted() {
        var configuration = db.configuration();
        configuration.getProperties().put(CounterCacheSettings.STALE_CHILDREN, "trust");
        try (SessionFactory trusting = configuration.buildSessionFactory()) {
            trusting.inTransaction(this::removeBobAndThenWhatHeHasChecked);
        }
        assertCounts("tea 2 1 0 30", "coffee 0 0 0 0", "section 2", "smile 1");
    }

    @Test
    void aMessageInMemoryThatHasBeenCutOffIsReadAgain() {
        db.inTransaction(this::removeBobAndThenWhatHeHasChecked);
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
        assumeFalse(TestServer.IS_PORTABLE, TestServer.MORE_STATEMENTS);
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
