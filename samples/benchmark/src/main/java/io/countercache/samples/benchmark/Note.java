package io.countercache.samples.benchmark;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** Is counted by nobody, and counts nothing. */
@Entity(name = "Note")
class Note {

    @Id
    long id;

    String text = "text";
}
