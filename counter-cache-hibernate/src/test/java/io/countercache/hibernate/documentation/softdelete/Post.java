package io.countercache.hibernate.documentation.softdelete;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

@Entity
class Post {

    @Id
    long id = 1;

    int reviewsCount;
    int commentsCount;
    int notesCount;
    int uncountedCount;
}
