package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.support.SqlType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a database has, as far as counters look at it. Tables are named as {@code schema.table}. */
final class LiveSchema {

    /** For each table as the mapping names it, its name here. */
    private final Map<String, String> names = new HashMap<>();

    private final Map<String, LiveTable> tables = new HashMap<>();

    /** A foreign key, and what it does to its rows when the row that they refer to is deleted; null for nothing. */
    record LiveKey(String table, Set<String> columns, String target, OnDelete.@Nullable Action action) {}

    /**
     * A column.
     *
     * @param collation the collation, if it takes different texts for equal; else null
     */
    record LiveColumn(String name, SqlType type, @Nullable String collation, boolean isNullable, boolean hasDefault) {}

    /** Reads a row of a catalog. */
    interface Row {
        void read(ResultSet row) throws SQLException;
    }

    /** What one table has. */
    static final class LiveTable {

        final Map<String, LiveColumn> columns = new HashMap<>();
        final List<LiveKey> keys = new ArrayList<>();
        /** The first column of each index that has all rows. */
        final Set<String> indexed = new HashSet<>();
        /** The same of each index that has some of the rows. */
        final Set<String> partlyIndexed = new HashSet<>();
        /** What may keep statements from the rows that they are for, each with a remedy. */
        final List<String> obstacles = new ArrayList<>();
        /** Whether it is a view, or a table of another database: then it has neither keys nor indexes. */
        boolean isView;
    }

    /** Says that a table is there. */
    LiveTable found(String mapped, String name) {
        named(mapped, name);
        return table(name);
    }

    /** Says what a table would be named here, whether or not it is there. */
    void named(String mapped, String name) {
        names.put(mapped, name);
    }

    LiveTable table(String name) {
        return tables.computeIfAbsent(name, any -> new LiveTable());
    }

    /** A table as the mapping names it; null if there is none. */
    @Nullable
    LiveTable mapped(String table) {
        String name = names.get(table);
        return name == null ? null : tables.get(name);
    }

    /** The name of a table of the mapping; the same as there if there is no such table. */
    String name(String mapped) {
        return names.getOrDefault(mapped, mapped);
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /** The key of a table that has these columns; null if there is none. */
    @Nullable
    LiveKey key(String table, Set<String> columns) {
        LiveTable live = tables.get(table);
        return live == null
                ? null
                : live.keys.stream()
                        .filter(key -> key.columns().equals(columns))
                        .findFirst()
                        .orElse(null);
    }

    /** A name as it is compared here: without quotes, and without case. */
    static String plain(String identifier) {
        String text = identifier.strip();
        boolean isQuoted = text.length() > 1 && "\"`[".indexOf(text.charAt(0)) >= 0;
        return (isQuoted ? text.substring(1, text.length() - 1) : text).toLowerCase(Locale.ROOT);
    }

    static Set<String> plain(Iterable<String> identifiers) {
        Set<String> names = new HashSet<>();
        identifiers.forEach(identifier -> names.add(plain(identifier)));
        return names;
    }

    /** The parts of a qualified name, each still in its quotes. */
    static List<String> parts(String qualified) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean isQuoted = false;
        for (int i = 0; i < qualified.length(); i++) {
            char c = qualified.charAt(i);
            isQuoted = "\"`[]".indexOf(c) >= 0 ? !isQuoted : isQuoted;
            if (c == '.' && !isQuoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }
}
