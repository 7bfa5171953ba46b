package io.countercache.samples.benchmark;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.jspecify.annotations.Nullable;

/** Is counted by its post. */
@Entity(name = "Comment")
class Comment {

    @Id
    long id;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache(size = true)
    @Nullable
    Post post;

    Comment() {}

    Comment(long id, Post post) {
        this.id = id;
        this.post = post;
    }
}
