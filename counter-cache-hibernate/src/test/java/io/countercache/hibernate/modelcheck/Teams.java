package io.countercache.hibernate.modelcheck;

import io.countercache.CounterCache;
import io.countercache.hibernate.modelcheck.ModelBlog.Post;
import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Values.Valued;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;

/** The entities of the model checker that are in hierarchies: parents in two tables, and children in one. */
public final class Teams {

    private Teams() {}

    /** At the end of paths. */
    @Entity(name = "Team")
    @Inheritance(strategy = InheritanceType.JOINED)
    public static class Team implements Row {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String name;

        int commentsCount;

        @Column(precision = 19, scale = 2)
        BigDecimal amountTotal;

        Integer authoredCount;

        long notesCount;

        short postsCount;

        @Column(precision = 19, scale = 2)
        BigDecimal clipsTotal;

        @Override
        public Long id() {
            return id;
        }

        @Override
        public void edit(String text) {
            name = text;
        }

        @Override
        public void garble(int value) {
            commentsCount = value;
            amountTotal = value % 2 == 0 ? null : BigDecimal.valueOf(value, 1);
            authoredCount = value;
            notesCount = value;
            postsCount = (short) value;
            clipsTotal = BigDecimal.valueOf(value);
        }
    }

    @Entity(name = "Club")
    public static class Club extends Team {
        int clipsCount;

        @Override
        public void garble(int value) {
            super.garble(value);
            clipsCount = value;
        }
    }

    @Entity(name = "Media")
    public abstract static class Media extends Valued {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("mediaCount")
        @CounterCache(value = "mediaTotal", path = "author", sum = "words", where = "visible")
        Post post;

        @Override
        public Long id() {
            return id;
        }

        @Override
        public void edit(String edited) {
            text = edited;
        }

        @Override
        public Object parent(int slot) {
            return post;
        }

        @Override
        public void parent(int slot, Object parent) {
            post = (Post) parent;
        }
    }

    @Entity(name = "Photo")
    public static class Photo extends Media {}

    @Entity(name = "Clip")
    public static class Clip extends Media {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "clipsCount", slots = 2)
        @CounterCache(value = "clipsTotal", sum = "amount", where = "status <> VOID")
        Club club;

        @Override
        public Object parent(int slot) {
            return slot == 0 ? post : club;
        }

        @Override
        public void parent(int slot, Object parent) {
            if (slot == 0) {
                post = (Post) parent;
            } else {
                club = (Club) parent;
            }
        }
    }
}
