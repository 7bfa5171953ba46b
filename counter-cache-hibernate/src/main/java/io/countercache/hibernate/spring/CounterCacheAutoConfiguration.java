package io.countercache.hibernate.spring;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.micrometer.CounterCacheMetrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.SessionFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.SharedEntityManagerCreator;

/** What an application with Spring Boot and Hibernate gets without configuration. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({EntityManagerFactory.class, SessionFactory.class, SharedEntityManagerCreator.class})
@EnableConfigurationProperties(CounterCacheProperties.class)
@Import({HealthOfBoot3.class, HealthOfBoot4.class})
public class CounterCacheAutoConfiguration {

    /** Called by Spring. */
    public CounterCacheAutoConfiguration() {}

    @Bean
    static BuiltFactories counterCacheFactories() {
        return new BuiltFactories();
    }

    @Bean
    @ConditionalOnMissingBean(CounterCaches.class)
    static CounterCachesBeans counterCachesBeans() {
        return new CounterCachesBeans();
    }

    @Bean
    static MovesToBeans counterMovesToBeans(BuiltFactories counterCacheFactories, ApplicationContext application) {
        return new MovesToBeans(counterCacheFactories, application);
    }

    // whatever the property says: it may be another when an application is started from what was generated ahead of
    // time
    @Bean
    RepairOnStartup counterCacheRepairOnStartup(
            BuiltFactories counterCacheFactories, CounterCacheProperties properties, ApplicationContext application) {
        return new RepairOnStartup(counterCacheFactories, properties.getOnStartup(), application);
    }

    /** With Spring Boot's Actuator. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class OfActuator {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        CounterCachesEndpoint counterCachesEndpoint(ListableBeanFactory beans) {
            return new CounterCachesEndpoint(beans);
        }
    }

    /** With Micrometer. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static class OfMicrometer {

        private static final String SUFFIX = "EntityManagerFactory";

        @Bean
        @ConditionalOnMissingBean(CounterCacheMetrics.class)
        MeterBinder counterCacheMetrics(BuiltFactories counterCacheFactories) {
            return registry -> counterCacheFactories.each(
                    (name, factory) -> new CounterCacheMetrics(factory, named(name), Tags.empty()).bindTo(registry));
        }

        /** As Spring Boot names the factories of Hibernate's own meters. */
        private static String named(String bean) {
            return bean.endsWith(SUFFIX) ? bean.substring(0, bean.length() - SUFFIX.length()) : bean;
        }
    }
}
