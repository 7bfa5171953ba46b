package io.countercache.samples.start;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;

// tag::repository[]
interface PostRepository extends JpaRepository<Post, Long> {
    List<Post> findTop10ByOrderByCommentsCountDesc();
}
// end::repository[]
