package io.countercache.samples.springboot;

import java.util.List;
import org.springframework.data.jpa.repository.EntityGraph;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface CommentRepository extends JpaRepository<Comment, Long> {

    @EntityGraph(attributePaths = "post")
    List<Comment> findByPostIdInOrderById(List<Long> posts);

    List<Comment> findByPostId(long post);

    @Modifying
    @Query("delete from Comment c where c.spam = true")
    int deleteSpam();
}
