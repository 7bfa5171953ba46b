package io.countercache.samples.springboot;

import java.util.List;

/**
 * What the page shows.
 *
 * @param posts the first of them
 */
record BlogPage(long numberOfPosts, List<PostRow> posts, List<Comment> comments, List<Tag> tags) {

    /** A post, with the counts that are stored in it and the actual ones. */
    record PostRow(Post post, ActualCounts actual) {

        public boolean commentsDrift() {
            return post.getCommentsCount() != actual.comments();
        }

        public boolean tagsDrift() {
            return post.getTagsCount() != actual.tags();
        }
    }
}
