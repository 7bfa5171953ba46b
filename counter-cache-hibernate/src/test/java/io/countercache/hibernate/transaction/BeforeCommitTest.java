package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.OwnDatabase;
import io.countercache.hibernate.support.Relayed;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the COMMIT cannot take counters along they are written just before it, and the log says once why. */
@Tag("postgresql")
class BeforeCommitTest {

    @Embeddable
    record Spot(int x, int y) {}

    @Entity(name = "Place")
    static class Place {
        @EmbeddedId
        Spot id;

        int visitsCount;
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne
        @CounterCache
        Place place;
    }

    @Entity(name = "Vehicle")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    abstract static class Vehicle {
        @Id
        Long id = 1L;

        int ridesCount;
    }

    @Entity(name = "Car")
    static class Car extends Vehicle {}

    @Entity(name = "Bike")
    static class Bike extends Vehicle {}

    @Entity(name = "Ride")
    static class Ride {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne
        @CounterCache
        Vehicle vehicle;
    }

    private static final String UPDATE = "update post .*";
    private static final String ALONG = "update post .*; commit";
    private static final String LIBRARY = "io.countercache.hibernate";

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Post.class,
            Author.class,
            Comment.class,
            Place.class,
            Visit.class,
            Vehicle.class,
            Car.class,
            Bike.class,
            Ride.class);

    private Post post;

    @BeforeEach
    void post() {
        post = db.persist(new Post("post"));
    }

    private void comment(Session session) {
        session.persist(new Comment(session.getReference(Post.class, post.id)));
    }

    private static String last(List<String> messages) {
        return messages.get(messages.size() - 1);
    }

    /** What two comments send, one transaction after the other; and that the log says once why. */
    private List<String> messages(
            String reason, String options, Map<String, Object> settings, UnaryOperator<DataSource> proxy) {
        try (LogMessages log = new LogMessages(LIBRARY, Level.DEBUG);
                Relayed relayed = new Relayed(db, options, settings, proxy)) {
            relayed.factory().inTransaction(this::comment);
            List<String> messages = relayed.messagesOfTransaction(this::comment);
            assertThat(log.texts())
                    .filteredOn(text -> text.contains("just before the commit, not with it: ") && text.contains(reason))
                    .hasSize(1);
            assertThat(db.number("select comments_count from post")).isEqualTo(2);
            return messages;
        }
    }

    private void assertBefore(List<String> messages) {
        assertThat(messages).anyMatch(message -> message.contains(" post ") && message.contains("coalesce"));
        assertThat(messages).noneMatch(message -> message.contains("coalesce") && message.endsWith("; commit"));
    }

    // ---- the connection ----

    @ParameterizedTest
    @CsvSource({
        "autosave=always, (autosave)",
        "autosave=conservative, (autosave)",
        "preferQueryMode=simple, (preferQueryMode=simple)"
    })
    void aDriverThatIsToldToDoMore(String option, String reason) {
        List<String> messages = messages(reason, "&" + option, Map.of(), pool -> pool);
        assertBefore(messages);
    }

    @Test
    void aConnectionThatDoesNotSayWhoseItIs() {
        List<String> messages = messages("does not unwrap", "", Map.of(), BeforeCommitTest::hiding);
        assertBefore(messages);
        assertThat(last(messages)).isEqualTo("COMMIT");
    }

    private static DataSource hiding(DataSource pool) {
        return proxy(DataSource.class, pool);
    }

    private static <T> T proxy(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            if (method.getName().equals("isWrapperFor")) {
                return false;
            }
            try {
                Object result = method.invoke(target, given);
                return result instanceof java.sql.Connection connection
                        ? proxy(java.sql.Connection.class, connection)
                        : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    // ---- the transaction ----

    @Test
    void aTransactionOfJta() throws Exception {
        // before its first class is loaded; nothing is ever recovered here
        System.setProperty("ObjectStoreEnvironmentBean.objectStoreDir", "target/narayana");
        System.setProperty("ObjectStoreEnvironmentBean.communicationStore.objectStoreDir", "target/narayana");
        System.setProperty("CoordinatorEnvironmentBean.transactionStatusManagerEnable", "NO");
        TransactionManager transactions = com.arjuna.ats.jta.TransactionManager.transactionManager();
        Map<String, Object> settings = Map.of(
                "hibernate.transaction.coordinator_class",
                "jta",
                "hibernate.transaction.jta.platform",
                "org.hibernate.engine.transaction.jta.platform.internal.JBossStandAloneJtaPlatform");
        try (LogMessages log = new LogMessages(LIBRARY, Level.DEBUG);
                Relayed relayed = new Relayed(db, "", settings, pool -> pool)) {
            transactions.begin();
            List<String> messages = relayed.messagesOf(() -> {
                try (Session session = relayed.factory().openSession()) {
                    session.joinTransaction();
                    comment(session);
                    session.flush();
                    transactions.commit();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertBefore(messages);
            assertThat(log.texts()).anyMatch(text -> text.contains("not with it: transactions are those of"));
        }
    }

    @Test
    void countersThatAreWrittenAtTheFlush() {
        try (Relayed relayed = new Relayed(db, Map.of(CounterCacheSettings.WRITE, "flush"))) {
            List<String> messages = relayed.messagesOfTransaction(session -> {
                comment(session);
                session.flush();
                comment(session);
            });
            assertThat(messages).filteredOn(message -> message.matches(UPDATE)).hasSize(2);
            assertThat(last(messages)).isEqualTo("COMMIT");
        }
    }

    /** It commits itself, as it does on one from a pool. */
    @Test
    void notASessionOnAConnectionOfTheApplication() throws Exception {
        try (Relayed relayed = new Relayed(db, Map.of());
                var connection = relayed.connections().getConnection();
                Session session =
                        relayed.factory().withOptions().connection(connection).openSession()) {
            List<String> messages = relayed.messagesOf(() -> {
                session.beginTransaction();
                comment(session);
                session.getTransaction().commit();
            });
            assertThat(last(messages)).matches(ALONG);
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void aTransactionThatHibernateDoesNotCommit() throws Exception {
        try (Relayed relayed = new Relayed(db, Map.of("hibernate.allow_update_outside_transaction", true));
                var connection = relayed.connections().getConnection();
                Session session =
                        relayed.factory().withOptions().connection(connection).openSession()) {
            connection.setAutoCommit(false);
            comment(session);
            assertBefore(relayed.messagesOf(session::flush));
            connection.commit();
        }
        assertThat(db.number("select comments_count from post")).isEqualTo(1);
    }

    // ---- the table ----

    @OwnDatabase
    @ParameterizedTest
    @ValueSource(
            strings = {
                "alter table post enable row level security",
                "create rule r as on delete to post where old.id < 0 do instead nothing",
                "create function f() returns trigger language plpgsql as 'begin return new; end';"
                        + " create trigger t before update on post for each row execute function f()",
                "create table more () inherits (post)"
            })
    void aTableInWhichAnUpdateMayNotFindARow(String change) {
        db.execute(change);
        List<String> messages = messages("Counters of post are", "", Map.of(), pool -> pool);
        assertThat(messages.get(messages.size() - 2)).matches(UPDATE);
        assertThat(last(messages)).isEqualTo("COMMIT");
        db.execute("drop table if exists more");
    }

    @OwnDatabase
    @ParameterizedTest
    @ValueSource(
            strings = {
                "after update on post for each row",
                "before update on post for each statement",
                "before insert on post for each row"
            })
    void notATableWithOtherTriggers(String trigger) {
        db.execute("create function f() returns trigger language plpgsql as 'begin return new; end'");
        db.execute("create trigger t %s execute function f()".formatted(trigger));
        try (Relayed relayed = new Relayed(db, Map.of())) {
            assertThat(last(relayed.messagesOfTransaction(this::comment))).matches(ALONG);
        }
    }

    @Test
    void aParentThatMayBeInOneOfSeveralTables() {
        Bike bike = db.persist(new Bike());
        try (Relayed relayed = new Relayed(db, Map.of())) {
            List<String> messages = relayed.messagesOfTransaction(session -> {
                Ride ride = new Ride();
                ride.vehicle = bike;
                session.persist(ride);
            });
            assertThat(messages).noneMatch(message -> message.contains("coalesce") && message.endsWith("; commit"));
            assertThat(last(messages)).isEqualTo("COMMIT");
        }
        assertThat(db.number("select rides_count from bike")).isEqualTo(1);
    }

    // ---- all but the last ----

    @Test
    void ofSeveralTablesTheLastGoesAlong() {
        Author author = db.persist(new Author("author"));
        Consumer<Session> work =
                session -> session.persist(new Comment(session.getReference(Post.class, post.id), author));
        try (Relayed relayed = new Relayed(db, Map.of())) {
            List<String> messages = relayed.messagesOfTransaction(work);
            assertThat(messages.get(messages.size() - 2)).matches("update author [^;]*");
            assertThat(last(messages)).matches(ALONG);
        }
    }

    @Test
    void manyCompositeIdsAreAJdbcBatchBefore() {
        List<Place> places = IntStream.range(0, 7)
                .mapToObj(i -> {
                    Place place = new Place();
                    place.id = new Spot(i, i);
                    return place;
                })
                .toList();
        db.inTransaction(session -> places.forEach(session::persist));
        try (Relayed relayed = new Relayed(db, Map.of())) {
            List<String> messages = relayed.messagesOfTransaction(session -> places.forEach(place -> {
                Visit visit = new Visit();
                visit.place = place;
                session.persist(visit);
            }));
            String update = "update place set [^;]* where [^;]*";
            assertThat(messages.get(messages.size() - 2)).matches("(%s(; )?){7}".formatted(update));
            assertThat(last(messages)).isEqualToIgnoringCase("commit");
        }
        assertThat(db.number("select count(*) from place where visits_count = 1"))
                .isEqualTo(7);
    }
}
