package io.countercache.hibernate.documentation.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.countercache.hibernate.documentation.Blocks;
import io.countercache.hibernate.documentation.guide.HotCountersTest.Comment;
import io.countercache.hibernate.documentation.guide.HotCountersTest.Video;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("databases")
class HotCountersOnMariaDbTest {

    @RegisterExtension
    TestDatabase db = TestDatabase.with(Video.class, Comment.class);

    @Test
    void adding() {
        assumeTrue(TestServer.IS_MARIADB);
        Video video = db.persist(new Video());

        List<String> statements = db.statementsOf(() ->
                db.inTransaction(session -> session.persist(new Comment(session.getReference(Video.class, video.id)))));

        assertThat(statements.stream().map(Blocks::inOneLine))
                .containsSubsequence(
                        "select id from video where id = ? lock in share mode",
                        Blocks.testedBy("HotCountersOnMariaDbTest#adding").get(0));
    }
}
