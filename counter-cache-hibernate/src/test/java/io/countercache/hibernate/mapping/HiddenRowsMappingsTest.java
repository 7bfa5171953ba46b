package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterCacheException;
import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.Filter;
import org.hibernate.annotations.FilterDef;
import org.hibernate.annotations.SQLRestriction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows that are there, but that queries do not find: what a session changes of them, and what a recount makes of it. */
class HiddenRowsMappingsTest {

    @Entity(name = "Wall")
    @SQLRestriction("hidden = false")
    @FilterDef(name = "tall", defaultCondition = "height > 2")
    @Filter(name = "tall")
    static class Wall {
        @Id
        Long id;

        boolean hidden;
        int height = 1;
        int postersCount;
        int bricksCount;
    }

    @Entity(name = "Poster")
    @SQLRestriction("hidden = false")
    static class Poster {
        @Id
        Long id;

        boolean hidden;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Wall wall;
    }

    @Entity(name = "Brick")
    @FilterDef(name = "whole", defaultCondition = "broken = false")
    @Filter(name = "whole")
    static class Brick {
        @Id
        Long id;

        boolean broken;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Wall wall;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Wall.class, Poster.class, Brick.class);

    @BeforeEach
    void walls() {
        for (long id = 1; id <= 2; id++) {
            Wall wall = new Wall();
            wall.id = id;
            db.persist(wall);
        }
    }

    private long stored(String counter, long wall) {
        return db.number("select %s from wall where id = %d".formatted(counter, wall));
    }

    private Poster poster(long id, boolean hidden) {
        Poster poster = new Poster();
        poster.id = id;
        poster.hidden = hidden;
        db.inTransaction(session -> {
            poster.wall = session.getReference(Wall.class, 1L);
            session.persist(poster);
        });
        return poster;
    }

    private Brick brick(long id, boolean broken) {
        Brick brick = new Brick();
        brick.id = id;
        brick.broken = broken;
        db.inTransaction(session -> {
            brick.wall = session.getReference(Wall.class, 1L);
            session.persist(brick);
        });
        return brick;
    }

    @Test
    void aChildThatARestrictionHidesIsCountedWhenItIsChangedAndNotByARecount() {
        poster(1, false);
        poster(2, true);
        assertThat(stored("posters_count", 1)).isEqualTo(2);
        db.inTransaction(session -> assertThat(
                        CounterCaches.of(session).on(Wall.class, 1L).drift("postersCount"))
                .containsExactly(new Drift("Wall", 1L, "postersCount", 2, 1L)));
        db.inTransaction(session -> CounterCaches.of(session).on(Wall.class, 1L).reset());
    }

    @Test
    @SinceHibernate("7.2")
    void aParentThatARestrictionHidesIsCountedButNotRepaired() {
        db.execute("update wall set hidden = true where id = 2");
        Poster poster = poster(1, false);
        Wall hidden = new Wall();
        hidden.id = 2L;
        poster.wall = hidden;
        db.factory().inStatelessTransaction(session -> session.update(poster));
        assertThat(stored("posters_count", 1)).isZero();
        assertThat(stored("posters_count", 2)).isEqualTo(1);
        db.execute("update wall set posters_count = 9 where id = 2");
        assertThat(CounterRepair.of(db.factory(), Wall.class).repair().examined())
                .isEqualTo(1);
        assertThat(stored("posters_count", 2)).isEqualTo(9);
        db.execute("update wall set hidden = false where id = 2");
        assertThat(CounterRepair.of(db.factory(), Wall.class).repair().drifted())
                .isEqualTo(1);
    }

    @Test
    void aFilterOfTheSessionHidesNothingFromWhatItCountsAndIsInTheWayOfARecount() {
        Brick brick = brick(1, true);
        db.inTransaction(session -> {
            session.enableFilter("whole");
            session.enableFilter("tall");
            session.remove(session.find(Brick.class, brick.id));
            Brick whole = new Brick();
            whole.id = 2L;
            whole.wall = session.getReference(Wall.class, 2L);
            session.persist(whole);
        });
        assertThat(stored("bricks_count", 1)).isZero();
        assertThat(stored("bricks_count", 2)).isEqualTo(1);
        db.inTransaction(session -> {
            session.enableFilter("whole");
            assertThatThrownBy(
                            () -> CounterCaches.of(session).on(Wall.class, 1L).reset("bricksCount"))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage("Brick is filtered in this session, and rows that are hidden cannot be counted: disable"
                            + " whole, or use another session");
        });
        db.inTransaction(session -> {
            session.enableFilter("tall");
            assertThatThrownBy(
                            () -> CounterCaches.of(session).on(Wall.class, 1L).reset("bricksCount"))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessageStartingWith("Wall is filtered in this session");
            assertThatThrownBy(() -> CounterCaches.of(session).verify())
                    .as("a report on no row at all")
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessageStartingWith("Wall is filtered in this session");
        });
    }
}
