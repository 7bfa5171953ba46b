package io.countercache.samples.bulk;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;

@Entity
@Table(indexes = @Index(columnList = "post_id"))
class Comment {

    @Id
    Long id;

    String text;

    boolean spam;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache
    Post post;
}
