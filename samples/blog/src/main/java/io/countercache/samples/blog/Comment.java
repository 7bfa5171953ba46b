package io.countercache.samples.blog;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import org.jspecify.annotations.Nullable;

/** The child: it is counted in {@link Post#commentsCount}. */
@Entity
class Comment {

    @Id
    @GeneratedValue
    @Nullable
    Long id;

    /** Two transactions that remove or move the same comment: the second one fails, and nothing of it is counted. */
    @Version
    int version;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache
    Post post;

    @SuppressWarnings("NullAway.Init") // Hibernate sets the post
    Comment() {}

    Comment(Post post) {
        this.post = post;
    }
}
