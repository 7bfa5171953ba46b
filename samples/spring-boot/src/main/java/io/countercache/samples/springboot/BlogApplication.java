package io.countercache.samples.springboot;

import io.countercache.hibernate.CounterCaches;
import jakarta.persistence.EntityManager;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Serves the page on http://localhost:8080. Hibernate finds the library on the class path: nothing counts without it. */
@SpringBootApplication
public class BlogApplication {

    public static void main(String[] args) {
        SpringApplication.run(BlogApplication.class, args);
    }

    /** For what counts by hand or recounts. The entity manager is Spring's: always that of the current transaction. */
    @Bean
    CounterCaches counterCaches(EntityManager entityManager) {
        return CounterCaches.of(entityManager);
    }
}
