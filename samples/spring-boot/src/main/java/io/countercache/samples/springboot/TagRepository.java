package io.countercache.samples.springboot;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;

interface TagRepository extends JpaRepository<Tag, Long> {

    List<Tag> findAllByOrderByName();
}
