package io.countercache.hibernate.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterListener;
import io.countercache.CounterMove;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

/** Beans of a Spring application are told after each commit which counters it has moved. */
class CountersMovedTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Comment.class, Author.class);

    final AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext();
    final List<String> told = new ArrayList<>();

    Post post;
    CounterMove move;

    @BeforeEach
    void aPost() {
        post = db.persist(new Post("first"));
        move = new CounterMove("Post", post.id, Map.of("commentsCount", 1L));
        application.registerBean("blog", SessionFactory.class, db::factory, bean -> bean.setDestroyMethodName(""));
        application.registerBean(BuiltFactories.class);
        application.registerBean(MovesToBeans.class);
    }

    @AfterEach
    void end() {
        application.close();
    }

    private void addComment() {
        application.refresh();
        db.inTransaction(session -> session.persist(new Comment(session.find(Post.class, post.id))));
    }

    private boolean areMovesRemembered() {
        return !Installation.in(db.factory().unwrap(SessionFactoryImplementor.class))
                .listeners()
                .isEmpty();
    }

    @Order(1)
    final class First implements CounterListener {

        @Override
        public void moved(List<CounterMove> moves) {
            told.add("first " + moves.equals(List.of(move)));
            throw new IllegalStateException("the others are told all the same");
        }
    }

    @Order(2)
    final class Second implements CounterListener {

        @Override
        public void moved(List<CounterMove> moves) {
            told.add("second " + moves.equals(List.of(move)));
        }
    }

    @Test
    void listenersAreTheirBeansInTheirOrder() {
        application.registerBean(Second.class, Second::new);
        application.registerBean(First.class, First::new);
        addComment();
        assertThat(told).containsExactly("first true", "second true");
    }

    /** As one that uses a repository does. */
    record UsesTheFactory(SessionFactory factory, List<String> told) implements CounterListener {

        @Override
        public void moved(List<CounterMove> moves) {
            told.add("has its factory " + (factory != null));
        }
    }

    @Test
    void aListenerMayNeedTheFactoryThatItListensTo() {
        application.registerBean(
                UsesTheFactory.class, () -> new UsesTheFactory(application.getBean(SessionFactory.class), told));
        addComment();
        assertThat(told).containsExactly("has its factory true");
    }

    final class Hears {

        @EventListener
        void on(CountersMoved event) {
            told.add("%s %s".formatted(event.factory(), event.moves().equals(List.of(move))));
        }
    }

    @Test
    void theEventIsPublishedForAMethodThatHearsIt() {
        application.registerBean(Hears.class, Hears::new);
        addComment();
        assertThat(told).containsExactly("blog true");
    }

    @Test
    void aFactoryWithTwoNamesTellsOnce() {
        application.registerBean("other", SessionFactory.class, db::factory, bean -> bean.setDestroyMethodName(""));
        application.registerBean(Hears.class, Hears::new);
        addComment();
        assertThat(told).containsExactly("blog true");
    }

    @Test
    void whatIsRolledBackIsNotTold() {
        application.registerBean(Hears.class, Hears::new);
        application.refresh();
        try (var session = db.factory().openSession()) {
            session.beginTransaction();
            session.persist(new Comment(session.find(Post.class, post.id)));
            session.flush();
            session.getTransaction().rollback();
        }
        assertThat(told).isEmpty();
    }

    static final class HearsAll implements ApplicationListener<ApplicationEvent> {

        @Override
        public void onApplicationEvent(ApplicationEvent event) {
            // as those do that log, or count, whatever happens
        }
    }

    final class HearsAnything {

        @EventListener
        void on(Object event) {
            told.add("anything");
        }
    }

    @Test
    void ifNobodyWaitsForItNothingIsRemembered() {
        application.registerBean(HearsAll.class, HearsAll::new);
        application.registerBean(HearsAnything.class, HearsAnything::new);
        application.refresh();
        assertThat(areMovesRemembered()).isFalse();
    }
}
