package io.countercache.hibernate.documentation.softdelete;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import org.hibernate.annotations.SQLDelete;
import org.hibernate.annotations.SQLRestriction;

@Entity
@SQLDelete(sql = "update uncounted set deleted = true where id = ?")
@SQLRestriction("deleted = false")
class Uncounted {

    @Id
    @GeneratedValue
    Long id;

    boolean deleted;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache("uncountedCount")
    Post post;
}
