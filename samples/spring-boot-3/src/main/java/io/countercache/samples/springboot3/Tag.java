package io.countercache.samples.springboot3;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

/** A word on posts. The tags of a post are counted in {@code Post.tagsCount}. */
@Entity
public class Tag {

    @Id
    @GeneratedValue
    private @Nullable Long id;

    private String name = "";

    protected Tag() {}

    Tag(String name) {
        this.name = name;
    }

    @Nullable
    Long id() {
        return id;
    }

    String name() {
        return name;
    }
}
