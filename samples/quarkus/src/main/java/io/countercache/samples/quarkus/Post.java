package io.countercache.samples.quarkus;

import io.countercache.CounterCache;
import io.quarkus.hibernate.orm.panache.PanacheEntity;
import jakarta.persistence.Entity;
import jakarta.persistence.ManyToMany;
import java.util.HashSet;
import java.util.Set;

/** The parent: it carries the counters. No code of this program assigns them. */
@Entity
public class Post extends PanacheEntity {

    public String title = "";

    public int commentsCount;

    @ManyToMany
    @CounterCache
    public Set<Tag> tags = new HashSet<>();

    public int tagsCount;
}
