package io.countercache.samples.blog;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * For each post the count that is stored and the actual one, read by plain JDBC.
 *
 * @param rows one for each post
 */
record ClosingTable(List<Row> rows) {

    private static final String SQL = """
            select p.title, p.comments_count, (select count(*) from Comment c where c.post_id = p.id)
            from Post p
            order by p.id
            """;

    record Row(String post, long stored, long actual) {}

    static ClosingTable read(DataSource database) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var result = statement.executeQuery(SQL)) {
            List<Row> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(new Row(result.getString(1), result.getLong(2), result.getLong(3)));
            }
            return new ClosingTable(rows);
        }
    }

    void print() {
        String line = "   %-22s | %6s | %6s%n";
        System.out.printf(line, "post", "stored", "actual");
        rows.forEach(row -> System.out.printf(line, row.post(), row.stored(), row.actual()));
    }

    boolean isRight() {
        return rows.stream().allMatch(row -> row.stored() == row.actual());
    }
}
