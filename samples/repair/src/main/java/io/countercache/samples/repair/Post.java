package io.countercache.samples.repair;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** The parent. */
@Entity
class Post {

    @Id
    long id;

    @Column(name = "comments_count")
    int commentsCount;
}
