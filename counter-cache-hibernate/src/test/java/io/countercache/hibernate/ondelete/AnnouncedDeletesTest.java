package io.countercache.hibernate.ondelete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.ondelete.Forum.Member;
import io.countercache.hibernate.ondelete.Forum.Message;
import io.countercache.hibernate.ondelete.Forum.Reaction;
import io.countercache.hibernate.ondelete.Forum.Section;
import io.countercache.hibernate.ondelete.Forum.Topic;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.SinceHibernate;
import jakarta.persistence.OptimisticLockException;
import java.util.List;
import org.hibernate.Hibernate;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreDeleteEventListener;
import org.junit.jupiter.api.Test;

/** What Hibernate tells of though the database does it, or nobody. */
class AnnouncedDeletesTest extends ForumOfTwo {

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
    @SinceHibernate(value = "7.0", because = "6.6 removes no detached instance of what the session has loaded")
    void whatIsAnnouncedAndRemovedAgainAsADetachedCopyIsCountedOnce() {
        Message detached = detached(annOnTea);
        db.inTransaction(session -> {
            session.remove(session.find(Message.class, annOnTea.id));
            session.remove(detached.reactions.get(0));
        });
        assertCounts("tea 2 1 0 25", "coffee 2 2 2 120", "section 4", "smile 1");
    }

    @Test
    @SinceHibernate(value = "7.0", because = "6.6 removes no detached instance of what the session has loaded")
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
                .getEventEngine()
                .getListenerRegistry()
                .appendListeners(
                        EventType.PRE_DELETE, (PreDeleteEventListener) event -> entity.isInstance(event.getEntity()));
    }

    @OwnDatabase
    @Test
    void nothingGoesWithARowThatStays() {
        veto(Member.class);
        db.inTransaction(session -> session.remove(member(session, ann)));
        assertCounts("tea 3 2 0 35", "coffee 2 2 2 120", "section 5", "smile 3");
    }

    @OwnDatabase
    @Test
    void whatIsAnnouncedWithARowThatStaysStaysToo() {
        veto(Message.class);
        db.inTransaction(session -> session.remove(session.find(Message.class, annOnTea.id)));
        assertCounts("tea 3 2 0 35", "coffee 2 2 2 120", "section 5", "smile 3");
    }

    @OwnDatabase
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
}
