package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCaches;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.context.annotation.Import;

/** Repositories and their database, without the rest of the application. Rolled back. */
@Import(Database.class)
// tag::test[]
@DataJpaTest
@AutoConfigureTestDatabase(replace = Replace.NONE)
class RepositorySliceTest {

    @Autowired
    PostRepository posts;

    @Autowired
    CommentRepository comments;

    @Autowired
    CounterCaches counters;

    @Test
    void commentsAreCounted() {
        Post post = posts.save(new Post("Quinces"));
        comments.saveAndFlush(new Comment(post, "For jelly"));
        assertThat(post.getCommentsCount()).isOne();
        counters.verify().requireClean();
    }
}
// end::test[]
