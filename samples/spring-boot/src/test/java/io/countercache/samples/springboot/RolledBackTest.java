package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.CounterCaches;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** The usual test of a Spring application: Spring rolls its transaction back, so that nothing is committed and no counter written. */
// tag::test[]
@SpringBootTest(webEnvironment = WebEnvironment.NONE)
@Transactional
class RolledBackTest {

    @Autowired
    PostRepository posts;

    @Autowired
    CommentRepository comments;

    @Autowired
    CounterCaches counters;

    @Autowired
    JdbcTemplate jdbc;

    // end::test[]
    @Autowired
    BlogService blog;

    @Autowired
    EntityManager entityManager;

    // tag::test[]
    @Test
    void commentsAreCounted() {
        Post post = posts.save(new Post("Quinces"));
        comments.saveAndFlush(new Comment(post, "For jelly"));
        assertThat(post.getCommentsCount()).isOne();

        counters.flush(); // for JDBC, which Hibernate does not see
        assertThat(storedCount(post)).isOne();

        counters.verify().requireClean(); // all counters of all entities, by a real count
    }

    private int storedCount(Post post) {
        return jdbc.queryForObject("select comments_count from post where id = ?", Integer.class, post.getId());
    }
    // end::test[]

    @Test
    void thePostShowsItsCommentsOnceTheyAreFlushed() {
        Post post = posts.save(new Post("Quinces"));
        blog.addComment(post.getId(), "For jelly", false);
        entityManager.flush();
        assertThat(post.getCommentsCount()).isOne();
    }

    @Test
    void aQueryOfTheRepositorySeesThem() {
        Post post = posts.save(new Post("Quinces"));
        blog.addComment(post.getId(), "For jelly", false);
        assertThat(posts.findAll())
                .filteredOn(each -> each.getTitle().equals("Quinces"))
                .extracting(Post::getCommentsCount)
                .containsExactly(1);
    }

    @Test
    void jdbcSeesThemAfterAFlushOfTheCounters() {
        Post post = posts.save(new Post("Quinces"));
        entityManager.flush();
        blog.addComment(post.getId(), "For jelly", false);
        entityManager.flush(); // writes the comment, but not yet the counter: that is for the commit
        assertThat(storedCount(post)).isZero();
        counters.flush();
        assertThat(storedCount(post)).isOne();
    }

    @Test
    void allCountersAreRightAtTheEnd() {
        Post post = posts.save(new Post("Quinces"));
        blog.addComment(post.getId(), "For jelly", false);
        counters.verify().requireClean();
    }

    @Test
    void whatIsWrongFailsTheTest() {
        Post post = posts.save(new Post("Quinces"));
        entityManager.flush();
        blog.addCommentBySql(post.getId());
        assertThatThrownBy(() -> counters.verify().requireClean())
                .isInstanceOf(CounterCacheException.class)
                .hasMessageContaining("Post.commentsCount of %d is 0, and 1 are counted", post.getId());
    }

    @Test
    void whatSqlHasChangedIsReset() {
        Post post = posts.save(new Post("Quinces"));
        comments.saveAndFlush(new Comment(post, "For jelly"));
        deleteComments(jdbc, post.getId());
        assertThat(post.getCommentsCount()).isZero();
        counters.verify().requireClean();
    }

    private void deleteComments(JdbcTemplate jdbcTemplate, long id) {
        // tag::sql[]
        jdbcTemplate.update("delete from comment where post_id = ?", id);
        counters.resetCounters(Post.class, id, "comments");
        // end::sql[]
    }
    // tag::test[]
}
// end::test[]
