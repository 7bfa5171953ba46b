package io.countercache.samples.sharding;

import io.countercache.CounterCache;
import jakarta.persistence.ConstraintMode;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;

/**
 * The child. Its id says on which server it is: that of the post that it was written for, so that one server commits both. It stays
 * there when it is moved to a post of another server, for a row cannot change its server.
 */
@Entity
class Comment {

    @Id
    long id;

    @Version
    int version;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "post_id", foreignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT))
    @CounterCache
    Post post;

    @SuppressWarnings("NullAway.Init") // Hibernate sets the post
    protected Comment() {}

    Comment(long id, Post post) {
        this.id = id;
        this.post = post;
    }
}
