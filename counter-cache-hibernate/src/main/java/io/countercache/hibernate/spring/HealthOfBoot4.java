package io.countercache.hibernate.spring;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health of counters since Spring Boot 4. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
class HealthOfBoot4 {

    @Bean
    @ConditionalOnEnabledHealthIndicator("counter-caches")
    @ConditionalOnMissingBean(name = "counterCachesHealthIndicator")
    HealthIndicator counterCachesHealthIndicator(BuiltFactories factories, CounterCacheProperties properties) {
        CounterHealth health = new CounterHealth(factories, properties);
        return () -> {
            var found = health.found();
            return Health.status(health.status(found)).withDetails(found).build();
        };
    }
}
