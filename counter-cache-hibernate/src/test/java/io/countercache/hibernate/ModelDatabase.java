package io.countercache.hibernate;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.ModelRows.Counter;
import io.countercache.hibernate.ModelRows.Item;
import io.countercache.hibernate.ModelRows.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.hibernate.SessionFactory;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.FlushEventListener;

/** A schema with the tables of {@link ModelBlog} under some settings, read past Hibernate and the library. */
@SuppressWarnings({"EnumOrdinal"})
final class ModelDatabase implements AutoCloseable {

    /** How often the rows of earlier programs are removed for good, and not only deleted. */
    private static final int PROGRAMS_PER_TRUNCATE = 100;

    private final String description;
    private final boolean writesAtFlush;
    private final HikariDataSource schema;
    private final HikariDataSource impatient;
    private final SessionFactory factory;
    private final Connection plain;
    private final Map<SessionImplementor, ModelContext> watched = new ConcurrentHashMap<>();
    private int programs;

    ModelDatabase(String write, String staleChildren, Integer batchSize, String lockTimeout) {
        description = "write=%s, stale_children=%s, batch_size=%s"
                .formatted(write, staleChildren, batchSize == null ? "unset" : batchSize);
        writesAtFlush = write.equals("flush");
        schema = TestServer.emptySchema();
        HikariConfig config = new HikariConfig();
        schema.copyStateTo(config);
        config.setPoolName(null);
        config.setMaximumPoolSize(8);
        // a session that has to wait for another one of the same thread would wait for ever
        config.setConnectionInitSql(
                TestServer.IS_H2 ? "set lock_timeout " + lockTimeout : "set lock_timeout = " + lockTimeout);
        impatient = new HikariDataSource(config);
        Configuration configuration = new Configuration();
        Arrays.stream(Kind.values()).forEach(kind -> configuration.addAnnotatedClass(kind.type));
        configuration.setPhysicalNamingStrategy(new PhysicalNamingStrategySnakeCaseImpl());
        Map<Object, Object> settings = configuration.getProperties();
        settings.put("hibernate.connection.datasource", impatient);
        settings.put("hibernate.hbm2ddl.auto", "update");
        settings.put(CounterCacheSettings.WRITE, write);
        settings.put(CounterCacheSettings.STALE_CHILDREN, staleChildren);
        if (batchSize != null) {
            settings.put("hibernate.jdbc.batch_size", batchSize);
            settings.put("hibernate.order_inserts", true);
        }
        factory = configuration.buildSessionFactory();
        listen();
        try {
            plain = impatient.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    SessionFactory factory() {
        return factory;
    }

    boolean writesAtFlush() {
        return writesAtFlush;
    }

    /**
     * Tells the model of a session about its flushes. Listeners, and not an interceptor: with an interceptor Hibernate
     * deletes references in another way.
     */
    private void listen() {
        EventListenerRegistry listeners = ((SessionFactoryImplementor) factory).getEventListenerRegistry();
        FlushEventListener before = event -> watched.get(event.getSession()).plan();
        FlushEventListener after = event -> watched.get(event.getSession()).flushed();
        AutoFlushEventListener beforeAuto =
                event -> watched.get(event.getSession()).plan();
        AutoFlushEventListener afterAuto = event -> {
            if (event.isFlushRequired()) {
                watched.get(event.getSession()).flushed();
            }
        };
        listeners.prependListeners(EventType.FLUSH, before);
        listeners.appendListeners(EventType.FLUSH, after);
        listeners.prependListeners(EventType.AUTO_FLUSH, beforeAuto);
        listeners.appendListeners(EventType.AUTO_FLUSH, afterAuto);
    }

    void watch(ModelContext context) {
        watched.put(context.session, context);
    }

    void unwatch(ModelContext context) {
        watched.values().removeIf(context::equals);
    }

    @Override
    public String toString() {
        return (TestServer.IS_H2 ? "H2, " : "PostgreSQL, ") + description;
    }

    /** The rows that every program starts with, and the model of them. */
    ModelRows begin(ModelNames names) {
        ModelRows rows = new ModelRows(null);
        for (int i = 0; i < 3; i++) {
            start(rows, names, new Item(Kind.POST, i));
        }
        for (int i = 0; i < 2; i++) {
            start(rows, names, new Item(Kind.AUTHOR, i));
            start(rows, names, new Item(Kind.NODE, i), (Item) null);
        }
        Item post = new Item(Kind.POST, 0);
        Item author = new Item(Kind.AUTHOR, 0);
        start(rows, names, new Item(Kind.COMMENT, 0), post, author);
        start(rows, names, new Item(Kind.NOTE, 0), post, author);
        String emptied = programs++ % PROGRAMS_PER_TRUNCATE == 0 && !TestServer.IS_H2
                ? "truncate comment, note, vote, node, post, author;"
                : "delete from comment; delete from note; delete from vote; delete from node; delete from post;"
                        + "delete from author;";
        execute(emptied + """
                insert into post (id, title, version, comments_count, notes_count, votes_count)
                values (-1, 'p0', 0, 1, 1, 0), (-2, 'p1', 0, 0, 0, 0), (-3, 'p2', 0, 0, 0, 0);
                insert into author (id, name, comments_count, notes_count) values (-1, 'a0', 1, 1), (-2, 'a1', 0, 0);
                insert into node (id, text, children_count) values (-1, 'k0', 0), (-2, 'k1', 0);
                insert into comment (id, text, version, post_id, author_id) values (-1, 'taken', 0, -1, -1);
                insert into note (id, text, post_id, author_id) values (-1, 'taken', -1, -1);
                """);
        return rows;
    }

    private static void start(ModelRows rows, ModelNames names, Item item, Item... parents) {
        names.name(item, -1L - item.number());
        rows.put(item, parents);
    }

    private void execute(String sql) {
        try (var statement = plain.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Fails unless what is committed is what the model says, and every counter is its count. */
    void check(ModelRows model, ModelNames names) {
        try {
            check(model, names, plain, true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same for what a transaction has written so far, which need not include the counters. */
    static void check(ModelRows model, ModelNames names, Connection connection, boolean counters) throws SQLException {
        SortedMap<Item, List<Item>> found = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(READ)) {
            while (rows.next()) {
                Kind kind = Kind.values()[rows.getInt(1)];
                Item item = names.item(kind, rows.getLong(2));
                Item[] parents = new Item[kind.slots.size()];
                for (int slot = 0; slot < parents.length; slot++) {
                    long id = rows.getLong(3 + slot);
                    parents[slot] = rows.wasNull() ? null : names.item(kind.parent(slot), id);
                }
                found.put(item, Arrays.asList(parents));
                List<Counter> kept = kind.counters();
                for (int i = 0; counters && i < kept.size(); i++) {
                    long stored = rows.getLong(5 + 2 * i);
                    long actual = rows.getLong(6 + 2 * i);
                    if (stored != actual) {
                        wrong.add("%s of %s is %d but should be %d"
                                .formatted(kept.get(i).attribute, item, stored, actual));
                    }
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join(", ", wrong));
        }
        // the counters are their counts, and with the same rows those are the counts of the model
        if (model != null && !found.equals(model.all())) {
            throw new AssertionError("the rows are %s but should be %s".formatted(found, model.all()));
        }
    }

    /** All rows: kind, id, parents, then what is stored and what is counted, for each counter. */
    private static final String READ =
            Arrays.stream(Kind.values()).map(ModelDatabase::read).collect(Collectors.joining(" union all "));

    private static String read(Kind kind) {
        List<String> columns = new ArrayList<>(List.of(String.valueOf(kind.ordinal()), "r.id"));
        for (int slot = 0; slot < 2; slot++) {
            columns.add(slot < kind.slots.size() ? "r." + kind.slots.get(slot) + "_id" : "cast(null as bigint)");
        }
        List<Counter> counters = kind.counters();
        for (int i = 0; i < 3; i++) {
            if (i < counters.size()) {
                Counter counter = counters.get(i);
                columns.add("r." + counter.column());
                columns.add("(select count(*) from %s c where c.%s_id = r.id)"
                        .formatted(counter.child.table(), counter.child.slots.get(counter.slot)));
            } else {
                columns.add("0");
                columns.add("0");
            }
        }
        return "select %s from %s r".formatted(String.join(", ", columns), kind.table());
    }

    @Override
    public void close() {
        factory.close();
        impatient.close();
        TestServer.drop(schema);
    }
}
