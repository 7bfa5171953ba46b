package io.countercache.samples.bulk;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Index;
import jakarta.persistence.Table;

/** Refers to a comment: the database looks for one whenever a comment is deleted. */
@Entity
@Table(indexes = @Index(columnList = "comment_id"))
class Reaction {

    @Id
    Long id;

    @Column(name = "comment_id")
    Long comment;
}
