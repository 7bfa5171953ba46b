package io.countercache.samples.quarkus;

import io.quarkus.hibernate.orm.panache.PanacheEntity;
import jakarta.persistence.Entity;

/** A word on posts. The tags of a post are counted in {@code Post.tagsCount}. */
@Entity
public class Tag extends PanacheEntity {

    public String name = "";
}
