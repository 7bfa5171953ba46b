package io.countercache.samples.bulk;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

@Entity
class Post {

    @Id
    Long id;

    long commentsCount;
}
