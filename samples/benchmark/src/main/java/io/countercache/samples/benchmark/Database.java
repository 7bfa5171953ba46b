package io.countercache.samples.benchmark;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.hibernate.cfg.AvailableSettings;

/** What the benchmark runs on: how it is started, and where its SQL differs. */
enum Database {
    POSTGRESQL(AvailableSettings.DEFAULT_SCHEMA, Path.of("docs/benchmark"), EnumSet.of(Variant.UPDATE_FIRST), "") {
        @Override
        Running start(Options options) throws IOException {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    // in a round that is shorter than its default, a deadlock would take all of the time
                    .setServerConfig("deadlock_timeout", Math.min(1_000, options.millis()) + "ms")
                    .setServerConfig("fsync", options.isDurable() ? "on" : "off")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("shared_buffers", "512MB")
                    .setServerConfig("max_wal_size", "8GB")
                    .setServerConfig("max_connections", "300")
                    .start();
            return new Running(server.getJdbcUrl("postgres", "postgres"), server);
        }

        @Override
        List<String> statements(String script) {
            return List.of(script);
        }

        @Override
        String dropSchema() {
            return "drop schema if exists {schema} cascade";
        }

        @Override
        String series(long first, long last) {
            return "generate_series(%d, %d) ids (id)".formatted(first, last);
        }

        @Override
        String analyze(String table) {
            return "vacuum analyze " + table;
        }

        @Override
        String rowTrigger() {
            return """
                    create function {schema}.count_row() returns trigger language plpgsql as $$
                    begin
                      if tg_op <> 'INSERT' then
                        update {schema}.post set comments_count = comments_count - 1 where id = old.post_id;
                      end if;
                      if tg_op <> 'DELETE' then
                        update {schema}.post set comments_count = comments_count + 1 where id = new.post_id;
                      end if;
                      return null;
                    end $$;
                    create trigger count_row after insert or delete or update of post_id on {schema}.comment
                      for each row execute function {schema}.count_row();
                    """;
        }
    },
    MARIADB(
            AvailableSettings.DEFAULT_CATALOG,
            Path.of("docs/benchmark/mariadb"),
            EnumSet.of(Variant.BEFORE_COMMIT, Variant.STATEMENT_TRIGGER),
            """
            Left out on MariaDB: write = before_commit, which the default is there; a statement trigger, which MariaDB does not have.
            """) {
        @Override
        Running start(Options options) throws IOException {
            MariaDb server = new MariaDb(options.isDurable());
            return new Running(server.url(), server);
        }

        @Override
        List<String> statements(String script) {
            // the driver refuses several in one text, unless it is told otherwise
            return List.of(script.split(";\n"));
        }

        @Override
        String dropSchema() {
            return "drop schema if exists {schema}";
        }

        @Override
        String series(long first, long last) {
            return "(select seq id from seq_%d_to_%d) ids".formatted(first, last);
        }

        @Override
        String analyze(String table) {
            return "analyze table " + table;
        }

        /** Before the row: its INSERT takes a shared lock on the post, after which an UPDATE ends in deadlocks. */
        @Override
        String rowTrigger() {
            return """
                    create trigger {schema}.count_came before insert on {schema}.comment for each row
                      update {schema}.post set comments_count = comments_count + 1 where id = new.post_id;
                    create trigger {schema}.count_went before delete on {schema}.comment for each row
                      update {schema}.post set comments_count = comments_count - 1 where id = old.post_id;
                    create trigger {schema}.count_moved before update on {schema}.comment for each row
                      update {schema}.post set comments_count = comments_count + (id = new.post_id) - (id = old.post_id)
                      where id in (old.post_id, new.post_id) and old.post_id <> new.post_id;
                    """;
        }
    };

    /**
     * A server that was started for the benchmark.
     *
     * @param url with user and password
     */
    record Running(String url, Closeable server) {}

    /** The setting of Hibernate that names what this database calls a schema. */
    final String schemaSetting;

    /** Where results are written if nothing else is said. */
    final Path directory;

    /** Which ways to count are not measured here, and why; empty if there is nothing to say. */
    final String leftOut;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final Set<Variant> missing;

    Database(String schemaSetting, Path directory, Set<Variant> missing, String leftOut) {
        this.schemaSetting = schemaSetting;
        this.directory = directory;
        this.missing = missing;
        this.leftOut = leftOut;
    }

    /** Whether that way to count is measured here. */
    boolean measures(Variant variant) {
        return !missing.contains(variant);
    }

    abstract Running start(Options options) throws IOException;

    /** The script in pieces that a driver takes. */
    abstract List<String> statements(String script);

    abstract String dropSchema();

    /** What a query takes numbers from, as {@code id}. */
    abstract String series(long first, long last);

    /** Has the planner know what is in a table. */
    abstract String analyze(String table);

    /** The script that makes each row of {@code comment} count itself. */
    abstract String rowTrigger();
}
