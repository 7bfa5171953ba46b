package io.countercache.hibernate.modelcheck;

import io.countercache.CounterCache;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The entities of {@link ModelCollections}: one that has collections of each kind, and what is in them. */
final class Shelves {

    private Shelves() {}

    /** A collection of a shelf: the column that leads to it, and the one that leads to its element if that counts too. */
    enum Role {
        TAGS("shelf_tags", "shelf_id", "tagsCount", "shelvesCount"),
        OLD_TAGS("shelf_old_tags", "shelf_id", "oldTagsCount", "oldShelvesCount"),
        LISTED("shelf_listed", "shelf_id", "listedCount", null),
        LINKS("shelf_links", "shelf_id", "linksCount", null),
        LINES("shelf_lines", "shelf_id", "linesCount", null),
        BADGES("badge", "shelf_id", "badgesCount", null),
        RANKED("badge", "ranked_id", "rankedCount", null);

        final String table;
        final String key;
        final String counter;
        final String elementCounter;

        Role(String table, String key, String counter, String elementCounter) {
            this.table = table;
            this.key = key;
            this.counter = counter;
            this.elementCounter = elementCounter;
        }

        boolean hasTags() {
            return this == TAGS || this == OLD_TAGS || this == LISTED;
        }

        boolean hasBadges() {
            return this == BADGES || this == RANKED;
        }

        /** Whether an element has a place in it, and can be put into that of another one. */
        boolean isOrdered() {
            return this == LISTED || this == LINES || this == RANKED;
        }

        Collection<Object> make() {
            return this == TAGS || this == BADGES ? new LinkedHashSet<>() : new ArrayList<>();
        }
    }

    /** In sets always in the same order. */
    @MappedSuperclass
    abstract static class Element {
        @Id
        Long id;

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(id);
        }
    }

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        Long id;

        @ManyToMany(targetEntity = Tag.class)
        @JoinTable(
                name = "shelf_tags",
                joinColumns = @JoinColumn(name = "shelf_id"),
                inverseJoinColumns = @JoinColumn(name = "tag_id"))
        @CounterCache(size = true)
        Set<Object> tags = new LinkedHashSet<>();

        int tagsCount;

        @ManyToMany(targetEntity = Tag.class)
        @JoinTable(
                name = "shelf_old_tags",
                joinColumns = @JoinColumn(name = "shelf_id"),
                inverseJoinColumns = @JoinColumn(name = "tag_id"))
        @CounterCache(size = true)
        List<Object> oldTags = new ArrayList<>();

        long oldTagsCount;

        @ManyToMany(targetEntity = Tag.class)
        @JoinTable(
                name = "shelf_listed",
                joinColumns = @JoinColumn(name = "shelf_id"),
                inverseJoinColumns = @JoinColumn(name = "tag_id"))
        @OrderColumn(name = "place")
        @CounterCache(size = true)
        List<Object> listed = new ArrayList<>();

        Integer listedCount;

        @ElementCollection(targetClass = String.class)
        @CollectionTable(name = "shelf_links", joinColumns = @JoinColumn(name = "shelf_id"))
        @CounterCache(size = true)
        List<Object> links = new ArrayList<>();

        int linksCount;

        @ElementCollection(targetClass = String.class)
        @CollectionTable(name = "shelf_lines", joinColumns = @JoinColumn(name = "shelf_id"))
        @Column(name = "line") // MariaDB does not take lines
        @OrderColumn(name = "place")
        @CounterCache(size = true)
        List<Object> lines = new ArrayList<>();

        short linesCount;

        @OneToMany(targetEntity = Badge.class)
        @JoinColumn(name = "shelf_id")
        @CounterCache(size = true)
        Set<Object> badges = new LinkedHashSet<>();

        int badgesCount;

        @OneToMany(targetEntity = Badge.class)
        @JoinColumn(name = "ranked_id")
        @OrderColumn(name = "place")
        @CounterCache(size = true)
        List<Object> ranked = new ArrayList<>();

        int rankedCount;

        int homesCount;

        Shelf() {}

        Shelf(Long id) {
            this.id = id;
        }

        Collection<Object> get(Role role) {
            return switch (role) {
                case TAGS -> tags;
                case OLD_TAGS -> oldTags;
                case LISTED -> listed;
                case LINKS -> links;
                case LINES -> lines;
                case BADGES -> badges;
                case RANKED -> ranked;
            };
        }

        void set(Role role, Collection<Object> elements) {
            switch (role) {
                case TAGS -> tags = (Set<Object>) elements;
                case OLD_TAGS -> oldTags = (List<Object>) elements;
                case LISTED -> listed = (List<Object>) elements;
                case LINKS -> links = (List<Object>) elements;
                case LINES -> lines = (List<Object>) elements;
                case BADGES -> badges = (Set<Object>) elements;
                case RANKED -> ranked = (List<Object>) elements;
            }
        }
    }

    @Entity(name = "Tag")
    static class Tag extends Element {
        @ManyToMany(mappedBy = "tags")
        @CounterCache(size = true)
        Set<Shelf> shelves = new LinkedHashSet<>();

        int shelvesCount;

        @ManyToMany(mappedBy = "oldTags")
        @CounterCache(size = true)
        List<Shelf> oldShelves = new ArrayList<>();

        long oldShelvesCount;

        Tag() {}

        Tag(Long id) {
            this.id = id;
        }
    }

    /** In two collections at once, and counted by a to-one besides. */
    @Entity(name = "Badge")
    static class Badge extends Element {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("homesCount")
        Shelf home;

        Badge() {}

        Badge(Long id) {
            this.id = id;
        }
    }
}
