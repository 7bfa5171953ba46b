package io.countercache.samples.start;

import io.countercache.CounterListener;
import io.countercache.CounterMove;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

// tag::listener[]
@Component
class SearchIndex implements CounterListener {

    // end::listener[]
    private final Map<Long, Integer> comments = new HashMap<>();
    // tag::listener[]
    private final PostRepository posts;

    SearchIndex(PostRepository posts) {
        this.posts = posts;
    }

    @Override
    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void moved(List<CounterMove> moves) {
        for (CounterMove move : moves) {
            posts.findById((Long) move.id()).ifPresent(this::index);
        }
    }

    private void index(Post post) {
        // end::listener[]
        comments.put(post.getId(), post.getCommentsCount());
        // tag::listener[]
    }
    // end::listener[]

    Integer commentsOf(Post post) {
        return comments.get(post.getId());
    }
    // tag::listener[]
}
// end::listener[]
