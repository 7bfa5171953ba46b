package io.countercache.hibernate.documentation.guide;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;

// tag::entity[]
@Entity
class Category {

    @Id
    Long id;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache("childrenCount")
    Category parent;

    int childrenCount;
    // end::entity[]

    Category() {}

    Category(long id, Category parent) {
        this.id = id;
        this.parent = parent;
    }
    // tag::entity[]
}
// end::entity[]
