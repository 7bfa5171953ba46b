package io.countercache.samples.quarkus;

import io.countercache.CounterCache;
import io.quarkus.hibernate.orm.panache.PanacheEntity;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Index;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;

/** The child: it is counted in {@code Post.commentsCount}. */
// tag::entity[]
@Entity
@Table(indexes = @Index(columnList = "post_id"))
public class Comment extends PanacheEntity {

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @CounterCache
    public Post post;

    public String text = "";
    // end::entity[]

    @SuppressWarnings("NullAway.Init") // Hibernate sets the post
    protected Comment() {}

    Comment(Post post, String text) {
        this.post = post;
        this.text = text;
    }
    // tag::entity[]
}
// end::entity[]
