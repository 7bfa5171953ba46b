package io.countercache.hibernate.support;

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
public final class Magazine {

    private Magazine() {}

    /** Its table comes before all others by name. */
    @Entity(name = "ADesk")
    public static class Desk {
        @Id
        Long id;

        int lettersCount;

        Desk() {}

        public Desk(long id) {
            this.id = id;
        }

        /** Unlike the field, what a proxy answers is what its entity has. */
        public int letters() {
            return lettersCount;
        }
    }

    @Entity(name = "Writer")
    public static class Writer {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        public Desk desk;

        public int lettersCount;

        Integer printedCount;

        public Long wordsTotal;

        @Column(precision = 19, scale = 2)
        BigDecimal feesTotal;

        Writer() {}

        public Writer(long id, Desk desk) {
            this.id = id;
            this.desk = desk;
        }
    }

    @Entity(name = "Article")
    public static class Article {
        @Id
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        public Writer writer;

        int lettersCount;

        @OneToMany(mappedBy = "article", cascade = CascadeType.ALL, orphanRemoval = true)
        public List<Letter> letters = new ArrayList<>();

        Article() {}

        public Article(long id, Writer writer) {
            this.id = id;
            this.writer = writer;
        }

        /** Unlike the field, what is given to a proxy its entity has. */
        public void by(Writer other) {
            writer = other;
        }
    }

    @Entity(name = "Letter")
    public static class Letter {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        public Long id;

        String text;

        public Integer words;

        public boolean printed;

        @Column(precision = 19, scale = 2)
        BigDecimal fee;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        @CounterCache(value = "lettersCount", path = "writer")
        @CounterCache(value = "printedCount", path = "writer", where = "printed")
        @CounterCache(value = "wordsTotal", path = "writer", sum = "words")
        @CounterCache(value = "feesTotal", path = "writer", sum = "fee", where = "printed and words > 10")
        @CounterCache(value = "lettersCount", path = "writer.desk")
        public Article article;

        Letter() {}

        public Letter(Article article) {
            this(article, null, false);
        }

        public Letter(Article article, Integer words, boolean printed) {
            this.article = article;
            this.words = words;
            this.printed = printed;
            this.fee = words == null ? null : BigDecimal.valueOf(words, 1);
        }
    }
}
