package io.countercache.hibernate.size;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.OwnClassPath;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.resource.beans.container.spi.BeanContainer;
import org.hibernate.resource.beans.container.spi.ContainedBean;
import org.hibernate.resource.beans.spi.BeanInstanceProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.orm.jpa.hibernate.SpringBeanContainer;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/** A page of 20 posts with their sizes is one statement, whatever Hibernate gets its beans and its bytecode from. */
class SizesEverywhereTest {

    private static final String BYTE_BUDDY = "net.bytebuddy.ByteBuddy";

    @RegisterExtension
    final TestDatabase db = blog();

    private static TestDatabase blog() {
        return TestDatabase.with(Post.class, Comment.class, Author.class)
                .setting(CounterCacheSettings.COLLECTION_SIZE, true);
    }

    private static List<String> page(TestDatabase db, SessionFactory factory) {
        db.inTransaction(session -> {
            for (int i = 0; i < 20; i++) {
                Post post = new Post("page " + i);
                post.add(new Comment());
                post.add(new Comment());
                session.persist(post);
            }
        });
        return db.statementsOf(() ->
                factory.inTransaction(session -> assertThat(session.createSelectionQuery("from Post", Post.class)
                                .setMaxResults(20)
                                .getResultList())
                        .hasSize(20)
                        .allSatisfy(post -> assertThat(post.comments.size()).isEqualTo(2))));
    }

    private void assertOneStatement(Map<String, Object> settings) {
        var configuration = db.configuration();
        configuration.getProperties().putAll(settings);
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            assertThat(page(db, factory)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inSpring(boolean cdi) {
        Map<String, Object> settings = new HashMap<>(new HibernateJpaVendorAdapter().getJpaPropertyMap());
        assertThat(settings).containsEntry(AvailableSettings.ALLOW_EXTENSIONS_IN_CDI, "true");
        settings.put(AvailableSettings.ALLOW_EXTENSIONS_IN_CDI, cdi);
        settings.put(AvailableSettings.BEAN_CONTAINER, new SpringBeanContainer(new DefaultListableBeanFactory()));
        assertOneStatement(settings);
    }

    /** Makes no instance of what it does not know, and of others than Hibernate it knows nothing. */
    private static final class Strict implements BeanContainer {

        private record Bean<B>(Class<B> getBeanClass, B getBeanInstance) implements ContainedBean<B> {}

        @Override
        public <B> ContainedBean<B> getBean(Class<B> type, LifecycleOptions options, BeanInstanceProducer fallback) {
            assertThat(type.getPackageName()).startsWith("org.hibernate");
            return new Bean<>(type, fallback.produceBeanInstance(type));
        }

        @Override
        public <B> ContainedBean<B> getBean(
                String name, Class<B> type, LifecycleOptions options, BeanInstanceProducer fallback) {
            return getBean(type, options, fallback);
        }

        @Override
        public void stop() {}
    }

    @Test
    void whereAContainerRefusesWhatItDoesNotKnow() {
        assertOneStatement(Map.of(
                AvailableSettings.ALLOW_EXTENSIONS_IN_CDI, true, AvailableSettings.BEAN_CONTAINER, new Strict()));
    }

    /** Without Byte Buddy Hibernate makes no proxies, but lazy collections all the same. */
    public static final class Program implements Callable<String> {

        @Override
        public String call() {
            TestDatabase db = blog();
            db.beforeEach(null);
            try (SessionFactory factory = db.factory()) {
                return OwnClassPath.has(BYTE_BUDDY) + " " + page(db, factory).size();
            } finally {
                TestServer.drop(db.connections());
            }
        }
    }

    @Test
    @Tag("postgresql") // DriverManager hands no driver of H2 to classes of another loader
    void withoutByteBuddy() throws Exception {
        assertThat(OwnClassPath.has(BYTE_BUDDY)).isTrue();
        String makesProxies = "META-INF/services/org.hibernate.bytecode.spi.BytecodeProvider";
        assertThat(OwnClassPath.without("byte-buddy", makesProxies, Program.class))
                .isEqualTo("false 1");
    }
}
