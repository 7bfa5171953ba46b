package io.countercache.samples.start;

import io.countercache.hibernate.spring.CountersMoved;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

@Component
class Feed {

    private final List<CountersMoved> events = new ArrayList<>();

    // tag::event[]
    @EventListener
    void on(CountersMoved event) {
        // end::event[]
        events.add(event);
        // tag::event[]
    }
    // end::event[]

    List<CountersMoved> events() {
        return events;
    }
}
