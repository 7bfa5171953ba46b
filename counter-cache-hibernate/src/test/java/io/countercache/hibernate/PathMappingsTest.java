package io.countercache.hibernate;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import java.util.List;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Paths through rows with ids of several columns, foreign keys to other columns, hierarchies, and marks of deletion. */
class PathMappingsTest {

    @Entity(name = "Land")
    static class Land {
        @Id
        Long id;

        @Column(unique = true)
        String code;

        int treesCount;
        int standingCount;

        Land() {}

        Land(long id) {
            this.id = id;
            this.code = "land " + id;
        }
    }

    @Embeddable
    record ForestKey(String name, int number) {}

    /** Its id has two columns, and it refers to another column than the id. */
    @Entity(name = "Forest")
    static class Forest {
        @EmbeddedId
        ForestKey key;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "land_code", referencedColumnName = "code")
        Land land;

        int treesCount;

        Forest() {}

        Forest(String name, Land land) {
            this.key = new ForestKey(name, 1);
            this.land = land;
        }
    }

    @Embeddable
    static class Position {
        int height;

        @ManyToOne(fetch = FetchType.LAZY)
        Forest forest;
    }

    @Entity(name = "Stand")
    @Inheritance(strategy = InheritanceType.JOINED)
    abstract static class Stand {
        @Id
        Long id;

        int treesCount;
    }

    @Entity(name = "OldStand")
    static class OldStand extends Stand {
        Position position = new Position();

        OldStand() {}

        OldStand(long id, Forest forest) {
            this.id = id;
            position.forest = forest;
        }
    }

    /** A row of it that is only marked as deleted leads nowhere. */
    @Entity(name = "Grove")
    @SoftDelete
    static class Grove {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Land land;
    }

    @Entity(name = "Tree")
    static class Tree {
        @Id
        Long id;

        boolean fallen;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "treesCount", path = "position.forest")
        OldStand stand;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "treesCount", path = "land")
        Forest forest;

        @ManyToOne
        @CounterCache(value = "standingCount", path = "land", where = "not fallen")
        Grove grove;

        Tree() {}

        Tree(long id, OldStand stand, Forest forest, Grove grove) {
            this.id = id;
            this.stand = stand;
            this.forest = forest;
            this.grove = grove;
        }
    }
}
