package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.Relayed;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.transaction.Synchronization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.hibernate.Interceptor;
import org.hibernate.Session;
import org.hibernate.SessionEventListener;
import org.hibernate.Transaction;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.jdbc.spi.StatementInspector;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing runs between the last counter and the COMMIT: whatever an application has called before the commit is done by then. */
@Tag("postgresql")
class LastMomentTest {

    /** Where Hibernate calls an application before the commit, the earliest first. */
    enum Callback {
        INTERCEPTOR {
            @Override
            Session open(Relayed relayed, Consumer<Session> called) {
                AtomicReference<Session> session = new AtomicReference<>();
                session.set(relayed.factory()
                        .withOptions()
                        .interceptor(new Interceptor() {
                            @Override
                            public void beforeTransactionCompletion(Transaction transaction) {
                                called.accept(session.get());
                            }
                        })
                        .openSession());
                return session.get();
            }
        },
        SYNCHRONIZATION {
            @Override
            void register(Session session, Consumer<Session> called) {
                session.getTransaction().registerSynchronization(new Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        called.accept(session);
                    }

                    @Override
                    public void afterCompletion(int status) {}
                });
            }
        },
        OBSERVER {
            @Override
            void register(Session session, Consumer<Session> called) {
                ((SharedSessionContractImplementor) session)
                        .getTransactionCoordinator()
                        .addObserver(new TransactionObserver() {
                            @Override
                            public void afterBegin() {}

                            @Override
                            public void beforeCompletion() {
                                called.accept(session);
                            }

                            @Override
                            public void afterCompletion(boolean successful, boolean delayed) {}
                        });
            }
        };

        Session open(Relayed relayed, Consumer<Session> called) {
            return relayed.factory().openSession();
        }

        void register(Session session, Consumer<Session> called) {}
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    private Post post;

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    private void comment(Session session) {
        session.persist(new Comment(session.getReference(Post.class, post.id)));
    }

    private static int queried(Session session) {
        return session.createSelectionQuery("select commentsCount from Post", Integer.class)
                .getSingleResult();
    }

    /** A transaction of one comment, and what is done in its callback. */
    private List<String> messages(Callback callback, Consumer<Session> called) {
        assumeTrue(
                callback != Callback.INTERCEPTOR || !HibernateVersions.isSince("8.0"),
                "Hibernate 8 lets no interceptor use its session");
        try (Relayed relayed = new Relayed(db, Map.of())) {
            List<String> messages = relayed.messagesOf(() -> {
                try (Session session = callback.open(relayed, called)) {
                    session.beginTransaction();
                    comment(session);
                    session.flush();
                    callback.register(session, called);
                    session.getTransaction().commit();
                }
            });
            assertThat(messages)
                    .filteredOn(text -> text.matches("(?is).*commit"))
                    .as("the only end")
                    .containsExactly(last(messages));
            return messages;
        }
    }

    private static String last(List<String> messages) {
        return messages.get(messages.size() - 1);
    }

    /** By JDBC, which the library does not see. */
    @ParameterizedTest
    @EnumSource
    void aCallbackRunsBeforeTheCounterIsWritten(Callback callback) {
        List<Integer> seen = new ArrayList<>();
        List<String> messages = messages(
                callback,
                session -> session.doWork(connection -> {
                    try (var rows = connection.createStatement().executeQuery("select comments_count from post")) {
                        rows.next();
                        seen.add(rows.getInt(1));
                    }
                }));
        assertThat(seen).containsExactly(0);
        assertThat(last(messages)).matches("update post .*; commit");
    }

    @ParameterizedTest
    @EnumSource
    void aCallbackThatAsksForTheCounterGetsIt(Callback callback) {
        List<Integer> seen = new ArrayList<>();
        messages(callback, session -> seen.add(queried(session)));
        assertThat(seen).containsExactly(1);
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aCommentThatACallbackAddsIsCounted(Callback callback) {
        messages(callback, session -> {
            comment(session);
            session.flush();
        });
        assertThat(db.number("select count(*) from comment")).isEqualTo(2);
        assertThat(db.number("select comments_count from post")).isEqualTo(2);
    }

    @Test
    void whatACallbackSendsIsSentBeforeTheCounter() {
        List<String> messages = messages(
                Callback.OBSERVER,
                session -> session.createNativeQuery("select 'called'", String.class)
                        .getSingleResult());
        assertThat(messages.get(messages.size() - 2)).isEqualTo("select 'called'");
        assertThat(last(messages)).matches("update post .*; commit");
    }

    /** Its callback after the end reads with another session what is committed. */
    @Test
    void whoeverIsToldOfTheEndFindsTheCounterCommitted() {
        List<Long> seen = new ArrayList<>();
        db.inTransaction(session -> {
            comment(session);
            session.getTransaction().registerSynchronization(new Synchronization() {
                @Override
                public void beforeCompletion() {
                    seen.add(db.number("select comments_count from post"));
                }

                @Override
                public void afterCompletion(int status) {
                    seen.add(db.number("select comments_count from post"));
                }
            });
        });
        assertThat(seen).containsExactly(0L, 1L);
    }

    // ---- those who watch ----

    /** What a session listener is told. */
    private static final class Listener implements SessionEventListener {

        private static final long serialVersionUID = 1;

        private final List<String> events = new ArrayList<>();

        @Override
        public void jdbcPrepareStatementStart() {
            events.add("prepare");
        }

        @Override
        public void jdbcExecuteStatementStart() {
            events.add("execute");
        }

        @Override
        public void jdbcExecuteStatementEnd() {
            events.add("executed");
        }

        @Override
        public void transactionCompletion(boolean successful) {
            events.add("completed " + successful);
        }
    }

    /** Of two transactions, one with an instance of the post and one without. */
    private List<Object> watched(String write) {
        List<Object> seen = new ArrayList<>();
        Map<String, Object> settings = Map.of(CounterCacheSettings.WRITE, write, "hibernate.generate_statistics", true);
        try (Relayed relayed = new Relayed(db, settings)) {
            for (boolean isLoaded : new boolean[] {true, true, false}) {
                relayed.factory().getStatistics().clear();
                Listener listener = new Listener();
                try (Session session = relayed.factory().openSession()) {
                    session.addEventListeners(listener);
                    session.beginTransaction();
                    session.persist(new Comment(
                            isLoaded ? session.find(Post.class, post.id) : session.getReference(Post.class, post.id)));
                    session.getTransaction().commit();
                }
                var statistics = relayed.factory().getStatistics();
                seen.clear(); // the first one may ask for ids
                seen.addAll(listener.events);
                seen.add(statistics.getPrepareStatementCount());
                seen.add(statistics.getTransactionCount());
                seen.add(statistics.getSuccessfulTransactionCount());
                seen.add(statistics.getConnectCount());
            }
        }
        return seen;
    }

    @Test
    void statisticsAndListenersSeeTheSame() {
        assertThat(watched("with_commit")).isEqualTo(watched("before_commit")).contains("completed true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"with_commit", "before_commit"})
    void aStatementInspectorSeesTheCounter(String write) {
        List<String> inspected = new ArrayList<>();
        Map<String, Object> settings = Map.of(
                CounterCacheSettings.WRITE, write, "hibernate.session_factory.statement_inspector", (StatementInspector)
                        sql -> {
                            inspected.add(sql);
                            return sql;
                        });
        try (Relayed relayed = new Relayed(db, settings)) {
            relayed.factory().inTransaction(this::comment);
        }
        assertThat(last(inspected))
                .isEqualTo("update post set comments_count = coalesce(comments_count, 0) + ? where id = ?"
                        + (write.equals("with_commit") ? "; commit" : ""));
    }
}
