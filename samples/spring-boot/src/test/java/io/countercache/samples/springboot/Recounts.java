package io.countercache.samples.springboot;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What an application has that recounts. */
// tag::service[]
@Service
class Recounts {

    private final CounterCaches counters;

    Recounts(CounterCaches counters) {
        this.counters = counters;
    }

    @Transactional
    public List<Drift> recount(long post) {
        return counters.on(Post.class, post).reset();
    }
}
// end::service[]
