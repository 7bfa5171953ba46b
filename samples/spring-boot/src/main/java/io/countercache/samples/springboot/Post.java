package io.countercache.samples.springboot;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parent: it carries the counters. No code of this program assigns them. */
@Entity
public class Post {

    @Id
    @GeneratedValue
    private @Nullable Long id;

    private String title = "";

    @OneToMany(mappedBy = "post")
    private Set<Comment> comments = new HashSet<>();

    private int commentsCount;

    @ManyToMany
    @OrderBy("name")
    @CounterCache(size = true)
    private Set<Tag> tags = new HashSet<>();

    private int tagsCount;

    protected Post() {}

    Post(String title, Tag... tags) {
        this.title = title;
        this.tags.addAll(Set.of(tags));
    }

    public @Nullable Long getId() {
        return id;
    }

    public String getTitle() {
        return title;
    }

    /** Its size is told by the counter: the page asks for it, and nothing is loaded. */
    public Set<Comment> getComments() {
        return comments;
    }

    public int getCommentsCount() {
        return commentsCount;
    }

    public Set<Tag> getTags() {
        return tags;
    }

    public int getTagsCount() {
        return tagsCount;
    }
}
