package io.countercache.hibernate.modelcheck;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.modelcheck.Rows.Counts;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import io.countercache.hibernate.modelcheck.Values.Stage;
import io.countercache.hibernate.support.SnakeCase;
import io.countercache.hibernate.support.TestServer;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.hibernate.FlushMode;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.event.service.spi.EventListenerRegistry;
import org.hibernate.event.spi.AutoFlushEventListener;
import org.hibernate.event.spi.EventType;
import org.hibernate.event.spi.FlushEventListener;

/** A schema with the tables of {@link ModelBlog} under some settings, read past Hibernate and the library. */
@SuppressWarnings({"EnumOrdinal"})
final class Database implements AutoCloseable {

    /** How often the rows of earlier programs are removed for good, and not only deleted. */
    private static final int PROGRAMS_PER_TRUNCATE = 100;

    private static final String PATIENCE = "20000";

    private static final List<String> TABLES = List.of(
            "post_slots",
            "author_slots",
            "club_slots",
            "team_slots",
            "node_slots",
            "comment",
            "note",
            "vote",
            "node",
            "media",
            "post",
            "author",
            "club",
            "team");

    /** How many counters a row has at most. */
    private static final int MOST_COUNTERS =
            Kind.PARENTS.stream().mapToInt(kind -> kind.counters().size()).max().orElseThrow();

    private final String description;
    private final boolean writesAtFlush;
    private final boolean readsOldRows;
    private final HikariDataSource schema;
    private final HikariDataSource impatient;
    private final SessionFactory factory;
    private final Connection plain;
    private final String lockTimeout;
    private final Map<SessionImplementor, Context> watched = new ConcurrentHashMap<>();
    private int programs;

