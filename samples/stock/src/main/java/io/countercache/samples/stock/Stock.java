package io.countercache.samples.stock;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.samples.stock.Sale.Result;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** Four ways to take from the stock of one product, by turns and in rounds; then three other traps. */
public final class Stock {

    private static final int ROUNDS = 3;
    private static final int[] CUSTOMERS = {1000, 1500};

    private final HikariDataSource database;
    private final SessionFactory factory;

    private Stock(HikariDataSource database, SessionFactory factory) {
        this.database = database;
        this.factory = factory;
    }

    public static void main(String[] args) throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
                Network network = new Network(postgres.getPort())) {
            at(postgres.getPort(), stock -> {
                stock.measure("application and database on one machine", 1);
                stock.measure("application and database on one machine", 10);
                new Traps(stock.factory).show();
            });
            at(
                    network.port(),
                    stock -> stock.measure(
                            "a network of %d us there and back".formatted(Network.ROUND_TRIP_MICROS), 10));
        }
    }

    private interface Work {
        void with(Stock stock) throws SQLException;
    }

    private static void at(int port, Work work) throws SQLException {
        try (HikariDataSource database = pool(port);
                SessionFactory factory = hibernate(database)) {
            Stock stock = new Stock(database, factory);
            stock.warmUp();
            work.with(stock);
        }
    }

    private static HikariDataSource pool(int port) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://localhost:%d/postgres".formatted(port));
        config.setUsername("postgres");
        return new HikariDataSource(config);
    }

    private static SessionFactory hibernate(HikariDataSource database) {
        Configuration configuration = new Configuration();
        for (Class<?> entity : Shop.ENTITIES) {
            configuration.addAnnotatedClass(entity);
        }
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, database);
        configuration.setProperty(AvailableSettings.HBM2DDL_AUTO, "create");
        return configuration.buildSessionFactory();
    }

    private void warmUp() throws SQLException {
        for (Way way : Way.values()) {
            new Sale(way, 2, 500).run(factory, database);
        }
    }

    private void measure(String description, int threads) throws SQLException {
        for (int customers : CUSTOMERS) {
            measure(description, threads, customers);
        }
    }

    private void measure(String description, int threads, int customers) throws SQLException {
        Map<Way, List<Result>> results = new EnumMap<>(Way.class);
        List<Result> taken = new ArrayList<>();
        results.put(Way.TAKE, taken);
        for (int round = 0; round < ROUNDS; round++) {
            for (Way way : Way.values()) {
                results.computeIfAbsent(way, any -> new ArrayList<>())
                        .add(new Sale(way, threads, customers).run(factory, database));
            }
        }
        System.out.printf(
                "%n%s:%n%,d pieces of a product, %,d customers, %d thread%s; medians of %d rounds%n",
                description, Sale.STOCK, customers, threads, threads == 1 ? "" : "s", ROUNDS);
        System.out.printf(
                "   %-22s | %8s | %8s | %7s | %6s | %5s | %8s%n",
                "", "ms", "x take", "retries", "sold", "left", "correct?");
        double take = median(taken).millis();
        results.forEach((way, rounds) -> {
            Result median = median(rounds);
            System.out.printf(
                    "   %-22s | %8.0f | %8.2f | %7d | %6d | %5d | %8s%n",
                    way,
                    median.millis(),
                    median.millis() / take,
                    median.retries(),
                    median.sold(),
                    median.left(),
                    rounds.stream().allMatch(each -> each.isCorrect(customers)) ? "yes" : "NO");
        });
        if (!taken.stream().allMatch(each -> each.isCorrect(customers))) {
            throw new IllegalStateException("the library has sold what was not there, or has not sold what was");
        }
    }

    private static Result median(List<Result> rounds) {
        return rounds.stream()
                .sorted(Comparator.comparingDouble(Result::millis))
                .toList()
                .get(rounds.size() / 2);
    }
}
