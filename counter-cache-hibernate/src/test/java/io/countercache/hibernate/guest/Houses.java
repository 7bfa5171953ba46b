package io.countercache.hibernate.guest;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.HibernateServices;
import io.countercache.hibernate.support.SentStatements;
import io.countercache.hibernate.support.SentStatements.Sent;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestServer;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.PreDeleteEventListener;

/** The same tables with the library as a guest and without it, one session factory for each {@link Setting}. */
final class Houses implements AutoCloseable {

    private static final List<String> TABLES = List.of(
            "ballot",
            "booth",
            "vote",
            "poll",
            "hit",
            "media",
            "report",
            "doc",
            "line",
            "tip",
            "remark",
            "comment",
            "post",
            "album_tag",
            "album_label",
            "photo",
            "tag",
            "album",
            "word");

    private record House(Setting setting, boolean hasGuest) {}

    private final HikariDataSource connections = TestServer.emptySchema();
    private final SentStatements sent = new SentStatements();
    private final Map<House, SessionFactory> factories = new HashMap<>();

    /** Has the library create the tables: its columns have defaults. */
    Houses() {
        factory(Setting.PLAIN, true);
    }

    /** What a program sends that begins with the same rows each time. All counters have to be right afterwards. */
    List<Sent> sentBy(Program program, Setting setting, boolean hasGuest, String... moreRows) {
        SessionFactory factory = factory(setting, hasGuest);
        execute(Stream.of(TABLES.stream().map("delete from %s"::formatted), rows(), Stream.of(moreRows), counters())
                .flatMap(statements -> statements)
                .toList());
        List<Sent> statements = sent.during(() -> program.transaction().accept(factory));
        if (hasGuest) {
            assertThat(CounterRepair.verifyAll(factory)).matches(RepairReport::isClean, "no drift");
        }
        return statements;
    }

    private SessionFactory factory(Setting setting, boolean hasGuest) {
        return factories.computeIfAbsent(new House(setting, hasGuest), this::build);
    }

    private SessionFactory build(House house) {
        Configuration configuration = new Configuration(HibernateServices.registry());
        Stream.of(Site.ENTITIES, Albums.ENTITIES).flatMap(Stream::of).forEach(configuration::addAnnotatedClass);
        configuration.setPhysicalNamingStrategy(new SnakeCase());
        Map<Object, Object> properties = configuration.getProperties();
        properties.put("hibernate.connection.datasource", sent.recording(connections));
        properties.put("hibernate.hbm2ddl.auto", factories.isEmpty() ? "create-only" : "none");
        properties.put("hibernate.jpa.static_metamodel.population", "disabled");
        properties.put("hibernate.flush.queue.type", "legacy"); // what Hibernate 8 needs for collections
        properties.putAll(house.setting().properties());
        properties.put(CounterCacheSettings.ENABLED, house.hasGuest());
        SessionFactory factory = configuration.buildSessionFactory();
        if (house.setting().listening()) {
            PreDeleteEventListener listener = event -> false;
            factory.unwrap(SessionFactoryImplementor.class)
                    .getEventEngine()
                    .getListenerRegistry()
                    .appendListeners(EventType.PRE_DELETE, listener);
        }
        return factory;
    }

    private static Stream<String> rows() {
        Stream<String> children = Stream.of("comment", "remark", "tip", "line", "doc", "media")
                .map(table -> insert(table + child(table), 30, id -> post(table, id) + values(table, id)));
        return Stream.of(
                        Stream.of(
                                insert("post (title, version, id)", 3, id -> "'old', 0"),
                                insert("booth (id)", 3, id -> ""),
                                insert("word (text, id)", 3, id -> "'old'"),
                                insert("album (id)", 3, id -> ""),
                                insert("tag (id)", 5, id -> ""),
                                insert(
                                        "photo (album_id, text, id)",
                                        6,
                                        id -> (id <= 3 ? 1 : id <= 5 ? 2 : "null") + ", 'old'"),
                                insert("album_label (album_id, label)", 3, id -> "1"),
                                insert("album_label (album_id, label)", 3, id -> "2"),
                                insert("album_tag (album_id, tag_id)", 3, id -> "1"),
                                insert("album_tag (album_id, tag_id)", 3, id -> "2")),
                        children,
                        Stream.of(
                                insert("report (pages, id)", 5, id -> "1"),
                                insert("poll (pinned_id, id)", 3, id -> id < 3 ? "null" : "25"),
                                insert(
                                        "vote (poll_id, post_id, text, id)",
                                        9,
                                        id -> id % 3 + 1 + ", " + (id % 2 + 1) + ", 'old'"),
                                insert(
                                        "ballot (booth_id, post_id, text, id)",
                                        9,
                                        id -> id % 3 + 1 + ", " + (id % 2 + 1) + ", 'old'")))
                .flatMap(statements -> statements);
    }

    /** The third post has nothing but comments. */
    private static int post(String table, long id) {
        return id <= 20 ? 1 : id <= 25 || !table.equals("comment") ? 2 : 3;
    }

    private static String child(String table) {
        return " (post_id, text"
                + switch (table) {
                    case "remark" -> ", version";
                    case "media" -> ", dtype, length";
                    default -> "";
                }
                + ", id)";
    }

    private static String values(String table, long id) {
        return ", 'old'"
                + switch (table) {
                    case "remark" -> ", 0";
                    case "media" -> id <= 5 ? ", 'Video', 1" : ", 'Media', null";
                    default -> "";
                };
    }

    private interface Values {
        Object of(long id);
    }

    /** Rows with the ids from 1 on, the id last. */
    private static String insert(String into, int rows, Values values) {
        return insert(into, 1, rows, values);
    }

    private static String insert(String into, long first, long last, Values values) {
        return "insert into %s values %s"
                .formatted(
                        into,
                        String.join(
                                ", ",
                                LongStream.rangeClosed(first, last)
                                        .mapToObj(id -> {
                                            String others = values.of(id).toString();
                                            return "(%s%s%d)".formatted(others, others.isEmpty() ? "" : ", ", id);
                                        })
                                        .toList()));
    }

    /** Comments on the first post. */
    static String comments(long first, long last) {
        return insert("comment (post_id, text, id)", first, last, id -> "1, 'old'");
    }

    private static Stream<String> counters() {
        return Stream.of(
                recount("post", "post_id", "comment", "remark", "tip", "line", "doc", "media", "hit", "vote", "ballot"),
                recount("album", "album_id", "album_label", "album_tag", "photo"),
                recount("tag", "tag_id", "album_tag"));
    }

    private static String recount(String parent, String key, String... children) {
        return "update %s p set %s"
                .formatted(
                        parent,
                        String.join(
                                ", ",
                                Stream.of(children)
                                        .map(child -> "%s = (select count(*) from %s c where c.%s = p.id)"
                                                .formatted(counter(parent, child), child, key))
                                        .toList()));
    }

    private static String counter(String parent, String child) {
        return switch (child) {
            case "media" -> "media_count";
            case "album_tag" -> parent.equals("tag") ? "albums_count" : "tags_count";
            case "album_label" -> "labels_count";
            default -> child + "s_count";
        };
    }

    private void execute(List<String> statements) {
        try (var connection = connections.getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.addBatch(sql);
            }
            statement.executeBatch();
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(String.join(";\n", statements), e);
        }
    }

    @Override
    public void close() {
        factories.values().forEach(SessionFactory::close);
        TestServer.drop(connections);
    }
}
