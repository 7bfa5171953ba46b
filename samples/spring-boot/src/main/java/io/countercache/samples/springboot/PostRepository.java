package io.countercache.samples.springboot;

import java.util.List;
import org.springframework.data.jpa.repository.EntityGraph;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface PostRepository extends JpaRepository<Post, Long> {

    @EntityGraph(attributePaths = "tags")
    List<Post> findAllByOrderByTitle();

    @Query("""
            select p.id,
                (select count(c) from Comment c where c.post = p),
                (select count(t) from p.tags t)
            from Post p
            """)
    List<ActualCounts> countActual();
}
