package io.countercache.samples.springboot;

import java.util.List;
import org.springframework.data.repository.Repository;

// tag::repository[]
interface PostSummaries extends Repository<Post, Long> {

    List<PostSummary> findByCommentsCountGreaterThanOrderByTitle(int count);
}
// end::repository[]
