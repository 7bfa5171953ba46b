package io.countercache.samples.springboot;

import java.util.List;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The rows of the sample, read by SQL. Each test begins with those of the sample data. */
@Component
class Rows {

    /** What is stored in a post, and what its rows come to. */
    record Counts(int comments, int actualComments, int tags, int actualTags) {

        static Counts of(int comments, int tags) {
            return new Counts(comments, comments, tags, tags);
        }
    }

    private final JdbcClient sql;
    private final SampleData sampleData;

    Rows(JdbcClient sql, SampleData sampleData) {
        this.sql = sql;
        this.sampleData = sampleData;
    }

    void startOver() {
        sql.sql("truncate post_tags, comment, tag, post").update();
        sampleData.run(new DefaultApplicationArguments());
    }

    Counts of(String title) {
        return sql.sql("""
                        select comments_count as comments,
                            (select count(*) from comment where post_id = post.id) as actual_comments,
                            tags_count as tags,
                            (select count(*) from post_tags where post_id = post.id) as actual_tags
                        from post
                        where title = ?
                        """).param(title).query(Counts.class).single();
    }

    List<String> comments() {
        return sql.sql("select text from comment order by id")
                .query(String.class)
                .list();
    }

    long post(String title) {
        return id("select id from post where title = ?", title);
    }

    long comment(String text) {
        return id("select id from comment where text = ?", text);
    }

    long tag(String name) {
        return id("select id from tag where name = ?", name);
    }

    private long id(String query, String name) {
        return sql.sql(query).param(name).query(Long.class).single();
    }
}
