package io.countercache.hibernate.documentation.softdelete;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.SoftDelete;

// tag::entity[]
@Entity
@SoftDelete
class Review {

    @Id
    @GeneratedValue
    Long id;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache("reviewsCount")
    Post post;
}
// end::entity[]
