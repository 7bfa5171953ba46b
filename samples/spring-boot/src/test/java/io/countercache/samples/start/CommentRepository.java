package io.countercache.samples.start;

import org.springframework.data.jpa.repository.JpaRepository;

// tag::repository[]
interface CommentRepository extends JpaRepository<Comment, Long> {}
// end::repository[]
