package io.countercache.samples.springboot;

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
    @CounterCache(size = true)
    private Post post;

    private String text = "";

    private boolean spam;

    @SuppressWarnings("NullAway.Init") // Hibernate sets the post
    protected Comment() {}

    Comment(Post post, String text) {
        this(post, text, false);
    }

    Comment(Post post, String text, boolean spam) {
        this.post = post;
        this.text = text;
        this.spam = spam;
    }

    void moveTo(Post other) {
        this.post = other;
    }

    public @Nullable Long getId() {
        return id;
    }

    public Post getPost() {
        return post;
    }

    public String getText() {
        return text;
    }

    public boolean isSpam() {
        return spam;
    }
}
