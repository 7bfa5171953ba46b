package io.countercache.samples.springboot;

import java.util.List;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What the page begins with. Even here nothing assigns a count. */
@Component
class SampleData implements ApplicationRunner {

    private final PostRepository posts;
    private final CommentRepository comments;
    private final TagRepository tags;

    SampleData(PostRepository posts, CommentRepository comments, TagRepository tags) {
        this.posts = posts;
        this.comments = comments;
        this.tags = tags;
    }

    @Override
    @Transactional
    public void run(ApplicationArguments arguments) {
        Tag green = new Tag("green");
        Tag sour = new Tag("sour");
        Tag sweet = new Tag("sweet");
        tags.saveAll(List.of(green, sour, sweet));
        Post apples = new Post("Apples", green, sour);
        Post pears = new Post("Pears", sweet);
        Post plums = new Post("Plums");
        posts.saveAll(List.of(apples, pears, plums));
        comments.saveAll(List.of(
                new Comment(apples, "Best in October", false),
                new Comment(apples, "Cheap watches", true),
                new Comment(apples, "Good for cider, too", false),
                new Comment(pears, "You have won", true),
                new Comment(pears, "Softer than apples", false)));
    }
}
