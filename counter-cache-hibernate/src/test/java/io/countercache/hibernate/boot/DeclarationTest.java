package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.support.LogMessages;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Converter;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import jakarta.persistence.UniqueConstraint;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.NaturalId;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.event.spi.EventType;
import org.junit.jupiter.api.Test;

/** How declarations are read, and how wrong ones are refused. Sends no SQL: these factories create no tables. */
class DeclarationTest {

    static List<CounterDefinition> read(Class<?>... entities) {
        try (SessionFactory factory = factory(entities)) {
            return Installation.in((SessionFactoryImplementor) factory).model().definitions();
        }
    }

    private static SessionFactory factory(Class<?>... entities) {
        Configuration configuration = new Configuration()
                .setProperty("hibernate.connection.url", "jdbc:h2:mem:none")
                .setProperty("hibernate.flush.queue.type", "legacy"); // what Hibernate 8 needs for some collections
        List.of(entities).forEach(configuration::addAnnotatedClass);
        return configuration.buildSessionFactory();
    }

    private static String counter(Class<?>... entities) {
        List<CounterDefinition> counters = read(entities);
        assertThat(counters).hasSize(1);
        CounterDefinition counter = counters.get(0);
        return simple(counter.child()) + "." + counter.association() + " -> " + simple(counter.parent()) + "."
                + counter.counter();
    }

    private static String simple(String entity) {
        return entity.substring(entity.lastIndexOf('$') + 1);
    }

    // ---- where a declaration may stand ----

    @Entity(name = "Reply")
    static class Reply {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Topic topic;
    }

    @Entity(name = "Topic")
    static class Topic {
        @Id
        long id;

        @OneToMany(mappedBy = "topic")
        @CounterCache
        List<Reply> answers;

        int answersCount;
        int replysCount;
    }

    @Test
    void bothSidesOfAnAssociationAreOneCounterNamedByTheCollection() {
        assertThat(counter(Topic.class, Reply.class)).isEqualTo("Reply.topic -> Topic.answersCount");
    }

    @Entity(name = "Vote")
    static class Vote {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Poll poll;
    }

    @Entity(name = "Poll")
    static class Poll {
        @Id
        long id;

        Short votesCount;
        BigDecimal voteCount;
    }

    @Test
    void withoutACollectionTheCounterIsNamedByTheChild() {
        assertThat(counter(Poll.class, Vote.class)).isEqualTo("Vote.poll -> Poll.votesCount");
    }

    @Entity(name = "Ballot")
    static class Ballot {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Election election;
    }

    @Entity(name = "Election")
    static class Election {
        @Id
        long id;

        BigDecimal ballotCount;
    }

    @Test
    void theSecondNameThatIsTriedHasNoPlural() {
        assertThat(counter(Election.class, Ballot.class)).isEqualTo("Ballot.election -> Election.ballotCount");
    }

    @MappedSuperclass
    abstract static class Owned {
        private Owner owner;

        @ManyToOne
        @CounterCache("thingsCount")
        public Owner getOwner() {
            return owner;
        }

        public void setOwner(Owner owner) {
            this.owner = owner;
        }
    }

    @Entity(name = "Thing")
    static class Thing extends Owned {
        private long id;

        @Id
        public long getId() {
            return id;
        }

        public void setId(long id) {
            this.id = id;
        }
    }

    @MappedSuperclass
    abstract static class Counting {
        Long thingsCount;
    }

    @Entity(name = "Owner")
    static class Owner extends Counting {
        @Id
        long id;
    }

    @Test
    void gettersAndMappedSuperclassesAreRead() {
        assertThat(counter(Owner.class, Thing.class)).isEqualTo("Thing.owner -> Owner.thingsCount");
    }

    @Entity(name = "Transfer")
    static class Transfer {
        @Id
        long id;

        @ManyToOne
        @CounterCache("sentCount")
        @CounterCache("madeCount")
        Account source;

        @ManyToOne
        @CounterCache("receivedCount")
        Account target;
    }

    @Entity(name = "Account")
    static class Account {
        @Id
        long id;

        int sentCount;
        int madeCount;
        int receivedCount;
    }

    @Test
    void aChildMayHaveSeveralCountersOnOneAndOnSeveralAssociations() {
        assertThat(read(Account.class, Transfer.class))
                .extracting(CounterDefinition::counter)
                .containsExactlyInAnyOrder("sentCount", "madeCount", "receivedCount");
    }

    @Entity(name = "Plain")
    static class Plain {
        @Id
        long id;

        @ManyToOne
        Account account;
    }

    @Test
    void withoutADeclarationNothingIsInstalled() {
        try (SessionFactory factory = factory(Plain.class, Account.class)) {
            var listeners =
                    ((SessionFactoryImplementor) factory).getEventEngine().getListenerRegistry();
            assertThat(listeners.getEventListenerGroup(EventType.FLUSH_ENTITY).count())
                    .isEqualTo(1);
            assertThat(listeners.getEventListenerGroup(EventType.AUTO_FLUSH).count())
                    .isEqualTo(1);
            assertThat(listeners.getEventListenerGroup(EventType.POST_UPDATE).count())
                    .isEqualTo(1);
        }
    }

