package io.countercache.hibernate.boot;

import static io.countercache.hibernate.support.Boot.build;
import static io.countercache.hibernate.support.Boot.refused;

import io.countercache.CounterCache;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapKeyJoinColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A collection writes its index into the rows of its elements, unless these do so themselves. */
class WrittenIndexTest {

    @Entity(name = "Post")
    static class Post {
        @Id
        Long id;

        int jobsCount;
    }

    @Entity(name = "Queue")
    static class Queue {
        @Id
        Long id;

        @OneToMany(mappedBy = "queue")
        @OrderColumn(name = "place")
        List<Job> jobs;
    }

    @Entity(name = "Job")
    static class Job {
        @Id
        Long id;

        @Column(insertable = false, updatable = false)
        int place;

        @ManyToOne
        Queue queue;

        @ManyToOne
        @CounterCache(value = "jobsCount", where = "place = 0")
        Post post;
    }

    @Test
    void anIndexWhichAConditionReadsIsRefused() {
        refused(
                "Job.post: Queue.jobs writes the column of Job.place, and what it writes is not counted: order it by @OrderBy,"
                        + " or give its index a column of its own",
                Post.class,
                Queue.class,
                Job.class);
    }

    @Entity(name = "Row")
    static class Row {
        @Id
        Long id;

        @OneToMany(mappedBy = "row")
        @OrderColumn(name = "place")
        List<Seat> seats;
    }

    @Entity(name = "Seat")
    static class Seat {
        @Id
        Long id;

        int place;

        @ManyToOne
        Row row;

        @ManyToOne
        @CounterCache(value = "jobsCount", where = "place = 0")
        Post post;
    }

    @Test
    void anIndexThatTheElementsWriteIsAccepted() {
        build(Post.class, Row.class, Seat.class);
    }

    @Entity(name = "Poll")
    static class Poll {
        @Id
        Long id;

        @OneToMany(mappedBy = "poll")
        @MapKeyJoinColumn(name = "post_id")
        Map<Post, Vote> votes;
    }

    @Entity(name = "Vote")
    static class Vote {
        @Id
        Long id;

        @ManyToOne
        Poll poll;

        @ManyToOne
        @CounterCache("jobsCount")
        Post post;
    }

    @Test
    void aKeyOfAMapThatTheElementsWriteIsAccepted() {
        build(Post.class, Poll.class, Vote.class);
    }
}
