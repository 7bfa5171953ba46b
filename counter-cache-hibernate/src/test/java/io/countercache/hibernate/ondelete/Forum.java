package io.countercache.hibernate.ondelete;

import io.countercache.CounterCache;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;

/** Members write messages, and with a member the database deletes all that the member has written. */
final class Forum {

    static final Class<?>[] ENTITIES = {
        Company.class, Member.class, Section.class, Topic.class, Message.class, Emoji.class, Reaction.class
    };

    private Forum() {}

    @Entity(name = "Company")
    static class Company {
        @Id
        @GeneratedValue
        Long id;
    }

    @Entity(name = "Member")
    static class Member {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Company company;

        protected Member() {}

        Member(Company company) {
            this.company = company;
        }
    }

    @Entity(name = "Section")
    static class Section {
        @Id
        @GeneratedValue
        Long id;

        int messagesCount;
    }

    @Entity(name = "Topic")
    static class Topic {
        @Id
        @GeneratedValue
        Long id;

        int messagesCount;
        int shownCount;
        int checkedCount;
        long wordsTotal;
        Instant changed;

        @ManyToOne(fetch = FetchType.LAZY)
        Section section;

        protected Topic() {}

        Topic(Section section) {
            this.section = section;
        }
    }

    @Entity(name = "Message")
    static class Message {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Member author;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.SET_NULL)
        Member checkedBy;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache("messagesCount")
        @CounterCache(value = "shownCount", where = "hidden = false", touch = "changed")
        @CounterCache(value = "checkedCount", where = "checkedBy is not null and hidden = false")
        @CounterCache(value = "wordsTotal", sum = "words")
        @CounterCache(value = "messagesCount", path = "section")
        Topic topic;

        boolean hidden;
        int words;

        @OneToMany(mappedBy = "message", cascade = CascadeType.REMOVE)
        @OnDelete(action = OnDeleteAction.CASCADE)
        List<Reaction> reactions = new ArrayList<>();

        protected Message() {}

        Message(Member author, Topic topic, int words) {
            this.author = author;
            this.topic = topic;
            this.words = words;
        }

        Message checkedBy(Member member) {
            checkedBy = member;
            return this;
        }

        Message hidden() {
            hidden = true;
            return this;
        }
    }

    @Entity(name = "Emoji")
    static class Emoji {
        @Id
        @GeneratedValue
        Long id;

        @Column(name = "used")
        int reactionsCount;
    }

    /** Goes with its message, and with who reacted. */
    @Entity(name = "Reaction")
    static class Reaction {
        @Id
        @GeneratedValue
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Message message;

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        Member member;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Emoji emoji;

        protected Reaction() {}

        Reaction(Message message, Member member, Emoji emoji) {
            this.message = message;
            this.member = member;
            this.emoji = emoji;
        }
    }
}