    // ---- what is refused ----

    @Converter
    static class AsText implements jakarta.persistence.AttributeConverter<Integer, String> {
        @Override
        public String convertToDatabaseColumn(Integer count) {
            return count.toString();
        }

        @Override
        public Integer convertToEntityAttribute(String text) {
            return Integer.valueOf(text);
        }
    }

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        long id;

        @Version
        int version;

        @NaturalId
        int number;

        @Formula("1")
        int computed;

        @Convert(converter = AsText.class)
        int text;

        String label;
        float weight;
        int booksTotal;
        BigDecimal worth;

        @OneToMany(mappedBy = "shelf")
        List<Book> books;
    }

    @Embeddable
    static class Place {
        @ManyToOne
        @CounterCache("booksTotal")
        Shelf shelf;
    }

    @Entity(name = "Book")
    static class Book {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Shelf shelf;

        @ManyToOne
        @CounterCache("id")
        Shelf a;

        @ManyToOne
        @CounterCache("version")
        Shelf b;

        @ManyToOne
        @CounterCache("number")
        Shelf c;

        @ManyToOne
        @CounterCache("computed")
        Shelf d;

        @ManyToOne
        @CounterCache("text")
        Shelf e;

        @ManyToOne
        @CounterCache("label")
        Shelf f;

        @ManyToOne
        @CounterCache("weight")
        Shelf g;

        @ManyToOne
        @CounterCache("booksTotal")
        Shelf h;

        @ManyToOne
        @CounterCache("booksTotal")
        Shelf i;

        @CounterCache
        String title;

        @Transient
        @CounterCache
        Shelf nowhere;

        @ManyToMany
        @CounterCache
        Set<Shelf> others;

        @ElementCollection
        @CounterCache
        Set<String> tags;

        @OneToMany
        @CounterCache
        List<Book> sequels;

        @OneToOne(mappedBy = "book")
        @CounterCache("worth")
        Loan loan;

        Place place;
    }

    @Entity(name = "Loan")
    static class Loan {
        @Id
        long id;

        @OneToOne
        Book book;
    }

    @Test
    void allWrongDeclarationsAreReportedTogether() {
        assertThatThrownBy(() -> read(Shelf.class, Book.class, Loan.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 16 wrong counter declarations
                          - Book.shelf: Shelf has no attribute 'booksCount': add it, or name one of its numeric attributes: booksTotal, worth
                          - Book.a: Shelf.id is the identifier: name another attribute
                          - Book.b: Shelf.version is the version: name another attribute
                          - Book.c: Shelf.number is a natural id: name another attribute
                          - Book.d: Shelf.computed is a formula: name an attribute with a column
                          - Book.e: Shelf.text has a converter: name an attribute without one
                          - Book.f: Shelf.label is of type String: a counter is an int, long, short, BigInteger or BigDecimal
                          - Book.g: Shelf.weight is of type Float, which can only hold a total: make it a long, or add 'sum'
                          - Book.i: Shelf.booksTotal is counted by Book.h already: give each its own counter
                          - Book.title: is not an association: put @CounterCache on a @ManyToOne or on a collection
                          - Book.nowhere: is not a persistent attribute: put @CounterCache on an association
                          - Book.others: Book has no attribute 'othersCount': add it
                          - Book.tags: Book has no attribute 'tagsCount': add it
                          - Book.sequels: Book has no attribute 'sequelsCount': add it
                          - Book.loan: is the other side of a @OneToOne: put @CounterCache on the side with the column
                          - Book.place.shelf: Shelf.booksTotal is counted by Book.h already: give each its own counter""");
    }

    @Entity(name = "Stray")
    static class Stray {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Poll poll;

        @ManyToOne
        @CounterCache
        Plain plain;
    }

    @Test
    void whatWasTriedIsNamed() {
        assertThatThrownBy(() -> read(Stray.class, Poll.class, Plain.class, Account.class))
                .hasMessage("""
                        Cannot start: 2 wrong counter declarations
                          - Stray.poll: Poll has no attribute 'straysCount' or 'strayCount': add it, or name one of its numeric attributes: voteCount, votesCount
                          - Stray.plain: Plain has no attribute 'straysCount' or 'strayCount': add it""");
    }

    @Entity(name = "Seat")
    static class Seat {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Hall hall;
    }

    @Entity(name = "Hall")
    @Table(uniqueConstraints = @UniqueConstraint(columnNames = {"name", "seatsCount"}))
    static class Hall {
        @Id
        long id;

        @Column(length = 10)
        String name;

        int seatsCount;
    }

    @Test
    void aCounterInAUniqueIndexIsWarnedAbout() {
        try (LogMessages messages = new LogMessages("io.countercache.hibernate.internal.check.CounterAttribute")) {
            read(Hall.class, Seat.class);
            assertThat(messages.texts())
                    .containsExactly(
                            "Hall.seatsCount is part of a unique constraint or index: while a transaction moves this"
                                    + " counter, no other can insert a child of the row; take it out of the index");
        }
    }
}
