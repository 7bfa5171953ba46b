package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Converter;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapsId;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OneToOne;
import jakarta.persistence.Table;
import jakarta.persistence.UniqueConstraint;
import java.io.Serializable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.NaturalId;
import org.hibernate.annotations.Type;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.WrapperOptions;
import org.hibernate.usertype.EnhancedUserType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ids and foreign keys of every kind, of children and of parents. */
@SuppressWarnings("serial")
class IdMappingsTest {

    private static final AtomicLong IDS = new AtomicLong();

    private static long next() {
        return IDS.incrementAndGet();
    }

    // ---- ids of several columns ----

    @Embeddable
    record SeatKey(String hall, long number) implements Serializable {}

    @Entity(name = "Seat")
    static class Seat {
        @EmbeddedId
        SeatKey key = new SeatKey("hall " + next() % 3, next());

        int ticketsCount;

        @OneToMany(mappedBy = "seat", cascade = CascadeType.ALL)
        List<Ticket> tickets = new ArrayList<>();
    }

    @Entity(name = "Ticket")
    static class Ticket {
        @EmbeddedId
        SeatKey key = new SeatKey("ticket", next());

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Seat seat;
    }

    record AisleKey(String hall, Long number) implements Serializable {}

    @Entity(name = "Aisle")
    @IdClass(AisleKey.class)
    static class Aisle {
        @Id
        String hall = "hall " + next() % 3;

        @Id
        Long number = next();

        Long lampsCount;
    }

    static class LampKey implements Serializable {
        String maker;
        long serial;

        @Override
        public boolean equals(Object other) {
            return other instanceof LampKey key && key.serial == serial && Objects.equals(key.maker, maker);
        }

        @Override
        public int hashCode() {
            return Objects.hash(maker, serial);
        }
    }

    @Entity(name = "Lamp")
    @IdClass(LampKey.class)
    static class Lamp {
        @Id
        String maker = "maker";

