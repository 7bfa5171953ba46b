package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.sql.UpsertSql.Part;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.hibernate.dialect.Dialect;

/** H2: FINAL TABLE, OLD TABLE and MERGE. */
record H2(Dialect dialect) implements Database {

    @Override
    public boolean readsOldRows(int isolation) {
        return isolation == Connection.TRANSACTION_REPEATABLE_READ;
    }

    @Override
    public boolean keepsReferredRows() {
        return false; // a row can be deleted while another transaction inserts one that refers to it, and both commit
    }

    @Override
    public Catalog catalog() {
        return Catalog.INFORMATION_SCHEMA;
    }

    @Override
    public boolean canQueryInserted() {
        return true;
    }

    @Override
    public boolean canQueryDeleted() {
        return true;
    }

    @Override
    public String queryInserted(String insert, Collection<String> columns, UnaryOperator<String> query) {
        return query.apply("final table (" + insert + ")");
    }

    @Override
    public String queryDeleted(String delete, Collection<String> columns, UnaryOperator<String> query) {
        return query.apply("old table (" + delete + ")");
    }

    @Override
    public boolean canUpsert() {
        return true;
    }

    /** Of two MERGEs that insert the same key at once one fails. */
    @Override
    public boolean mayUpsertRace() {
        return true;
    }

    @Override
    public UpsertSql upsert(Upserted row) {
        String sum = "coalesce(r." + row.counter() + ", 0) + ?";
        String text =
                "merge into %s as r using dual on (%s) when matched%s then update set %s when not matched then insert (%s) values (%s)"
                        .formatted(
                                row.table(),
                                row.key().stream()
                                        .map(column -> "r." + column.equal())
                                        .collect(Collectors.joining(" and ")),
                                row.guarded(" and ", sum),
                                row.assignments(sum),
                                String.join(", ", row.columns()),
                                String.join(", ", row.values()));
        List<Part> parameters = new ArrayList<>(List.of(Part.KEY, Part.AMOUNT, Part.TOUCHED, Part.ROW));
        if (row.guard() != null) {
            parameters.add(1, Part.AMOUNT);
        }
        return new UpsertSql(text, parameters, false);
    }

    @Override
    public boolean likeMatchesUtf16() {
        return true;
    }
}
