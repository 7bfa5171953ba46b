package io.countercache.samples.springboot3;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parent: it carries the counters. No code of this program assigns them. */
@Entity
public class Post {

    @Id
    @GeneratedValue
    private @Nullable Long id;

    private String title = "";

    private int commentsCount;

    @ManyToMany
    @CounterCache
    private Set<Tag> tags = new HashSet<>();

    private int tagsCount;

    protected Post() {}

    Post(String title) {
        this.title = title;
    }

    @Nullable
    Long id() {
        return id;
    }

    String title() {
        return title;
    }

    int commentsCount() {
        return commentsCount;
    }

    Set<Tag> tags() {
        return tags;
    }

    int tagsCount() {
        return tagsCount;
    }
}
