package io.countercache.samples.start;

import static org.assertj.core.api.Assertions.assertThat;

import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Test;

/** The same entities without Spring. */
class PlainHibernateTest {

    @Test
    void commentsAreCounted() {
        JdbcDataSource database = new JdbcDataSource();
        database.setUrl("jdbc:h2:mem:plain;DB_CLOSE_DELAY=-1");
        try (SessionFactory factory = start(database)) {
            addComment(factory);
            int count = factory.fromSession(
                    session -> session.createSelectionQuery("select commentsCount from Post", Integer.class)
                            .getSingleResult());
            assertThat(count).isOne();
        }
    }

    private static SessionFactory start(DataSource dataSource) {
        // tag::start[]
        Configuration configuration = new Configuration();
        configuration.addAnnotatedClass(Post.class).addAnnotatedClass(Comment.class);
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, dataSource);
        // end::start[]
        configuration.getProperties().put(AvailableSettings.HBM2DDL_AUTO, "create-only");
        // tag::start[]
        SessionFactory factory = configuration.buildSessionFactory();
        // end::start[]
        return factory;
    }

    private static void addComment(SessionFactory factory) {
        // tag::use[]
        factory.inTransaction(session -> {
            Post post = new Post("Apples");
            session.persist(post);
            session.persist(new Comment(post, "Crisp"));
        });
        // end::use[]
    }
}
