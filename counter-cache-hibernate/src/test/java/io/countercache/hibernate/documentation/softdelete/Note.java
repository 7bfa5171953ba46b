package io.countercache.hibernate.documentation.softdelete;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;

// tag::entity[]
@Entity
class Note {

    @Id
    @GeneratedValue
    Long id;

    boolean deleted;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache(value = "notesCount", where = "deleted = false")
    Post post;
}
// end::entity[]
