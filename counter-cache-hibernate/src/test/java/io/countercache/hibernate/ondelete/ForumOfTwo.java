package io.countercache.hibernate.ondelete;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.ondelete.Forum.Company;
import io.countercache.hibernate.ondelete.Forum.Emoji;
import io.countercache.hibernate.ondelete.Forum.Member;
import io.countercache.hibernate.ondelete.Forum.Message;
import io.countercache.hibernate.ondelete.Forum.Reaction;
import io.countercache.hibernate.ondelete.Forum.Section;
import io.countercache.hibernate.ondelete.Forum.Topic;
import io.countercache.hibernate.support.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A forum in which two members have written, and which of it is counted. */
abstract class ForumOfTwo {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Forum.ENTITIES);

    final Company company = new Company();
    final Member ann = new Member(company);
    final Member bob = new Member(null);
    final Section section = new Section();
    final Topic tea = new Topic(section);
    final Topic coffee = new Topic(section);
    final Emoji smile = new Emoji();
    final Message annOnTea = new Message(ann, tea, 10);
    final Message bobOnTea = new Message(bob, tea, 5);

    @BeforeEach
    void messagesOfTwoMembers() {
        db.inTransaction(session -> Stream.of(
                        company,
                        ann,
                        bob,
                        section,
                        tea,
                        coffee,
                        smile,
                        annOnTea,
                        bobOnTea,
                        new Message(ann, tea, 20).hidden(),
                        new Message(ann, coffee, 40).checkedBy(bob),
                        new Message(bob, coffee, 80).checkedBy(ann),
                        new Reaction(annOnTea, bob, smile),
                        new Reaction(annOnTea, ann, smile),
                        new Reaction(bobOnTea, bob, smile))
                .forEach(session::persist));
        assertCounts("tea 3 2 0 35", "coffee 2 2 2 120", "section 5", "smile 3");
    }

    final void assertCounts(String... counts) {
        assertThat(List.of(
                        "tea " + topic(tea),
                        "coffee " + topic(coffee),
                        "section " + db.number("select messages_count from section"),
                        "smile " + db.number("select used from emoji")))
                .containsExactly(counts);
    }

    private String topic(Topic topic) {
        return db.text("select concat(messages_count, ' ', shown_count, ' ', checked_count, ' ', words_total)"
                + " from topic where id = " + topic.id);
    }

    final void assertAnnIsGone() {
        assertCounts("tea 1 1 0 5", "coffee 1 1 0 80", "section 2", "smile 1");
    }

    static Member member(Session session, Member member) {
        return session.find(Member.class, member.id);
    }
}
