package io.countercache.samples.springboot;

import static java.util.Objects.requireNonNull;
import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import io.countercache.Drift;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.samples.springboot.BlogPage.PostRow;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import java.util.Map;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What the buttons of the page do, each in a transaction. */
@Service
@Transactional
class BlogService {

    private static final int PAGE = 5;

    private final PostRepository posts;
    private final CommentRepository comments;
    private final TagRepository tags;
    private final CounterCaches counters;
    private final EntityManagerFactory factory;
    private final JdbcClient sql;

    BlogService(
            PostRepository posts,
            CommentRepository comments,
            TagRepository tags,
            CounterCaches counters,
            EntityManagerFactory factory,
            JdbcClient sql) {
        this.posts = posts;
        this.comments = comments;
        this.tags = tags;
        this.counters = counters;
        this.factory = factory;
        this.sql = sql;
    }

    /** From one snapshot: stored and actual counts would not belong together if others wrote between two queries. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    BlogPage page() {
        List<Long> ids = posts.findIds(Limit.of(PAGE));
        Map<Long, ActualCounts> actual = posts.countActual(ids).stream().collect(toMap(ActualCounts::post, identity()));
        List<PostRow> rows = posts.findByIdInOrderById(ids).stream()
                .map(post -> new PostRow(post, requireNonNull(actual.get(post.getId()))))
                .toList();
        return new BlogPage(posts.count(), rows, comments.findByPostIdInOrderById(ids), tags.findAllByOrderByName());
    }

    void addComment(long post, String text, boolean spam) {
        comments.save(new Comment(posts.getReferenceById(post), text, spam));
    }

    void moveComment(long comment, long post) {
        comments.findById(comment).orElseThrow().moveTo(posts.getReferenceById(post));
    }

    void deleteComment(long comment) {
        comments.deleteById(comment);
    }

    /** One DELETE, of rows that are not loaded. */
    int deleteSpam() {
        return comments.deleteSpam();
    }

    /** One DELETE, by their ids. */
    void deleteCommentsOf(long post) {
        comments.deleteAllInBatch(comments.findByPostId(post));
    }

    /** One DELETE, without a condition. */
    void deleteAllComments() {
        comments.deleteAllInBatch();
    }

    void addTag(long post, long tag) {
        posts.findById(post).orElseThrow().getTags().add(tags.getReferenceById(tag));
    }

    void removeTag(long post, long tag) {
        posts.findById(post).orElseThrow().getTags().remove(tags.getReferenceById(tag));
    }

    /** What Hibernate does not see is not counted. */
    void addCommentBySql(long post) {
        sql.sql("insert into comment (id, post_id, text, spam) values (nextval('comment_seq'), ?, 'By SQL', false)")
                .param(post)
                .update();
    }

    /** Old rows, as a migration script brings them: their counters are 0, and the comments are not counted. */
    void importPosts(int number) {
        sql.sql("insert into post (id, title, comments_count, tags_count)"
                        + " select nextval('post_seq'), 'Imported ' || n, 0, 0 from generate_series(1, ?) n")
                .param(number)
                .update();
        sql.sql(
                        "insert into comment (id, post_id, text, spam)"
                                + " select nextval('comment_seq'), id, 'Imported', false from post where title like 'Imported %'")
                .update();
    }

    /** Looks through all posts, in transactions of its own. */
    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    RepairReport checkForDrift() {
        return CounterRepair.of(factory, Post.class).verify();
    }

    /** Corrects one post, and says what was wrong. */
    List<Drift> recount(long post) {
        return counters.on(Post.class, post).reset();
    }
}
