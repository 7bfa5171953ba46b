package io.countercache.samples.quarkus;

import io.countercache.Drift;
import io.countercache.hibernate.CounterRepair;
import jakarta.persistence.EntityManagerFactory;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.List;

/** Each method is a request and a transaction. None of them counts. */
@Path("/")
public class BlogResource {

    private final EntityManagerFactory factory;

    BlogResource(EntityManagerFactory factory) {
        this.factory = factory;
    }

    @POST
    @Path("posts")
    @Transactional
    public long addPost(String title) {
        Post post = new Post();
        post.title = title;
        post.persist();
        return post.id;
    }

    @POST
    @Path("tags")
    @Transactional
    public long addTag(String name) {
        Tag tag = new Tag();
        tag.name = name;
        tag.persist();
        return tag.id;
    }

    @POST
    @Path("posts/{post}/comments")
    @Transactional
    public long addComment(long post, String text) {
        Comment comment = new Comment(Post.findById(post), text);
        comment.persist();
        return comment.id;
    }

    @PUT
    @Path("comments/{comment}/post/{post}")
    @Transactional
    public void moveComment(long comment, long post) {
        Comment.<Comment>findById(comment).post = Post.findById(post);
    }

    @DELETE
    @Path("comments/{comment}")
    @Transactional
    public void deleteComment(long comment) {
        Comment.deleteById(comment);
    }

    /** One UPDATE, of rows that are not loaded. */
    @PUT
    @Path("posts/{post}/comments/post/{other}")
    @Transactional
    public void moveComments(long post, long other) {
        Comment.update("post.id = ?1 where post.id = ?2", other, post);
    }

    /** One DELETE, of rows that are not loaded. */
    @DELETE
    @Path("posts/{post}/comments")
    @Transactional
    public void deleteComments(long post) {
        Comment.delete("post.id", post);
    }

    @PUT
    @Path("posts/{post}/tags/{tag}")
    @Transactional
    public void addTag(long post, long tag) {
        Post.<Post>findById(post).tags.add(Tag.findById(tag));
    }

    @DELETE
    @Path("posts/{post}/tags/{tag}")
    @Transactional
    public void removeTag(long post, long tag) {
        Post.<Post>findById(post).tags.remove(Tag.findById(tag));
    }

    @GET
    @Path("posts/{post}")
    public PostView post(long post) {
        Post found = Post.findById(post);
        return new PostView(found.commentsCount, found.tagsCount);
    }

    /** What is stored and is not what its rows come to. */
    @GET
    @Path("drift")
    public List<Drift> drift() {
        return CounterRepair.verifyAll(factory).first();
    }

    /** What a request gets to see of a post. */
    public record PostView(int comments, int tags) {}
}
