package io.countercache.hibernate.documentation.guide;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import java.util.HashSet;
import java.util.Set;

// tag::entity[]
@Entity
class Tag {

    @Id
    Long id;

    @ManyToMany(mappedBy = "tags")
    @CounterCache
    Set<Post> posts = new HashSet<>();

    int postsCount;
}
// end::entity[]
