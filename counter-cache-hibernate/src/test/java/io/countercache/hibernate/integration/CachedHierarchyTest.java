package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.support.Blog;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Cacheable;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.util.Map;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.annotations.Immutable;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which parents may be cached, and which entries those of a hierarchy have. */
class CachedHierarchyTest {

    @Entity(name = "Medium")
    @Inheritance(strategy = InheritanceType.JOINED)
    @Cacheable(false)
    static class Medium {
        @Id
        @GeneratedValue
        Long id;

        int notesCount;
    }

    @Entity(name = "Book")
    @Cacheable
    static class Book extends Medium {
        int pagesCount;
    }

    @Entity(name = "Note")
    static class Note {
        @Id
        @GeneratedValue
        Long id;

        @Version
        int version;

        @ManyToOne
        @CounterCache
        Medium medium;
    }

    @Entity(name = "Page")
    static class Page {
        @Id
        @GeneratedValue
        Long id;

        @Version
        int version;

        @ManyToOne
        @CounterCache
        Book book;
    }

    /** A table for each class. */
    @Entity(name = "Paper")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    @Cacheable
    abstract static class Paper {
        @Id
        @GeneratedValue
        Long id;

        int marksCount;
    }

    @Entity(name = "Card")
    static class Card extends Paper {}

    @Entity(name = "Sheet")
    static class Sheet extends Paper {}

    @Entity(name = "Mark")
    static class Mark {
        @Id
        @GeneratedValue
        Long id;

        @Version
        int version;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Paper paper;
    }

    @RegisterExtension
    final TestDatabase db = CachedBlog.caching(TestDatabase.with(
            Medium.class, Book.class, Note.class, Page.class, Paper.class, Card.class, Sheet.class, Mark.class));

    private Book found(Long id) {
        return db.fromTransaction(session -> session.find(Book.class, id));
    }

    @Test
    void aSubclassThatAloneIsCachedIsServedWithTheCountersOfTheWholeHierarchy() {
        Book book = db.persist(new Book());
        found(book.id);
        assertThat(db.statementsOf(() -> found(book.id))).isEmpty();
        Note note = new Note();
        note.medium = book;
        db.persist(note);
        assertThat(found(book.id).notesCount).isEqualTo(1);
        Page page = new Page();
        page.book = book;
        db.persist(page);
        assertThat(found(book.id).pagesCount).isEqualTo(1);
        assertThat(db.statementsOf(() -> found(book.id))).isEmpty();
    }

    @Test
    void aParentWithOneOfSeveralTablesIsServedWithItsCounter() {
        Card card = db.persist(new Card());
        db.inTransaction(session -> session.find(Paper.class, card.id));
        db.inTransaction(session -> {
            Mark mark = new Mark();
            mark.paper = session.getReference(Paper.class, card.id);
            session.persist(mark);
        });
        int marks = db.fromTransaction(session -> session.find(Paper.class, card.id).marksCount);
        assertThat(marks).isEqualTo(1);
        assertThat(db.statementsOf(() ->
                        db.inTransaction(session -> assertThat(session.find(Paper.class, card.id).marksCount)
                                .isEqualTo(1))))
                .isEmpty();
    }

    // ---- what never changes has no counter ----

    @Entity(name = "Fixed")
    @Cache(usage = CacheConcurrencyStrategy.READ_ONLY)
    static class Fixed {
        @Id
        Long id;

        int linesCount;
    }

    @Entity(name = "Line")
    static class Line {
        @Id
        Long id;

        @Version
        int version;

        @ManyToOne
        @CounterCache
        Fixed fixed;
    }

    @Entity(name = "Still")
    @Immutable
    @Cacheable
    static class Still {
        @Id
        Long id;

        int wavesCount;
    }

    @Entity(name = "Wave")
    static class Wave {
        @Id
        Long id;

        @Version
        int version;

        @ManyToOne
        @CounterCache
        Still still;
    }

    private static void boot(Map<String, Object> settings, Class<?>... entities) {
        Configuration configuration = new Configuration().setProperty("hibernate.connection.url", "jdbc:h2:mem:none");
        configuration.getProperties().putAll(settings);
        for (Class<?> entity : entities) {
            configuration.addAnnotatedClass(entity);
        }
        configuration.buildSessionFactory().close();
    }

    @Test
    void aParentThatIsCachedAsReadOnlyIsRefused() {
        assertThatThrownBy(() -> boot(Map.of(), Fixed.class, Line.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 1 wrong counter declaration
                          - Line.fixed: Fixed is cached as READ_ONLY, but its counter changes: cache it as READ_WRITE or\
                         NONSTRICT_READ_WRITE""");
    }

    @Test
    void aParentThatIsCachedAsReadOnlyByDefaultIsRefused() {
        Map<String, Object> readOnly = Map.of("hibernate.cache.default_cache_concurrency_strategy", "read-only");
        assertThatThrownBy(() -> boot(readOnly, Still.class, Wave.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 1 wrong counter declaration
                          - Wave.still: Still is cached as READ_ONLY, but its counter changes: cache it as READ_WRITE or\
                         NONSTRICT_READ_WRITE""");
    }

    @Test
    void aParentThatIsNotCachedIsNotRefusedWhateverTheDefaultIs() {
        boot(
                Map.of("hibernate.cache.default_cache_concurrency_strategy", "read-only"),
                Blog.Post.class,
                Blog.Author.class,
                Blog.Comment.class);
    }
}
