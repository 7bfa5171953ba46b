package io.countercache.hibernate.internal.bulk;

import io.countercache.hibernate.internal.sql.BoundSql;
import io.countercache.hibernate.internal.sql.Columns;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.sql.ast.tree.from.NamedTableReference;

/**
 * The rows that a bulk DELETE or UPDATE of one table changes, locked by a query within the SQL of the statement. Each is locked
 * before it is changed, in the order of their ids, however the planner comes to them: so no two statements wait for each
 * other. Both parts of the SQL look at the database as it was at the same moment, so the statement comes to no rows but those
 * that are locked.
 *
 * @param query locks the rows and returns their ids
 * @param alias the name of the table in the statement
 * @param key the columns of the id
 */
record LockedRows(BoundSql query, String table, String alias, List<String> key) {

    private static final String NAME = "locked_rows";

    static LockedRows of(BoundSql query, NamedTableReference target, EntityPersister entity) {
        String table = target.getTableExpression();
        return new LockedRows(query, table, target.getIdentificationVariable(), Columns.keyColumns(table, entity));
    }

    /** The condition that makes a statement wait until all rows are locked: it is true. */
    String areLocked() {
        return "(select count(*) from " + NAME + ")>=0";
    }

    /** The rows in the FROM of a statement, by the name of the table in it. */
    String name() {
        return NAME + " " + alias;
    }

    /**
     * The condition that a row of the table is the same as one of these. By id: if the query has waited for a transaction that
     * changed a row, it returns the changed one, which has another place in the table than the one that the statement sees.
     */
    String areSame() {
        return key.stream()
                .map(column -> "%1$s.%3$s=%2$s.%3$s".formatted(table, alias, column))
                .collect(Collectors.joining(" and "));
    }

    /** The start of a statement that uses the rows: the query, which returns more columns of the rows. */
    String with(Set<String> columns) {
        String sql = query.text();
        int from = new StatementText(sql).topLevel(" from ");
        String start = " from " + table + " ";
        if (from < 0 || !sql.startsWith(start, from)) {
            throw ReturningSql.unexpected(sql);
        }
        String name = sql.substring(from + start.length()).split("[ ,]", 2)[0];
        Set<String> all = new LinkedHashSet<>(key);
        all.addAll(columns);
        String selected = all.stream().map(column -> name + "." + column).collect(Collectors.joining(","));
        return "with %s as (select %s%s) ".formatted(NAME, selected, sql.substring(from));
    }
}
