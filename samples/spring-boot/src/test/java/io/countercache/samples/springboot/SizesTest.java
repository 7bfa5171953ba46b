package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.stream.IntStream;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.stat.Statistics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** Sizes of collections in a Spring Boot application, as Spring sets up Hibernate. */
@SpringBootTest(
        webEnvironment = WebEnvironment.NONE,
        properties = "spring.jpa.properties." + AvailableSettings.GENERATE_STATISTICS + "=true")
class SizesTest {

    @Autowired
    EntityManagerFactory factory;

    @Autowired
    EntityManager entityManager;

    @Autowired
    Transactions transactions;

    @Autowired
    PostRepository posts;

    @Autowired
    TagRepository tags;

    @Autowired
    Rows rows;

    @BeforeEach
    void startOver() {
        rows.startOver();
    }

    @Test
    void aPageOf20PostsWithTheirSizesIsOneStatement() throws Exception {
        transactions.required(() -> posts.saveAll(IntStream.range(0, 20)
                .mapToObj(i -> new Post("Post " + i, tags.findAllByOrderByName().toArray(Tag[]::new)))
                .toList()));
        Statistics statistics = factory.unwrap(SessionFactory.class).getStatistics();
        statistics.clear();
        transactions.required(() -> assertThat(entityManager
                        .createQuery("select p from Post p where p.title like 'Post %'", Post.class)
                        .setMaxResults(20)
                        .getResultList())
                .hasSize(20)
                .allSatisfy(post -> assertThat(post.getTags().size()).isEqualTo(3)));
        assertThat(statistics.getPrepareStatementCount()).isOne();
    }
}
