package io.countercache.samples.repair;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** The child. */
@Entity
@Table(indexes = @Index(columnList = "post_id"))
class Comment {

    @Id
    @GeneratedValue
    @SequenceGenerator(sequenceName = "comment_seq", initialValue = 10_000_000)
    @Nullable
    Long id;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache("commentsCount")
    Post post;

    @SuppressWarnings("NullAway.Init") // Hibernate sets the post
    Comment() {}

    Comment(Post post) {
        this.post = post;
    }
}
