package io.countercache.samples.start;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestPropertySource;
import org.springframework.transaction.annotation.Transactional;

/** On H2: without a database of its own, and what the other tests say to PostgreSQL. */
@TestPropertySource(
        properties = {"spring.datasource.url=jdbc:h2:mem:start", "spring.datasource.hikari.connection-init-sql="})
// tag::test[]
@SpringBootTest
@Transactional
class BlogTest {

    @Autowired
    PostRepository posts;

    @Autowired
    CommentRepository comments;

    @Autowired
    CounterCaches counters;

    // end::test[]
    @Autowired
    BlogService blog;

    // tag::test[]
    @Test
    void commentsAreCounted() {
        Post post = posts.save(new Post("Apples"));
        comments.saveAndFlush(new Comment(post, "Crisp"));
        assertThat(post.getCommentsCount()).isEqualTo(1);
        counters.verify().requireClean();
    }
    // end::test[]

    @Test
    void theMostDiscussedPostComesFirst() {
        Post apples = posts.save(new Post("Apples"));
        Post pears = posts.save(new Post("Pears"));
        blog.addComment(pears.getId(), "Juicy");
        assertThat(blog.mostDiscussed()).containsExactly(pears, apples);
    }
    // tag::test[]
}
// end::test[]
