package io.countercache.samples.springboot3;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** The child: it is counted in {@code Post.commentsCount}. */
@Entity
@Table(indexes = @Index(columnList = "post_id"))
public class Comment {

    @Id
    @GeneratedValue
    private @Nullable Long id;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @CounterCache
    private Post post;

    private String text = "";

    @SuppressWarnings("NullAway.Init") // Hibernate sets the post
    protected Comment() {}

    Comment(Post post, String text) {
        this.post = post;
        this.text = text;
    }

    void moveTo(Post other) {
        post = other;
    }

    @Nullable
    Long id() {
        return id;
    }

    String text() {
        return text;
    }
}
