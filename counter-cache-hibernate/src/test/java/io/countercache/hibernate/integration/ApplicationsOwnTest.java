package io.countercache.hibernate.integration;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.sql.Connection;
import java.sql.SQLException;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.annotations.ColumnDefault;
import org.hibernate.annotations.DynamicInsert;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.OptimisticLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an application has asked of Hibernate that others leave to it: its connection, its statements. */
class ApplicationsOwnTest {

    @Entity(name = "Board")
    static class Board {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int openCount;
        int shownCount;
    }

    @Entity(name = "Task")
    @DynamicInsert
    static class Task {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ColumnDefault("'open'")
        String status;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "openCount", where = "status = 'open'")
        Board board;
    }

    @Entity(name = "Card")
    @DynamicUpdate
    static class Card {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Version
        int version;

        String text;

        @OptimisticLock(excluded = true)
        boolean hidden;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "shownCount", where = "hidden = false")
        Board board;
    }

    @RegisterExtension
    final TestDatabase db =
            TestDatabase.with(Post.class, Author.class, Comment.class, Board.class, Task.class, Card.class);

    @Test
    @SinceHibernate("7.2")
    void aStatelessSessionOnAConnectionOfTheApplication() throws SQLException {
        Post post = db.persist(new Post("first"));
        try (Connection connection = db.connections().getConnection()) {
            connection.setAutoCommit(false);
            try (StatelessSession session = db.factory().openStatelessSession(connection)) {
                insert(session, new Comment(post));
                insert(session, new Comment(post));
            }
            connection.commit();
        }
        assertThat(db.number("select comments_count from post")).isEqualTo(2);
    }

    @Test
    void anInsertThatLeavesAColumnToItsDefault() {
        Board board = db.persist(new Board());
        Task task = new Task();
        task.board = board;
        db.persist(task);
        assertThat(db.number("select open_count from board")).isEqualTo(1);
        db.inTransaction(session -> session.remove(session.find(Task.class, task.id)));
        assertThat(db.number("select open_count from board")).isZero();
    }

    @Test
    void anUpdateThatLeavesOutWhatAnotherTransactionHasChanged() {
        Board board = db.persist(new Board());
        Card card = new Card();
        card.board = board;
        db.persist(card);
        try (Session session = db.factory().openSession()) {
            session.beginTransaction();
            Card loaded = session.find(Card.class, card.id);
            db.inTransaction(other -> other.find(Card.class, card.id).hidden = true);
            loaded.text = "new";
            session.getTransaction().commit();
        }
        assertThat(db.number("select shown_count from board")).isZero();
    }
}
