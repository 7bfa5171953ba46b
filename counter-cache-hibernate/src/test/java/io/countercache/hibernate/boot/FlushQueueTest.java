package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterMappingException;
import io.countercache.hibernate.collection.Zoo.Keeper;
import io.countercache.hibernate.collection.Zoo.Pet;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.HibernateServices;
import io.countercache.hibernate.support.SinceHibernate;
import java.util.List;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Test;

/** The queue that Hibernate 8 has by default tells nobody how many rows of a collection it has deleted. Sends no SQL. */
class FlushQueueTest {

    private static void build(String queue, Class<?>... entities) {
        Configuration configuration = new Configuration(HibernateServices.registry())
                .setProperty("hibernate.connection.url", "jdbc:h2:mem:none")
                .setProperty("hibernate.flush.queue.type", queue);
        List.of(entities).forEach(configuration::addAnnotatedClass);
        configuration.buildSessionFactory().close();
    }

    @Test
    @SinceHibernate("8.0")
    void aCollectionThatWritesItsOwnRowsNeedsTheOtherOne() {
        assertThatThrownBy(() -> build("graph", Keeper.class, Pet.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessageContaining(
                        "Keeper.pets: Hibernate 8 does not tell how many rows of Keeper.pets it deletes: set hibernate.flush.queue.type to legacy");
    }

    @Test
    void itIsCountedWithTheOtherOne() {
        assertThatCode(() -> build("legacy", Keeper.class, Pet.class)).doesNotThrowAnyException();
    }

    @Test
    void childrenAreCountedWithEither() {
        assertThatCode(() -> build("graph", Post.class, Comment.class, Author.class))
                .doesNotThrowAnyException();
    }
}
