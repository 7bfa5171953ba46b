package io.countercache.samples.start;

import java.util.List;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

// tag::service[]
@Service
@Transactional
class BlogService {

    private final PostRepository posts;
    private final CommentRepository comments;

    BlogService(PostRepository posts, CommentRepository comments) {
        this.posts = posts;
        this.comments = comments;
    }

    void addComment(long post, String text) {
        comments.save(new Comment(posts.getReferenceById(post), text));
    }

    List<Post> mostDiscussed() {
        return posts.findTop10ByOrderByCommentsCountDesc();
    }
}
// end::service[]
