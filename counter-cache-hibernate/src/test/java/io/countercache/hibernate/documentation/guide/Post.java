package io.countercache.hibernate.documentation.guide;

import io.countercache.CounterCache;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

// tag::manyToMany[]
@Entity
class Post {

    @Id
    Long id;

    @ManyToMany
    @CounterCache
    Set<Tag> tags = new HashSet<>();

    int tagsCount;
    // end::manyToMany[]

    // tag::values[]
    @ElementCollection
    @CounterCache
    List<String> links = new ArrayList<>();
    // end::values[]

    int linksCount;
    // tag::manyToMany[]
}
// end::manyToMany[]
