package io.countercache.samples.springboot;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.EntityGraph;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface PostRepository extends JpaRepository<Post, Long> {

    @Query("select p.id from Post p order by p.id")
    List<Long> findIds(Limit limit);

    @EntityGraph(attributePaths = "tags")
    List<Post> findByIdInOrderById(List<Long> ids);

    @Query("""
            select p.id,
                (select count(c) from Comment c where c.post = p),
                (select count(t) from p.tags t)
            from Post p
            where p.id in :ids
            """)
    List<ActualCounts> countActual(List<Long> ids);
}
