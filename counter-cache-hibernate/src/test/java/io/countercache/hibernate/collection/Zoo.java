package io.countercache.hibernate.collection;

import io.countercache.CounterCache;
import jakarta.persistence.CascadeType;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.OrderColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hibernate.annotations.SortNatural;

/** Entities whose collections are no inverse of a to-one association. */
public final class Zoo {

    static final Class<?>[] ENTITIES = {
        Article.class,
        Label.class,
        Keeper.class,
        Pet.class,
        Pack.class,
        Wolf.class,
        Herd.class,
        Sheep.class,
        School.class,
        Fish.class,
        Flock.class,
        Bird.class,
        Cage.class
    };

    private Zoo() {}

    /** Counts the labels that it has, and is counted by each of them. */
    @Entity(name = "Article")
    static class Article {
        @Id
        @GeneratedValue
        Long id;

        @ManyToMany
        @CounterCache
        Set<Label> labels = new HashSet<>();

        int labelsCount;

        @ManyToMany
        @CounterCache
        @JoinTable(name = "article_old_label")
        List<Label> oldLabels = new ArrayList<>();

        int oldLabelsCount;

        Article() {}

        Article(Label... labels) {
            this.labels.addAll(List.of(labels));
        }
    }

    @Entity(name = "Label")
    static class Label {
        @Id
        @GeneratedValue
        Long id;

        @ManyToMany(mappedBy = "labels")
        @CounterCache
        Set<Article> articles = new HashSet<>();

        int articlesCount;

        @ManyToMany(mappedBy = "oldLabels")
        @CounterCache
        Set<Article> oldArticles = new HashSet<>();

        long oldArticlesCount;
    }

    /** Its pets have a column for it, and no attribute. */
    @Entity(name = "Keeper")
    public static class Keeper {
        @Id
        @GeneratedValue
        public Long id;

        @OneToMany
        @JoinColumn(name = "keeper_id")
        @CounterCache
        Set<Pet> pets = new HashSet<>();

        int petsCount;

        Keeper() {}

        public Keeper(Pet... pets) {
            this.pets.addAll(List.of(pets));
        }
    }

    @Entity(name = "Pet")
    public static class Pet {
        @Id
        @GeneratedValue
        public Long id;

        String name;
    }

    /** Has places for its wolves, who know it, but do not write that. */
    @Entity(name = "Pack")
    static class Pack {
        @Id
        @GeneratedValue
        Long id;

        @OneToMany(cascade = CascadeType.PERSIST)
        @JoinColumn(name = "pack_id")
        @OrderColumn(name = "place")
        @CounterCache
        List<Wolf> wolves = new ArrayList<>();

        int wolvesCount;

        Pack() {}

        Pack(Wolf... wolves) {
            this.wolves.addAll(List.of(wolves));
        }
    }

    @Entity(name = "Wolf")
    static class Wolf {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "pack_id", insertable = false, updatable = false)
        Pack pack;
    }

    /** Sheep are never without a herd: the INSERT of each writes the column already. */
    @Entity(name = "Herd")
    static class Herd {
        @Id
        @GeneratedValue
        Long id;

        @OneToMany(cascade = CascadeType.ALL, orphanRemoval = true)
        @JoinColumn(name = "herd_id", nullable = false)
        @CounterCache
        List<Sheep> sheep = new ArrayList<>();

        int sheepCount;

        Herd() {}

        Herd(Sheep... sheep) {
            this.sheep.addAll(List.of(sheep));
        }
    }

    @Entity(name = "Sheep")
    static class Sheep {
        @Id
        @GeneratedValue
        Long id;
    }

    /** The same, but the INSERT comes as soon as the fish is made persistent. */
    @Entity(name = "School")
    static class School {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @OneToMany(cascade = CascadeType.ALL)
        @JoinColumn(name = "school_id", nullable = false)
        @CounterCache
        @CounterCache("fishTotal")
        Set<Fish> fish = new HashSet<>();

        int fishCount;
        long fishTotal;

        School() {}

        School(Fish... fish) {
            this.fish.addAll(List.of(fish));
        }
    }

    @Entity(name = "Fish")
    static class Fish {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;
    }

    /** Has a table between it and its birds. */
    @Entity(name = "Flock")
    static class Flock {
        @Id
        @GeneratedValue
        Long id;

        @OneToMany(cascade = CascadeType.ALL, orphanRemoval = true)
        @CounterCache
        List<Bird> birds = new ArrayList<>();

        int birdsCount;

        Flock() {}

        Flock(Bird... birds) {
            this.birds.addAll(List.of(birds));
        }
    }

    @Entity(name = "Bird")
    static class Bird {
        @Id
        @GeneratedValue
        Long id;
    }

    @Embeddable
    record Toy(String name, Integer size) {}

    /** One collection of each kind. */
    @Entity(name = "Cage")
    static class Cage {
        @Id
        @GeneratedValue
        Long id;

        @ElementCollection
        @CounterCache
        List<String> bag = new ArrayList<>();

        int bagCount;

        @ElementCollection
        @OrderColumn
        @CounterCache
        List<String> list = new ArrayList<>();

        int listCount;

        @ElementCollection
        @CollectionTable(name = "cage_strings")
        @Column(name = "string")
        @CounterCache
        Set<String> set = new HashSet<>();

        int setCount;

        @ElementCollection
        @CounterCache
        Map<String, String> map = new HashMap<>();

        int mapCount;

        @ElementCollection
        @SortNatural
        @CounterCache
        SortedSet<String> sortedSet = new TreeSet<>();

        int sortedSetCount;

        @ElementCollection
        @SortNatural
        @CounterCache
        SortedMap<String, String> sortedMap = new TreeMap<>();

        int sortedMapCount;

        @ElementCollection
        @OrderBy
        @CounterCache
        Set<String> ordered = new HashSet<>();

        int orderedCount;

        @ElementCollection
        @CounterCache
        Set<Toy> toys = new HashSet<>();

        int toysCount;
    }
}