    /** @param isolation of all transactions; else what is the database's default */
    Database(String write, Integer batchSize, String lockTimeout, Optional<String> isolation) {
        this.lockTimeout = lockTimeout;
        this.readsOldRows = isolation.isEmpty() && Server.READS_OLD_ROWS;
        description = "write=%s, batch_size=%s, isolation=%s"
                .formatted(write, batchSize == null ? "unset" : batchSize, isolation.orElse("default"));
        writesAtFlush = write.equals("flush");
        schema = TestServer.emptySchema();
        HikariConfig config = new HikariConfig();
        schema.copyStateTo(config);
        config.setPoolName(null);
        config.setMaximumPoolSize(8);
        // a session that has to wait for another one of the same thread would wait for ever
        config.setConnectionInitSql(Server.waitAtMost(lockTimeout));
        isolation.ifPresent(config::setTransactionIsolation);
        impatient = new HikariDataSource(config);
        Configuration configuration = new Configuration();
        configuration.addAnnotatedClass(Teams.Media.class);
        Arrays.stream(Kind.values()).forEach(kind -> configuration.addAnnotatedClass(kind.type));
        configuration.setPhysicalNamingStrategy(new SnakeCase());
        Map<Object, Object> settings = configuration.getProperties();
        settings.put("hibernate.connection.datasource", impatient);
        settings.put("hibernate.hbm2ddl.auto", "update");
        settings.put("hibernate.jpa.compliance.cascade", true); // as Hibernate 7 does it
        settings.put(CounterCacheSettings.WRITE, write);
        if (batchSize != null) {
            settings.put("hibernate.jdbc.batch_size", batchSize);
            settings.put("hibernate.order_inserts", true);
        }
        try (Connection patient = schema.getConnection()) {
            // to make the tables may take longer than a session may wait
            settings.put("jakarta.persistence.schema-generation-connection", patient);
            factory = configuration.buildSessionFactory();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
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

    /** Whether a transaction does not see what others have committed since it began. */
    boolean readsOldRows() {
        return readsOldRows;
    }

    /**
     * Tells the model of a session about its flushes. Listeners, and not an interceptor: with an interceptor Hibernate
     * deletes references in another way.
     */
    private void listen() {
        EventListenerRegistry listeners =
                ((SessionFactoryImplementor) factory).getEventEngine().getListenerRegistry();
        FlushEventListener before = event -> watched.get(event.getSession()).plan();
        FlushEventListener after = event -> watched.get(event.getSession()).flushed();
        AutoFlushEventListener beforeAuto = event -> {
            if (event.getSession().getHibernateFlushMode() != FlushMode.MANUAL) {
                watched.get(event.getSession())
                        .plan(); // else it is the library that asks, perhaps at the end of a flush
            }
        };
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

    void watch(Context context) {
        watched.put(context.session, context);
    }

    void unwatch(Context context) {
        watched.values().removeIf(context::equals);
    }

    @Override
    public String toString() {
        return Server.NAME + ", " + description;
    }

    /** The rows that every program starts with, and the model of them. */
    Rows begin(Names names) {
        Item team = new Item(Kind.TEAM, 0);
        Item club = new Item(Kind.CLUB, 0);
        Item author = new Item(Kind.AUTHOR, 0);
        Item post = new Item(Kind.POST, 0);
        Rows rows = new Rows(null);
        rows.put(team, State.of(Values.NONE));
        rows.put(club, State.of(Values.NONE));
        rows.put(author, State.of(Values.NONE, team));
        rows.put(new Item(Kind.AUTHOR, 1), State.of(Values.NONE, club));
        rows.put(post, State.of(Values.NONE, author));
        rows.put(new Item(Kind.POST, 1), State.of(Values.NONE, new Item(Kind.AUTHOR, 1)));
        rows.put(new Item(Kind.POST, 2), State.of(Values.NONE, (Item) null));
        for (int i = 0; i < 2; i++) {
            rows.put(new Item(Kind.NODE, i), State.of(Values.NONE, (Item) null));
        }
        rows.put(new Item(Kind.COMMENT, 0), State.of(Values.of(0), post, author));
        rows.put(new Item(Kind.NOTE, 0), State.of(Values.of(0), post, author));
        // the database may be tidying up these tables for longer than programs wait
        List<String> sql = new ArrayList<>(List.of(Server.waitAtMost(PATIENCE)));
        sql.addAll(Server.empty(TABLES, programs++ % PROGRAMS_PER_TRUNCATE == 0));
        Counts counts = rows.counts();
        rows.all().forEach((item, state) -> {
            names.name(item, id(item));
            sql.addAll(insert(item, state, counts));
        });
        sql.add(Server.waitAtMost(lockTimeout));
        execute(sql);
        return rows;
    }

    private static Long id(Item item) {
        return item == null ? null : -1L - item.number() - 10L * item.kind().ordinal();
    }

    private static List<String> insert(Item item, State state, Counts counts) {
        Kind kind = item.kind();
        Map<String, Map<String, Object>> tables = new TreeMap<>(Comparator.reverseOrder()); // a team before its club
        Map<String, Object> columns = new TreeMap<>();
        tables.put(kind == Kind.CLUB ? "team" : kind.table(), columns);
        for (int slot = 0; slot < kind.slots.size(); slot++) {
            columns.put(kind.slots.get(slot) + "_id", id(state.parents().get(slot)));
        }
        if (kind.isValued()) {
            columns.put("text", "'taken'");
            columns.put("visible", state.values().visible());
        }
        if (kind == Kind.POST || kind == Kind.COMMENT) {
            columns.put("version", 0);
        }
        for (Counter counter : kind.counters()) {
            tables.computeIfAbsent(counter.table(), any -> new TreeMap<>())
                    .put(counter.column(), counts.of(item, counter));
        }
        if (kind == Kind.TEAM) {
            columns.put("clips_total", 0); // of its hierarchy, but not one that it has
        }
        tables.values().forEach(each -> each.put("id", id(item)));
        return tables.entrySet().stream()
                .map(table -> "insert into %s (%s) values (%s)"
                        .formatted(
                                table.getKey(),
                                String.join(", ", table.getValue().keySet()),
                                table.getValue().values().stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", "))))
                .toList();
    }

    private void execute(List<String> statements) {
        try (var statement = plain.createStatement()) {
            for (String each : Server.messages(statements)) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(statements.toString(), e);
        }
    }

    /** Fails unless what is committed is what the model says, and every counter is its count. */
    void check(Rows model, Names names) {
        try {
            check(model, names, plain, true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same for what a transaction has written so far, which need not include the counters. */
    static void check(Rows model, Names names, Connection connection, boolean counters) throws SQLException {
        SortedMap<Item, State> found = new TreeMap<>();
        Map<Item, List<BigDecimal>> stored = new TreeMap<>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(READ)) {
            while (rows.next()) {
                Kind kind = Kind.values()[rows.getInt(1)];
                Item item = names.item(kind, rows.getLong(2));
                found.put(item, state(kind, rows, names));
                List<BigDecimal> amounts = new ArrayList<>();
                for (int i = 0; i < kind.counters().size(); i++) {
                    amounts.add(rows.getBigDecimal(9 + i));
                }
                stored.put(item, amounts);
            }
        }
        List<String> wrong = new ArrayList<>();
        Counts actual = Counts.of(found);
        stored.forEach((item, amounts) -> {
            for (int i = 0; counters && i < amounts.size(); i++) {
                Counter counter = item.kind().counters().get(i);
                if (!actual.isRight(item, counter, amounts.get(i))) {
                    wrong.add("%s of %s is %s but should be %s"
                            .formatted(counter.attribute, item, amounts.get(i), actual.of(item, counter)));
                }
            }
        });
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join(", ", wrong));
        }
        // the counters are their counts, and with the same rows those are the counts of the model
        if (model != null && !found.equals(model.all())) {
            throw new AssertionError("the rows are %s but should be %s".formatted(found, model.all()));
        }
    }

    private static State state(Kind kind, ResultSet row, Names names) throws SQLException {
        Item[] parents = new Item[kind.slots.size()];
        for (int slot = 0; slot < parents.length; slot++) {
            Long id = row.getObject(3 + slot, Long.class);
            parents[slot] = id == null ? null : names.item(kind.parent(slot), id);
        }
        String status = row.getString(6);
        Values values = !kind.isValued()
                ? Values.NONE
                : new Values(
                        row.getBoolean(5),
                        status == null ? null : Stage.valueOf(status),
                        row.getObject(7, Integer.class),
                        row.getBigDecimal(8));
        return State.of(values, parents);
    }

    /** All rows: kind, id, parents, values, and what is stored for each counter. */
    private static final String READ =
            Arrays.stream(Kind.values()).map(Database::read).collect(Collectors.joining(" union all "));

    private static String read(Kind kind) {
        List<String> columns = new ArrayList<>(List.of(String.valueOf(kind.ordinal()), "r.id"));
        for (int slot = 0; slot < 2; slot++) {
            columns.add(slot < kind.slots.size() ? kind.slots.get(slot) + "_id" : "nullif(r.id, r.id)");
        }
        columns.addAll(
                kind.isValued()
                        ? List.of("visible", "status", "words", "amount")
                        : List.of("r.id is null", "null", "0", "0.00"));
        List<Counter> counters = kind.counters();
        for (int i = 0; i < MOST_COUNTERS; i++) {
            columns.add("cast(%s as decimal(19, 2))"
                    .formatted(i < counters.size() ? counters.get(i).value() : "null"));
        }
        return "select %s from %s%s".formatted(String.join(", ", columns), kind.from(), kind.filter());
    }

    @Override
    public void close() {
        factory.close();
        impatient.close();
        TestServer.drop(schema);
    }
}
