package io.countercache.hibernate;

import io.countercache.CounterCache;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Counters further up: a letter is about an article, which a writer has written, who belongs to a desk. */
final class Magazine {

    private Magazine() {}

    /** Its table comes before all others by name. */
    @Entity(name = "ADesk")
    static class Desk {
        @Id
        Long id;

        int lettersCount;

        Desk() {}

        Desk(long id) {
            this.id = id;
        }

        /** Unlike the field, what a proxy answers is what its entity has. */
        int letters() {
            return lettersCount;
        }
    }

    @Entity(name = "Writer")
    static class Writer {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Desk desk;

        int lettersCount;

        Integer printedCount;

        Long wordsTotal;

        @Column(precision = 19, scale = 2)
        BigDecimal feesTotal;

        Writer() {}

        Writer(long id, Desk desk) {
            this.id = id;
            this.desk = desk;
        }
    }

    @Entity(name = "Article")
    static class Article {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Writer writer;

        int lettersCount;

        @OneToMany(mappedBy = "article", cascade = CascadeType.ALL, orphanRemoval = true)
        List<Letter> letters = new ArrayList<>();

        Article() {}

        Article(long id, Writer writer) {
            this.id = id;
            this.writer = writer;
        }

        /** Unlike the field, what is given to a proxy its entity has. */
        void by(Writer other) {
            writer = other;
        }
    }

    @Entity(name = "Letter")
    static class Letter {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String text;

        Integer words;

        boolean printed;

        @Column(precision = 19, scale = 2)
        BigDecimal fee;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "lettersCount", path = "writer")
        @CounterCache(value = "printedCount", path = "writer", where = "printed")
        @CounterCache(value = "wordsTotal", path = "writer", sum = "words")
        @CounterCache(value = "feesTotal", path = "writer", sum = "fee", where = "printed and words > 10")
        @CounterCache(value = "lettersCount", path = "writer.desk")
        Article article;

        Letter() {}

        Letter(Article article) {
            this(article, null, false);
        }

        Letter(Article article, Integer words, boolean printed) {
            this.article = article;
            this.words = words;
            this.printed = printed;
            this.fee = words == null ? null : BigDecimal.valueOf(words, 1);
        }
    }
}
