package io.countercache.samples.springboot3;

import io.countercache.Drift;
import io.countercache.hibernate.CounterRepair;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Each method is a request and a transaction. None of them counts. */
@RestController
@Transactional
class BlogController {

    private final PostRepository posts;
    private final CommentRepository comments;
    private final TagRepository tags;
    private final EntityManagerFactory factory;

    BlogController(PostRepository posts, CommentRepository comments, TagRepository tags, EntityManagerFactory factory) {
        this.posts = posts;
        this.comments = comments;
        this.tags = tags;
        this.factory = factory;
    }

    @PostMapping("/posts")
    @Nullable
    Long addPost(@RequestBody String title) {
        return posts.save(new Post(title)).id();
    }

    @PostMapping("/tags")
    @Nullable
    Long addTag(@RequestBody String name) {
        return tags.save(new Tag(name)).id();
    }

    @PostMapping("/posts/{post}/comments")
    @Nullable
    Long addComment(@PathVariable long post, @RequestBody String text) {
        return comments.save(new Comment(posts.getReferenceById(post), text)).id();
    }

    @PutMapping("/comments/{comment}/post/{post}")
    void moveComment(@PathVariable long comment, @PathVariable long post) {
        comments.findById(comment).orElseThrow().moveTo(posts.getReferenceById(post));
    }

    @DeleteMapping("/comments/{comment}")
    void deleteComment(@PathVariable long comment) {
        comments.deleteById(comment);
    }

    @PutMapping("/posts/{post}/tags/{tag}")
    void addTag(@PathVariable long post, @PathVariable long tag) {
        posts.findById(post).orElseThrow().tags().add(tags.getReferenceById(tag));
    }

    @DeleteMapping("/posts/{post}/tags/{tag}")
    void removeTag(@PathVariable long post, @PathVariable long tag) {
        posts.findById(post).orElseThrow().tags().remove(tags.getReferenceById(tag));
    }

    @GetMapping("/posts/{post}")
    PostView post(@PathVariable long post) {
        Post found = posts.findById(post).orElseThrow();
        return new PostView(found.commentsCount(), found.tagsCount());
    }

    /** What is stored and is not what its rows come to. */
    @GetMapping("/drift")
    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    List<Drift> drift() {
        return CounterRepair.verifyAll(factory).first();
    }

    /** What a request gets to see of a post. */
    record PostView(int comments, int tags) {}
}
