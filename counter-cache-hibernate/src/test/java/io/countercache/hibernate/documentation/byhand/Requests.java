package io.countercache.hibernate.documentation.byhand;

import io.countercache.Counter;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.UniqueConstraint;
import java.time.LocalDate;

// tag::entity[]
@Entity
@Table(uniqueConstraints = @UniqueConstraint(columnNames = {"api_key", "period"}))
class Requests {

    @Id
    @GeneratedValue
    Long id;

    @Column(name = "api_key")
    String apiKey;

    LocalDate period;

    @Counter(min = 0, max = 1000)
    int total;
}
// end::entity[]
