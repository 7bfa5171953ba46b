package io.countercache.samples.start;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;

@SuppressWarnings("unused") // as in Post
// tag::entity[]
@Entity
@Table(indexes = @Index(columnList = "post_id"))
public class Comment {

    @Id
    @GeneratedValue
    private Long id;

    @ManyToOne(fetch = FetchType.LAZY, optional = false)
    @CounterCache
    private Post post;

    private String text;

    protected Comment() {}

    public Comment(Post post, String text) {
        this.post = post;
        this.text = text;
    }
}
// end::entity[]
