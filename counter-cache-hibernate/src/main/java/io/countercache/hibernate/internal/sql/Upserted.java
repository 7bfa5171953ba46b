package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.sql.Columns.ColumnValue;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A row that is inserted, or whose counter is added to if another row has its key.
 *
 * @param columns the columns of the inserted row
 * @param values what is inserted into them: parameters, or SQL that the mapping has for them
 * @param key the columns of the key
 * @param counter the column of the counter
 * @param touched what is set to now if the row is there
 * @param guard what the sum has to fulfil to be written, as {@code "<= 5"}; null if it may be any
 * @param returned the columns that the statement returns where {@link UpsertSql#returns}
 */
public record Upserted(
        String table,
        List<String> columns,
        List<String> values,
        List<ColumnValue> key,
        String counter,
        List<TouchedAttribute> touched,
        @Nullable String guard,
        List<String> returned) {

    /** How the row that is there is changed: the counter is set to this sum, touched attributes to now. */
    String assignments(String sum) {
        return Stream.concat(
                        Stream.of(counter + " = " + sum),
                        touched.stream().flatMap(attribute -> attribute.assignments().stream()))
                .collect(Collectors.joining(", "));
    }

    /** The condition under which the row that is there is changed, with what leads to it; empty for always. */
    String guarded(String lead, String sum) {
        return guard == null ? "" : lead + sum + " " + guard;
    }
}
