package io.countercache.hibernate.documentation.readme;

import io.countercache.CounterCache;
import jakarta.persistence.*;

// tag::entity[]
@Entity
class Comment {
    @Id
    @GeneratedValue
    Long id;

    // tag::association[]
    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache
    Post post;
    // end::association[]

    Comment() {}

    Comment(Post post) {
        this.post = post;
    }
}
// end::entity[]
