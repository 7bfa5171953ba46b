package io.countercache.samples.sharding;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** The parent. Its id says on which server it is. */
@Entity
class Post {

    @Id
    long id;

    @Column(name = "comments_count")
    int commentsCount;

    protected Post() {}

    Post(long id) {
        this.id = id;
    }
}
