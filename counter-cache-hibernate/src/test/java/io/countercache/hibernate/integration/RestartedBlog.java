package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.HibernateVersions;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.boot.registry.BootstrapServiceRegistryBuilder;
import org.hibernate.cfg.Configuration;
import org.hibernate.exception.ConstraintViolationException;

/** An application from its start to its end: it counts in all ways that there are, and leaves a session open. */
public final class RestartedBlog implements Function<DataSource, String> {

    @Entity(name = "RestartedPost")
    public static class Post {
        @Id
        @GeneratedValue
        long id;

        int commentsCount;

        @Counter
        int likesCount;

        @OneToMany(mappedBy = "post")
        List<Comment> comments = new ArrayList<>();
    }

    @Entity(name = "RestartedComment")
    public static class Comment {
        @Id
        @GeneratedValue
        long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Post post;

        @Column(unique = true)
        String text;

        Comment() {}

        Comment(Post post, String text) {
            this.post = post;
            this.text = text;
        }
    }

    @Override
    public String apply(DataSource connections) {
        // as Spring does it
        var services = new BootstrapServiceRegistryBuilder().applyClassLoader(RestartedBlog.class.getClassLoader());
        Configuration configuration = new Configuration(services.build())
                .addAnnotatedClass(Post.class)
                .addAnnotatedClass(Comment.class)
                .setProperty("hibernate.hbm2ddl.auto", "create-drop")
                .setProperty(CounterCacheSettings.COLLECTION_SIZE, "true");
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            long post = count(factory);
            leaveOpen(factory, post);
            return factory.fromSession(session -> {
                Post counted = session.find(Post.class, post);
                return counted.commentsCount + " " + counted.comments.size() + " " + counted.likesCount;
            });
        }
    }

    private static long count(SessionFactory factory) {
        Post post = new Post();
        factory.inTransaction(session -> {
            session.persist(post);
            session.persist(new Comment(post, "first"));
            session.persist(new Comment(post, "second"));
            session.persist(new Comment(post, "third"));
        });
        factory.inTransaction(session ->
                session.remove(session.find(Post.class, post.id).comments.get(0)));
        if (HibernateVersions.isSince("7.2")) {
            factory.inTransaction(
                    session -> session.createMutationQuery("delete from RestartedComment where text = 'third'")
                            .executeUpdate());
        } else {
            factory.inTransaction(session -> session.remove(
                    session.createSelectionQuery("from RestartedComment where text = 'third'", Comment.class)
                            .getSingleResult()));
        }
        assertThatThrownBy(() -> factory.inTransaction(session -> session.persist(new Comment(post, "second"))))
                .isInstanceOf(ConstraintViolationException.class);
        factory.inTransaction(
                session -> CounterCaches.of(session).on(Post.class, post.id).increment("likesCount"));
        assertThat(CounterRepair.of(factory, Post.class).repair().drifted()).isZero();
        return post.id;
    }

    /** With what is to be written at a commit that never comes. */
    @SuppressWarnings("resource") // that is the point
    private static void leaveOpen(SessionFactory factory, long post) {
        Session session = factory.openSession();
        session.beginTransaction();
        session.persist(new Comment(session.find(Post.class, post), "forgotten"));
        session.flush();
        session.doWork(connection -> connection.rollback());
        session.doWork(connection -> connection.close());
    }
}
