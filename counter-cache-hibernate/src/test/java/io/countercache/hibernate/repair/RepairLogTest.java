package io.countercache.hibernate.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.RepairProgress;
import io.countercache.RepairReport;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.observe.Verified;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.LogMessages;
import io.countercache.hibernate.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a repair leaves behind: in the log, and for metrics. */
class RepairLogTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Post.class, Author.class, Comment.class);

    private List<Post> posts;

    @BeforeEach
    void posts() {
        posts = Blog.posts(3, db);
        db.persist(new Author("Ann"));
    }

    private CounterRepair repair() {
        return CounterRepair.of(db.factory(), Post.class);
    }

    private void breakOne() {
        db.execute("update post set comments_count = 7 where id = " + posts.get(1).id);
    }

    private Map<String, Verified> verified() {
        return Installation.toVerify(db.factory().unwrap(SessionFactoryImplementor.class))
                .activity()
                .lastVerified();
    }

    private Verified ofPost() {
        assertThat(verified()).containsKey("Post");
        return verified().get("Post");
    }

    @Test
    void aCleanVerificationLogsNothing() {
        try (LogMessages log = new LogMessages("io.countercache")) {
            CounterRepair.verifyAll(db.factory()).requireClean();
            repair().repair();
            assertThat(log.texts()).isEmpty();
        }
    }

    @Test
    void whoFindsSomethingWrongSaysSoInOneLine() {
        breakOne();
        try (LogMessages log = new LogMessages("io.countercache")) {
            CounterRepair.verifyAll(db.factory());
            repair().repair();
            assertThat(log.texts()).hasSize(2);
            assertThat(log.texts().get(0)).startsWith("Post verified: 3 rows, 1 wrong, ");
            assertThat(log.texts().get(1)).startsWith("Post repaired: 3 rows, 1 wrong, ");
        }
    }

    @Test
    void whoListensIsTheOnlyOneToHear() {
        breakOne();
        List<RepairProgress> told = new ArrayList<>();
        try (LogMessages log = new LogMessages("io.countercache")) {
            repair().onProgress(told::add).repair();
            assertThat(log.texts()).isEmpty();
        }
        assertThat(told).hasSize(1);
    }

    @Test
    void theRowsAreNotCountedWhereNobodyHears() {
        assertThat(db.statementsOf(() -> repair().chunkSize(2).verify()))
                .filteredOn(sql -> sql.contains("count(*)") && !sql.contains("comment "))
                .as("of the last chunk, and no other")
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void whatAWholeTableHasIsRememberedForEachCounter() {
        assertThat(verified()).isEmpty();
        breakOne();
        CounterRepair.verifyAll(db.factory());
        assertThat(verified()).containsOnlyKeys("Author", "Post");
        assertThat(ofPost().byCounter()).isEqualTo(Map.of("commentsCount", 1L));
        assertThat(ofPost().repaired()).isFalse();
        assertThat(ofPost().examined()).isEqualTo(3);
        assertThat(ofPost().drifted()).isEqualTo(1);
        assertThat(ofPost().first()).extracting(drift -> drift.id()).isEqualTo(List.of(posts.get(1).id));
        repair().repair();
        assertThat(ofPost().repaired()).isTrue();
        assertThat(ofPost().byCounter()).as("what was corrected").isEqualTo(Map.of("commentsCount", 1L));
        repair().verify();
        assertThat(ofPost().byCounter()).isEqualTo(Map.of("commentsCount", 0L));
    }

    @Test
    void whatAPartOfATableHasIsNot() {
        repair().after(posts.get(0).id).verify();
        RepairReport ofSession =
                db.fromTransaction(session -> CounterCaches.of(session).verify());
        assertThat(ofSession.isClean()).isTrue();
        assertThat(verified()).isEmpty();
    }
}
