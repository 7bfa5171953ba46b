package io.countercache.hibernate.documentation.byhand;

import io.countercache.Counter;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

// tag::entity[]
@Entity
class Product {

    @Id
    Long id;

    @Counter(min = 0)
    long available;
}
// end::entity[]
