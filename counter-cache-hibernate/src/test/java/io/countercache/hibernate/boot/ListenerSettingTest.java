package io.countercache.hibernate.boot;

import static io.countercache.hibernate.support.Told.move;
import static io.countercache.hibernate.support.Told.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterListener;
import io.countercache.CounterMappingException;
import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.Told;
import java.util.List;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.orm.jpa.hibernate.SpringBeanContainer;

/** How a listener is named in the settings. */
class ListenerSettingTest {

    private static final Told TOLD = new Told();

    private static final String REMEDY =
            ": name a class that implements CounterListener and has a constructor without parameters, or pass an object";

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    /** Its constructor may be private, as that of an entity. */
    static final class Telling implements CounterListener {

        private Telling() {}

        @Override
        public void moved(List<CounterMove> moves) {
            TOLD.moved(moves);
        }
    }

    static final class NeedsAnother implements CounterListener {

        private final Told told;

        NeedsAnother(Told told) {
            this.told = told;
        }

        @Override
        public void moved(List<CounterMove> moves) {
            told.moved(moves);
        }
    }

    @BeforeEach
    void forget() {
        TOLD.forget();
    }

    private SessionFactory factory(Object listener, Object... others) {
        var configuration = db.configuration();
        configuration.getProperties().put(CounterCacheSettings.LISTENER, listener);
        for (int i = 0; i < others.length; i += 2) {
            configuration.getProperties().put(others[i], others[i + 1]);
        }
        return configuration.buildSessionFactory();
    }

    private static void verify(SessionFactory factory, Told told) {
        Post post = new Post("post");
        factory.inTransaction(session -> session.persist(post));
        factory.inTransaction(session -> session.persist(new Comment(post)));
        assertThat(told.calls()).isEqualTo(once(move("Post", post.id, "commentsCount", 1)));
    }

    static Object[] ways() {
        return new Object[] {TOLD, Telling.class, Telling.class.getName(), " " + Telling.class.getName() + " "};
    }

    @ParameterizedTest
    @MethodSource("ways")
    void itIsAnObjectOrAClassOrTheNameOfAClass(Object listener) {
        try (SessionFactory factory = factory(listener)) {
            verify(factory, TOLD);
        }
    }

    @Test
    @SinceHibernate(value = "7.1", because = "this Spring has no container for older ones")
    void aContainerMakesTheObjectOfAClass() {
        Told bean = new Told();
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerSingleton("told", bean);
        try (SessionFactory factory =
                factory(NeedsAnother.class, "hibernate.resource.beans.container", new SpringBeanContainer(beans))) {
            verify(factory, bean);
        }
    }

    @ParameterizedTest
    @CsvSource({"com.acme.Index, is no class that can be loaded", "java.lang.String, is no CounterListener"})
    void anythingElseIsRefused(String listener, String problem) {
        assertThatThrownBy(() -> factory(listener))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("Cannot start: 1 wrong setting\n  - hibernate.counter_cache.listener: '%s' %s%s"
                        .formatted(listener, problem, REMEDY));
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void aClassWithoutItsConstructorIsRefused(Object listener) {
        String name = NeedsAnother.class.getName();
        assertThatThrownBy(() -> factory(listener))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 1 wrong setting
                          - hibernate.counter_cache.listener: '%s' cannot be made an object of \
                        (java.lang.NoSuchMethodException: %s.<init>())%s""".formatted(name, name, REMEDY));
    }

    static Object[] unfit() {
        return new Object[] {NeedsAnother.class, NeedsAnother.class.getName()};
    }

    @Test
    void disabledItIsNotLookedAt() {
        factory("com.acme.Index", CounterCacheSettings.ENABLED, "false").close();
        factory(" ").close();
    }
}
