package io.countercache.samples.benchmark;

import io.countercache.samples.benchmark.Mapping.AnyPost;
import jakarta.persistence.LockModeType;
import java.util.Locale;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** A way to know how many comments a post has. */
enum Variant {
    NONE("no counter", Mapping.BARE, false),
    LIBRARY("this library", Mapping.COUNTED, true),
    BEFORE_COMMIT("this library, write = before_commit", Mapping.COUNTED, true),
    SLOTS("this library, slots = 16", Mapping.SLOTS, true),
    FOUR_FILLED("this library, slots = 16, 4 of them filled", Mapping.SLOTS, true),
    ALL_FILLED("this library, slots = 16, all of them filled", Mapping.SLOTS, true),
    SQUASHED("this library, slots = 16, squashed", Mapping.SLOTS, true),
    ONE_SLOT("this library, slots = 1", Mapping.ONE_SLOT, true),
    NAIVE("load, ++, save", Mapping.ASSIGNED, LockModeType.NONE),
    VERSIONED("@Version and retry", Mapping.VERSIONED, LockModeType.NONE),
    PESSIMISTIC("pessimistic lock", Mapping.ASSIGNED, LockModeType.PESSIMISTIC_WRITE),
    /** Two statements in a transaction, word for word those of a {@code counter_cache} of Rails. */
    HAND("by hand, as Rails does: INSERT, then UPDATE", Mapping.COLUMN, true) {
        @Override
        void counted(Session session, long post, int by) {
            session.flush();
            update(session, post, by);
        }
    },
    /** The same in the order in which InnoDB does not end in deadlocks: the INSERT takes a shared lock on the post. */
    UPDATE_FIRST("by hand: UPDATE, then INSERT", Mapping.COLUMN, true) {
        @Override
        AnyPost counting(Session session, long post, int by) {
            update(session, post, by);
            return super.counting(session, post, by);
        }
    },
    RAW_BATCH("one JDBC batch of UPDATEs by hand", Mapping.COLUMN, true),
    /** Not measured unless it is named: it takes another server. */
    REDIS("a counter in Redis, after the commit", Mapping.BARE, false) {
        @Override
        void counted(Session session, long post, int by) {
            Redis.count(session, post, by);
        }
    },
    ROW_TRIGGER("row trigger", Mapping.COLUMN, true),
    STATEMENT_TRIGGER("statement trigger", Mapping.COLUMN, true),
    FORMULA("@Formula", Mapping.FORMULA, false);

    private static final String SLOT_TABLE = """
            create table {schema}.post_slots (parent_id bigint not null references {schema}.post (id) on delete cascade,
              counter varchar(255) not null, slot int not null, amount bigint not null,
              primary key (parent_id, counter, slot));
            """;

    final String title;

    @SuppressWarnings("ImmutableEnumChecker") // what it supplies is new each time
    final Mapping mapping;

    /** Whether the column holds the count, or should. */
    final boolean stored;

    /** How a post is loaded whose count the application assigns; null where it does not. */
    private final @Nullable LockModeType assigned;

    Variant(String title, Mapping mapping, boolean stored) {
        this(title, mapping, stored, null);
    }

    Variant(String title, Mapping mapping, LockModeType assigned) {
        this(title, mapping, true, assigned);
    }

    Variant(String title, Mapping mapping, boolean stored, @Nullable LockModeType assigned) {
        this.title = title;
        this.mapping = mapping;
        this.stored = stored;
        this.assigned = assigned;
    }

    boolean isLibrary() {
        return mapping.equals(Mapping.COUNTED) || hasSlots();
    }

    boolean hasSlots() {
        return mapping.equals(Mapping.SLOTS) || mapping.equals(Mapping.ONE_SLOT);
    }

    /** How many slots of each post have a part of the count from the beginning. */
    int filledSlots() {
        return switch (this) {
            case FOUR_FILLED -> 4;
            case ALL_FILLED, SQUASHED -> 16;
            default -> 0;
        };
    }

    String schema() {
        return "with_" + name().toLowerCase(Locale.ROOT);
    }

    /** The post of a comment that comes or goes, counted as this way does before. */
    AnyPost counting(Session session, long post, int by) {
        return assigned == null
                ? session.getReference(mapping.postClass(), post)
                : countingNew(session.find(mapping.postClass(), post, assigned), by);
    }

    /** The same for a post that is not persistent yet. */
    AnyPost countingNew(AnyPost post, int by) {
        if (assigned != null) {
            post.count(by);
        }
        return post;
    }

    /** Counts as this way does after the comment. */
    void counted(Session session, long post, int by) {}

    void update(Session session, long post, int by) {
        String update = "update %s.post set comments_count = coalesce(comments_count, 0) %s %d where id = ?"
                .formatted(schema(), by < 0 ? "-" : "+", Math.abs(by));
        session.doWork(connection -> {
            try (var statement = connection.prepareStatement(update)) {
                statement.setLong(1, post);
                statement.executeUpdate();
            }
        });
    }

    /** What sets this way up in a {@code {schema}}, beyond the tables that all have; empty for nothing. */
    String setUp(Database database) {
        return switch (this) {
            case ROW_TRIGGER -> database.rowTrigger();
            case STATEMENT_TRIGGER -> """
                create function {schema}.count_came() returns trigger language plpgsql as $$
                begin
                  update {schema}.post set comments_count = comments_count + came.n
                    from (select post_id, count(*) n from came group by post_id) came where id = came.post_id;
                  return null;
                end $$;
                create function {schema}.count_went() returns trigger language plpgsql as $$
                begin
                  update {schema}.post set comments_count = comments_count - went.n
                    from (select post_id, count(*) n from went group by post_id) went where id = went.post_id;
                  return null;
                end $$;
                create function {schema}.count_moved() returns trigger language plpgsql as $$
                begin
                  update {schema}.post set comments_count = comments_count + moved.n
                    from (select post_id, sum(n) n
                      from (select post_id, 1 n from came union all select post_id, -1 from went) each
                      group by post_id having sum(n) <> 0) moved where id = moved.post_id;
                  return null;
                end $$;
                create trigger count_came after insert on {schema}.comment referencing new table as came
                  for each statement execute function {schema}.count_came();
                create trigger count_went after delete on {schema}.comment referencing old table as went
                  for each statement execute function {schema}.count_went();
                create trigger count_moved after update on {schema}.comment referencing new table as came old table as went
                  for each statement execute function {schema}.count_moved();
                """;
            default -> hasSlots() ? SLOT_TABLE : "";
        };
    }
}