        @Id
        long serial = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "aisle_hall", referencedColumnName = "hall")
        @JoinColumn(name = "aisle_number", referencedColumnName = "number")
        @CounterCache
        Aisle aisle;
    }

    // ---- parents whose id has another entity in it ----

    @Entity(name = "Order")
    @Table(name = "orders")
    static class Order {
        @Id
        Long id = next();

        @NaturalId(mutable = true)
        String name = "order " + id;
    }

    record LineKey(Long order, int number) implements Serializable {}

    @Entity(name = "Line")
    @IdClass(LineKey.class)
    static class Line {
        @Id
        @ManyToOne(fetch = FetchType.LAZY, cascade = CascadeType.PERSIST)
        @JoinColumn(name = "order_id")
        Order order = new Order();

        @Id
        int number = 7;

        int notesCount;
    }

    @Entity(name = "Note")
    static class Note {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Line line;
    }

    @Embeddable
    record StepKey(Long orderId, int number) implements Serializable {}

    @Entity(name = "Step")
    static class Step {
        @EmbeddedId
        StepKey key = new StepKey(null, 3);

        @MapsId("orderId")
        @ManyToOne(fetch = FetchType.LAZY, cascade = CascadeType.PERSIST)
        Order order = new Order();

        int tracesCount;
    }

    @Entity(name = "Trace")
    static class Trace {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Step step;
    }

    @Entity(name = "Invoice")
    static class Invoice {
        @Id
        Long id;

        @MapsId
        @OneToOne(fetch = FetchType.LAZY, cascade = CascadeType.PERSIST)
        Order order = new Order();

        int paymentsCount;
    }

    @Entity(name = "Payment")
    static class Payment {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Invoice invoice;
    }

    // ---- foreign keys to other columns than the id ----

    @Entity(name = "Country")
    @Table(uniqueConstraints = @UniqueConstraint(columnNames = {"continent", "code"}))
    static class Country implements Serializable {
        @Id
        Long id = next();

        @Column(unique = true, nullable = false)
        String iso = "iso " + id;

        String continent = "continent";
        String code = "code " + id;

        int citiesCount;
        int riversCount;
    }

    @Entity(name = "City")
    static class City {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "country_iso", referencedColumnName = "iso")
        @CounterCache("citiesCount")
        Country country;
    }

    @Entity(name = "River")
    static class River {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "country_continent", referencedColumnName = "continent")
        @JoinColumn(name = "country_code", referencedColumnName = "code")
        @CounterCache
        Country country;
    }

    // ---- one to one ----

    @Entity(name = "Captain")
    static class Captain {
        @Id
        Long id = next();

        @NaturalId
        String name = "captain " + id;

        int shipsCount;
    }

    @Entity(name = "Ship")
    static class Ship {
        @Id
        Long id = next();

        @NaturalId(mutable = true)
        String name = "ship " + id;

        @OneToOne(fetch = FetchType.LAZY)
        @CounterCache
        Captain captain;
    }

    // ---- ids of types that Hibernate does not know ----

    record Isbn(String text) implements Serializable {}

    @Converter
    static class IsbnConverter implements AttributeConverter<Isbn, String> {
        @Override
        public String convertToDatabaseColumn(Isbn isbn) {
            return isbn == null ? null : isbn.text();
        }

        @Override
        public Isbn convertToEntityAttribute(String text) {
            return text == null ? null : new Isbn(text);
        }
    }

    static class IsbnType implements EnhancedUserType<Isbn> {
        @Override
        public int getSqlType() {
            return SqlTypes.VARCHAR;
        }

        @Override
        public Class<Isbn> returnedClass() {
            return Isbn.class;
        }

        @Override
        public Isbn nullSafeGet(ResultSet rows, int position, WrapperOptions options) throws SQLException {
            String text = rows.getString(position);
            return text == null ? null : new Isbn(text);
        }

        @Override
        public void nullSafeSet(PreparedStatement statement, Isbn isbn, int position, WrapperOptions options)
                throws SQLException {
            statement.setString(position, isbn == null ? null : isbn.text());
        }

        // ---- what 6.6 asks for ----

        @SuppressWarnings({"MissingOverride", "removal"})
        public Isbn nullSafeGet(ResultSet rows, int position, SharedSessionContractImplementor session, Object owner)
                throws SQLException {
            return nullSafeGet(rows, position, (WrapperOptions) session);
        }

        @SuppressWarnings({"MissingOverride", "removal"})
        public void nullSafeSet(
                PreparedStatement statement, Isbn isbn, int position, SharedSessionContractImplementor session)
                throws SQLException {
            nullSafeSet(statement, isbn, position, (WrapperOptions) session);
        }

        @Override
        public boolean equals(Isbn isbn, Isbn other) {
            return Objects.equals(isbn, other);
        }

        @Override
        public int hashCode(Isbn isbn) {
            return Objects.hashCode(isbn);
        }

        @Override
        public Serializable disassemble(Isbn isbn) {
            return isbn;
        }

        @Override
        public Isbn assemble(Serializable cached, Object owner) {
            return (Isbn) cached;
        }

        // ---- as text ----

        @Override
        public String toSqlLiteral(Isbn isbn) {
            return "'" + isbn.text() + "'";
        }

        @Override
        public String toString(Isbn isbn) {
            return isbn.text();
        }

        @Override
        public Isbn fromStringValue(CharSequence text) {
            return new Isbn(text.toString());
        }

        @Override
        public Isbn deepCopy(Isbn isbn) {
            return isbn;
        }

        @Override
        public boolean isMutable() {
            return false;
        }
    }

    enum Shelf {
        FIRST,
        SECOND
    }

    @Embeddable
    static class BookKey implements Serializable {
        @Convert(converter = IsbnConverter.class)
        Isbn isbn = new Isbn("isbn " + next());

        @Enumerated(EnumType.STRING)
        Shelf shelf = next() % 2 == 0 ? Shelf.FIRST : Shelf.SECOND;

        @JdbcTypeCode(SqlTypes.VARCHAR)
        UUID uuid = new UUID(0, next());

        @Override
        public boolean equals(Object other) {
            return other instanceof BookKey key
                    && Objects.equals(key.isbn, isbn)
                    && key.shelf == shelf
                    && Objects.equals(key.uuid, uuid);
        }

        @Override
        public int hashCode() {
            return Objects.hash(isbn, shelf, uuid);
        }
    }

    @Entity(name = "Book")
    static class Book {
        @EmbeddedId
        BookKey key = new BookKey();

        int pagesCount;
    }

    @Entity(name = "Page")
    static class Page {
        @Id
        @Type(IsbnType.class)
        Isbn id = new Isbn("page " + next());

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Book book;

        int wordsCount;
    }

    @Entity(name = "Word")
    static class Word {
        @Id
        @JdbcTypeCode(SqlTypes.CHAR)
        UUID id = new UUID(0, next());

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Page page;

        int lettersCount;
    }

    @Entity(name = "Letter")
    static class Letter {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Word word;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Seat.class,
            Ticket.class,
            Aisle.class,
            Lamp.class,
            Order.class,
            Line.class,
            Note.class,
            Step.class,
            Trace.class,
            Invoice.class,
            Payment.class,
            Country.class,
            City.class,
            River.class,
            Captain.class,
            Ship.class,
            Book.class,
            Page.class,
            Word.class,
            Letter.class);

    @Test
    void idsThatAreEmbeddedRecordsAreCounted() {
        new CountedLife<>(
                        db,
                        Seat.class,
                        Seat::new,
                        Ticket::new,
                        (ticket, seat) -> ticket.seat = seat,
                        seat -> seat.ticketsCount,
                        "update seat set tickets_count = 9")
                .isRemovedWithItsParent()
                .isLived();
    }

    @Test
    void idsOfAnIdClassAreCounted() {
        new CountedLife<>(
                        db,
                        Aisle.class,
                        Aisle::new,
                        Lamp::new,
                        (lamp, aisle) -> lamp.aisle = aisle,
                        aisle -> aisle.lampsCount,
                        "update aisle set lamps_count = 9")
                .isLived();
    }

    @Test
    @SinceHibernate(value = "7.2", because = "an id class that is a record cannot have the id of an entity")
    void parentsWithAnEntityInTheirIdClassAreCounted() {
        new CountedLife<>(
                        db,
                        Line.class,
                        Line::new,
                        Note::new,
                        (note, line) -> note.line = line,
                        line -> line.notesCount,
                        "update line set notes_count = 9")
                .isLived();
    }

    @Test
    void parentsWithAPartOfTheirIdFromAnotherEntityAreCounted() {
        new CountedLife<>(
                        db,
                        Step.class,
                        Step::new,
                        Trace::new,
                        (trace, step) -> trace.step = step,
                        step -> step.tracesCount,
                        "update step set traces_count = 9")
                .isLived();
    }

    @Test
    void parentsThatShareTheIdOfAnotherEntityAreCounted() {
        new CountedLife<>(
                        db,
                        Invoice.class,
                        Invoice::new,
                        Payment::new,
                        (payment, invoice) -> payment.invoice = invoice,
                        invoice -> invoice.paymentsCount,
                        "update invoice set payments_count = 9")
                .isLived();
    }

    @Test
    void foreignKeysToAUniqueColumnAreCounted() {
        new CountedLife<>(
                        db,
                        Country.class,
                        Country::new,
                        City::new,
                        (city, country) -> city.country = country,
                        country -> country.citiesCount,
                        "update country set cities_count = 9")
                .isLived();
    }

    @Test
    void foreignKeysToSeveralUniqueColumnsAreCounted() {
        new CountedLife<>(
                        db,
                        Country.class,
                        Country::new,
                        River::new,
                        (river, country) -> river.country = country,
                        country -> country.riversCount,
                        "update country set rivers_count = 9")
                .isNotUpdatedInBulk()
                .isLived();
    }

    private List<Long> counts(String column, Captain... captains) {
        return Stream.of(captains)
                .map(captain -> db.number("select %s from captain where id = %d".formatted(column, captain.id)))
                .toList();
    }

    @Test
    void oneToOnesAndNaturalIdsAreCounted() {
        Captain one = db.persist(new Captain());
        Captain other = db.persist(new Captain());
        Ship ship = new Ship();
        ship.captain = one;
        db.persist(ship);
        assertThat(counts("ships_count", one, other)).containsExactly(1L, 0L);
        db.inTransaction(
                session -> session.find(Ship.class, ship.id).captain = session.getReference(Captain.class, other.id));
        assertThat(counts("ships_count", one, other)).containsExactly(0L, 1L);
        ship.captain = null;
        db.inTransaction(session -> session.merge(ship));
        assertThat(counts("ships_count", one, other)).containsExactly(0L, 0L);
        ship.captain = one;
        db.inTransaction(session -> session.merge(ship));
        assertThat(counts("ships_count", one, other)).containsExactly(1L, 0L);
        db.execute("update captain set ships_count = 9");
        assertThat(CounterRepair.of(db.factory(), Captain.class).repair().drifted())
                .isEqualTo(2);
        db.inTransaction(session -> session.remove(session.getReference(Ship.class, ship.id)));
        assertThat(counts("ships_count", one, other)).containsExactly(0L, 0L);
    }

    @Test
    @SinceHibernate("7.2")
    void oneToOnesAndNaturalIdsAreCountedInAStatelessSession() {
        Captain captain = db.persist(new Captain());
        Ship ship = db.persist(new Ship());
        ship.captain = captain;
        db.factory().inStatelessTransaction(session -> session.update(ship));
        assertThat(counts("ships_count", captain)).containsExactly(1L);
    }

    @Test
    void idsWithConvertersAreCounted() {
        assumeFalse(TestServer.IS_PORTABLE, "PostgreSQL does not compare the literals that Hibernate writes for them");
        new CountedLife<>(
                        db,
                        Book.class,
                        Book::new,
                        Page::new,
                        (page, book) -> page.book = book,
                        book -> book.pagesCount,
                        "update book set pages_count = 9")
                .isLived();
        new CountedLife<>(
                        db,
                        Page.class,
                        Page::new,
                        Word::new,
                        (word, page) -> word.page = page,
                        page -> page.wordsCount,
                        "update page set words_count = 9")
                .isLived();
        new CountedLife<>(
                        db,
                        Word.class,
                        Word::new,
                        Letter::new,
                        (letter, word) -> letter.word = word,
                        word -> word.lettersCount,
                        "update word set letters_count = 9")
                .isLived();
    }
}
