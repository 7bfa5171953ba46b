package io.countercache.hibernate.documentation.readme;

import jakarta.persistence.*;

// tag::entity[]
@Entity
class Post {
    @Id
    @GeneratedValue
    Long id;

    // tag::counter[]
    @Column(name = "comments_count")
    int commentsCount;
    // end::counter[]
    // end::entity[]

    Long getId() {
        return id;
    }
    // tag::entity[]
}
// end::entity[]
