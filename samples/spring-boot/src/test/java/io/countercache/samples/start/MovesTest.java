package io.countercache.samples.start;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterMove;
import io.countercache.hibernate.spring.CountersMoved;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestPropertySource;

/** Beans are told after each commit which counters it has moved. */
@TestPropertySource(
        properties = {"spring.datasource.url=jdbc:h2:mem:start", "spring.datasource.hikari.connection-init-sql="})
@SpringBootTest
class MovesTest {

    @Autowired
    PostRepository posts;

    @Autowired
    CommentRepository comments;

    @Autowired
    SearchIndex index;

    @Autowired
    Feed feed;

    @AfterEach
    void nothingIsLeft() {
        comments.deleteAll();
        posts.deleteAll();
    }

    @Test
    void aListenerAndAnEvent() {
        Post apples = posts.save(new Post("Apples"));
        comments.save(new Comment(apples, "Crisp"));
        assertThat(index.commentsOf(apples)).isOne();
        assertThat(feed.events())
                .containsExactly(new CountersMoved(
                        "entityManagerFactory",
                        List.of(new CounterMove("Post", apples.getId(), Map.of("commentsCount", 1L)))));
    }
}
