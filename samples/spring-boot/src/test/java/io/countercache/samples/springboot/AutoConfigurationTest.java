package io.countercache.samples.springboot;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.micrometer.CounterCacheMetrics;
import io.countercache.hibernate.spring.CounterCacheAutoConfiguration;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.TransactionRequiredException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.support.TransactionTemplate;

/** What an application has without a line of configuration, and what it can have instead. */
class AutoConfigurationTest {

    /** An application with the entities of the sample. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withUserConfiguration(Application.class)
            .withPropertyValues("spring.datasource.url=jdbc:h2:mem:one", "spring.jpa.hibernate.ddl-auto=create-drop");

    private static LocalContainerEntityManagerFactoryBean factory(String name) {
        LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
        factory.setPersistenceUnitName(name);
        factory.setDataSource(new DriverManagerDataSource("jdbc:h2:mem:" + name + ";db_close_delay=-1"));
        factory.setPackagesToScan(Post.class.getPackageName());
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create"));
        return factory;
    }

    @Test
    void counterCachesAreThere() {
        application.run(context -> {
            CounterCaches counters = context.getBean(CounterCaches.class);
            Post post = context.getBean(PostRepository.class).save(new Post("first"));
            new TransactionTemplate(context.getBean(JpaTransactionManager.class)).executeWithoutResult(status -> {
                context.getBean(CommentRepository.class).save(new Comment(post, "first", false));
                counters.flush();
                assertThat(context.getBean(EntityManager.class)
                                .createQuery("select commentsCount from Post", Integer.class)
                                .getSingleResult())
                        .isOne();
                counters.verify().requireClean();
            });
        });
    }

    @Test
    void anIdeFindsTheSettings() throws IOException {
        List<String> described = new ArrayList<>();
        for (URL each : Collections.list(
                CounterCaches.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream there = each.openStream()) {
                described.add(new String(there.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(described)
                .anyMatch(each -> each.contains("\"spring.jpa.properties.hibernate.counter_cache.write\"")
                        && each.contains("\"counter-cache.on-startup\""));
    }

    // ---- more than one factory ----

    @Configuration(proxyBeanMethods = false)
    static class TwoFactories {

        @Bean
        @Primary
        LocalContainerEntityManagerFactoryBean blogEntityManagerFactory() {
            return factory("blog");
        }

        @Bean
        LocalContainerEntityManagerFactoryBean ordersEntityManagerFactory() {
            return factory("orders");
        }

        @Bean
        Uses uses() {
            return new Uses();
        }
    }

    static class Uses {

        @Autowired
        CounterCaches primary;

        @Autowired
        @Qualifier("blogEntityManagerFactory")
        CounterCaches blog;

        // tag::qualified[]
        @Autowired
        @Qualifier("ordersEntityManagerFactory")
        CounterCaches orders;
        // end::qualified[]
    }

    private final ApplicationContextRunner twoFactories = new ApplicationContextRunner()
            .withUserConfiguration(Application.class, TwoFactories.class)
            .withPropertyValues("spring.data.jpa.repositories.enabled=false");

    @Test
    void eachFactoryHasItsOwn() {
        twoFactories.run(context -> {
            Uses uses = context.getBean(Uses.class);
            assertThat(uses.primary).isSameAs(uses.blog).isNotSameAs(uses.orders);
            EntityManagerFactory orders = context.getBean("ordersEntityManagerFactory", EntityManagerFactory.class);
            new TransactionTemplate(new JpaTransactionManager(orders)).executeWithoutResult(status -> {
                uses.orders.verify().requireClean();
                assertThatThrownBy(uses.blog::verify).isInstanceOf(TransactionRequiredException.class);
            });
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OneOnlyByItsName {

        @Bean
        LocalContainerEntityManagerFactoryBean blogEntityManagerFactory() {
            return factory("named-blog");
        }

        @Bean(defaultCandidate = false)
        LocalContainerEntityManagerFactoryBean ordersEntityManagerFactory() {
            return factory("named-orders");
        }

        @Bean
        Uses uses() {
            return new Uses();
        }
    }

    @Test
    void thatOfAFactoryThatIsInjectedOnlyByItsNameIsTooAndNoOther() {
        libraryOnly.withUserConfiguration(OneOnlyByItsName.class).run(context -> {
            Uses uses = context.getBean(Uses.class);
            assertThat(uses.primary).isSameAs(uses.blog).isNotSameAs(uses.orders);
        });
    }

    // ---- instead of it ----

    @Configuration(proxyBeanMethods = false)
    static class Own {

        // tag::bean[]
        @Bean
        CounterCaches counters(EntityManager entityManager) {
            return CounterCaches.of(entityManager);
        }
        // end::bean[]
    }

    @Test
    void thatOfTheApplicationIsTheOnlyOne() {
        application
                .withUserConfiguration(Own.class)
                .run(context -> assertThat(context.getBeanNamesForType(CounterCaches.class))
                        .containsExactly("counters"));
    }

    @Test
    void whereTheLibraryIsDisabledNothingFails() {
        application
                .withPropertyValues("spring.jpa.properties.hibernate.counter_cache.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(CounterCaches.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnMeters {

        @Bean
        CounterCacheMetrics mine(EntityManagerFactory factory) {
            return new CounterCacheMetrics(factory, Tags.of("of", "mine"));
        }
    }

    @Test
    void metersOfTheApplicationAreTheOnlyOnes() {
        application
                .withUserConfiguration(OwnMeters.class)
                .withBean(SimpleMeterRegistry.class)
                .run(context -> assertThat(
                                context.getBean(SimpleMeterRegistry.class).getMeters())
                        .filteredOn(meter -> meter.getId().getName().startsWith("counter.cache"))
                        .isNotEmpty()
                        .allMatch(meter -> "mine".equals(meter.getId().getTag("of"))));
    }

    @Configuration(proxyBeanMethods = false)
    static class NotHibernate {

        @Bean
        EntityManagerFactory entityManagerFactory() {
            return (EntityManagerFactory) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {EntityManagerFactory.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "hashCode" -> 1;
                        case "equals" -> proxy == arguments[0];
                        case "unwrap" -> throw new PersistenceException("another provider");
                        default -> null;
                    });
        }
    }

    @Test
    void whereHibernateDoesNotMakeTheFactoryNothingFails() {
        libraryOnly
                .withUserConfiguration(NotHibernate.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Configuration(proxyBeanMethods = false)
    static class OneFactory {

        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory() {
            return factory("alone");
        }
    }

    /** An application that has the library's configuration and no other. */
    private final ApplicationContextRunner libraryOnly = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(CounterCacheAutoConfiguration.class));

    @Test
    void metersAreBoundOnce() {
        application.run(context -> assertThat(context.getBeanNamesForType(MeterBinder.class))
                .filteredOn(name -> name.startsWith("counterCache"))
                .hasSize(1));
    }

    @Test
    void withoutActuatorAndMicrometerItIsThere() {
        libraryOnly
                .withUserConfiguration(OneFactory.class)
                .withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.actuate", "org.springframework.boot.health", "io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(CounterCaches.class));
    }

    @Test
    void withoutPersistenceItIsNot() {
        libraryOnly
                .withClassLoader(new FilteredClassLoader(EntityManagerFactory.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(CounterCaches.class));
    }

    // ---- when it begins ----

    @Configuration(proxyBeanMethods = false)
    static class LazyFactory {

        @Bean
        @Lazy
        EntityManagerFactory entityManagerFactory() {
            LocalContainerEntityManagerFactoryBean factory = factory("lazy");
            factory.afterPropertiesSet();
            return requireNonNull(factory.getObject());
        }
    }

    @Test
    void aFactoryThatIsLazyStaysSo() {
        libraryOnly.withUserConfiguration(LazyFactory.class).run(context -> {
            var beans = context.getSourceApplicationContext().getBeanFactory();
            assertThat(beans.containsSingleton("entityManagerFactory")).isFalse();
            verifyInTransaction(context);
            assertThat(beans.containsSingleton("entityManagerFactory")).isTrue();
        });
    }

    private static void verifyInTransaction(BeanFactory context) {
        CounterCaches counters = context.getBean(CounterCaches.class);
        var factory = context.getBean(EntityManagerFactory.class);
        new TransactionTemplate(new JpaTransactionManager(factory))
                .executeWithoutResult(status -> counters.verify().requireClean());
    }

    /** A factory that is not built before the bean that stands for it is complete. */
    @Configuration(proxyBeanMethods = false)
    static class InTheBackground {

        private final CountDownLatch isComplete = new CountDownLatch(1);

        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory() {
            LocalContainerEntityManagerFactoryBean factory = factory("background");
            SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("builds-");
            executor.setTaskDecorator(task -> () -> {
                await(isComplete);
                task.run();
            });
            factory.setBootstrapExecutor(executor);
            return factory;
        }

        @Bean
        @DependsOn("entityManagerFactory")
        String complete() {
            isComplete.countDown();
            return "complete";
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void aFactoryThatIsBuiltInTheBackgroundKeepsNobodyWaiting() {
        libraryOnly.withUserConfiguration(InTheBackground.class).run(AutoConfigurationTest::verifyInTransaction);
    }
}
