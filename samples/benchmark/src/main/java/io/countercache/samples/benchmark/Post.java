package io.countercache.samples.benchmark;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import java.util.ArrayList;
import java.util.List;

/** Has comments, and a counter of them. */
@Entity(name = "Post")
class Post {

    @Id
    long id;

    @OneToMany(mappedBy = "post")
    List<Comment> comments = new ArrayList<>();

    int commentsCount;

    Post() {}

    Post(long id) {
        this.id = id;
    }
}
