package io.countercache.samples.springboot;

import jakarta.persistence.QueryHint;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.jpa.repository.QueryHints;

/** More ways to change comments that Spring Data knows. */
interface SpamRepository extends JpaRepository<Comment, Long> {

    long deleteBySpamTrue();

    @Modifying
    @Query("update Comment c set c.post = :to where c.spam = true")
    int moveSpam(Post to);

    @Modifying(flushAutomatically = true, clearAutomatically = true)
    @Query(
            "insert into Comment (post, text, spam) select c.post, 'Again: ' || c.text, true from Comment c where c.spam = true")
    int repeatSpam();

    // tag::uncounted[]
    @Modifying
    @Query("delete from Comment c where c.post.id = :post")
    @QueryHints(@QueryHint(name = "org.hibernate.comment", value = "hibernate.counter_cache.bulk=ignore"))
    int deleteUncounted(long post);
    // end::uncounted[]
}
