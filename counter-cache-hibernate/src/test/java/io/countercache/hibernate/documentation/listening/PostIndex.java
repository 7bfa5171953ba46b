package io.countercache.hibernate.documentation.listening;

import io.countercache.CounterListener;
import io.countercache.CounterMove;
import java.util.List;

// tag::listener[]
class PostIndex implements CounterListener {

    private final SearchIndex index;

    PostIndex(SearchIndex index) {
        this.index = index;
    }

    @Override
    public void moved(List<CounterMove> moves) {
        for (CounterMove move : moves) {
            if (move.entity().equals("Post")) {
                index.refresh((Long) move.id());
            }
        }
    }
}
// end::listener[]
