package io.countercache.hibernate.documentation.listening;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;

@Entity
class Move {

    @Id
    @GeneratedValue
    Long id;

    String text;

    Move() {}

    Move(String text) {
        this.text = text;
    }
}
