package io.countercache.samples.blog;

import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import java.util.Properties;
import java.util.concurrent.Executors;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.hibernate.cfg.Configuration;
import org.jspecify.annotations.Nullable;

/** To be replaced. */
public final class Blog {

    private Blog() {}

    public static void main(String[] args) throws Exception {
        try (var database = EmbeddedPostgres.start();
                var pool = new HikariDataSource()) {
            pool.setDataSource(database.getPostgresDatabase());
            var properties = new Properties();
            properties.put(
                    "hibernate.connection.datasource",
                    ProxyDataSourceBuilder.create(pool).build());
            properties.put("hibernate.hbm2ddl.auto", "create");
            try (var factory = new Configuration()
                    .addAnnotatedClass(Post.class)
                    .addProperties(properties)
                    .buildSessionFactory()) {
                var threads = Executors.newFixedThreadPool(8);
                for (int i = 0; i < 8; i++) {
                    threads.submit(() -> factory.inTransaction(session -> session.persist(new Post())))
                            .get();
                }
                threads.shutdown();
                System.out.println("posts: "
                        + factory.fromSession(session -> session.createQuery("select count(*) from Post", Long.class)
                                .getSingleResult()));
            }
        }
    }

    @Entity(name = "Post")
    static class Post {
        @Id
        @GeneratedValue
        @Nullable
        Long id;
    }
}
