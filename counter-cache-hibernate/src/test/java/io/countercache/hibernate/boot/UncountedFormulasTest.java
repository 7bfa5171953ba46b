package io.countercache.hibernate.boot;

import static io.countercache.hibernate.support.Boot.build;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.SinceHibernate;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.util.Set;
import org.hibernate.annotations.JoinColumnOrFormula;
import org.hibernate.annotations.JoinFormula;
import org.junit.jupiter.api.Test;

/** Formulas in foreign keys by which nothing is counted: they are the application's own, and the session factory is built. */
class UncountedFormulasTest {

    @Entity(name = "Post")
    static class Post {
        @Id
        Long id;

        int commentsCount;
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        Long id;

        @ManyToOne
        @CounterCache
        Post post;

        @ManyToOne
        @JoinFormula("(select min(p.id) from post p)")
        Post first;
    }

    @Test
    void ofAToOne() {
        build(Post.class, Comment.class);
    }

    @Entity(name = "Floor")
    static class Floor {
        @Id
        Long id;

        @OneToMany
        @JoinColumnOrFormula(formula = @JoinFormula(value = "coalesce(floor_id, 1)", referencedColumnName = "id"))
        Set<Room> rooms;
    }

    @Entity(name = "Room")
    static class Room {
        @Id
        Long id;

        @Column(name = "floor_id")
        Long floorId;

        @ManyToOne
        @CounterCache("commentsCount")
        Post post;
    }

    @Test
    @SinceHibernate(value = "7.4", because = "older versions refuse a collection whose key is a formula")
    void ofACollection() {
        build(Post.class, Floor.class, Room.class);
    }
}
