package io.countercache.samples.blog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import org.jspecify.annotations.Nullable;

/** The parent: it carries the counter. No code of this program assigns it. */
@Entity
class Post {

    @Id
    @GeneratedValue
    @Nullable
    Long id;

    String title = "";

    @Version
    int version;

    @Column(name = "comments_count")
    int commentsCount;

    Post() {}

    Post(String title) {
        this.title = title;
    }

    @Override
    public String toString() {
        return "%s, %d comments".formatted(title, commentsCount);
    }
}
