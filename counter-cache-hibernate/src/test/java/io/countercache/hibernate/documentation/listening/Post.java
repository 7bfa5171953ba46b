package io.countercache.hibernate.documentation.listening;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;

@Entity
class Post {

    @Id
    @GeneratedValue
    Long id;

    int commentsCount;
}
