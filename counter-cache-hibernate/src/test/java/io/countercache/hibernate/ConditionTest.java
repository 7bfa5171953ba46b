package io.countercache.hibernate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Basic;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.Lob;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.Generated;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.NotFound;
import org.hibernate.annotations.NotFoundAction;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.NumericBooleanConverter;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.YesNoConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A condition is true in memory for exactly the rows that the database finds by it; or it is refused. */
class ConditionTest {

    private static final String ALLOWED =
            "compare attributes of the child by = <> < <= > >=, in, between, like, is null, and, or, not";

    private static final UUID NOBODY = new UUID(0, 0);

    /** Hibernate finds public constants only. */
    public static final class Limits {
        public static final int MANY = 10;
        public static final long LARGE = 3_000_000_000L;
        public static final String SPECIAL = "it's";
        public static final BigDecimal DEAR = new BigDecimal("19.990");
        public static final UUID NOBODY = ConditionTest.NOBODY;

        private Limits() {}
    }

    enum Status {
        DRAFT,
        PUBLISHED,
        HIDDEN
    }

    /** Stored as another text, and null as one, too. */
    record Code(String text) {}

    static class CodeConverter implements AttributeConverter<Code, String> {
        @Override
        public String convertToDatabaseColumn(Code code) {
            return code == null ? "none" : "code:" + code.text();
        }

        @Override
        public Code convertToEntityAttribute(String stored) {
            return "none".equals(stored) ? null : new Code(stored.substring(5));
        }
    }

    static class ShoutingConverter implements AttributeConverter<String, String> {
        @Override
        public String convertToDatabaseColumn(String text) {
            return text == null || text.isEmpty() ? null : text.toUpperCase(Locale.ROOT);
        }

        @Override
        public String convertToEntityAttribute(String stored) {
            return stored;
        }
    }

    @Embeddable
    static class City {
        @Column(name = "city_name")
        String name;

        @Column(name = "city_size")
        Integer size;

        @ManyToOne(fetch = FetchType.LAZY)
        Author mayor;
    }

    @Embeddable
    static class Address {
        String street;

        @Embedded
        City city;
    }

    @Entity(name = "Author")
    static class Author {
        @Id
        Long number;

        @Column(unique = true)
        String name;
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        Long id;

        Byte tiny;
        Short small;
        Integer likes;
        Integer dislikes;
        Long views;
        BigInteger huge;

        @Column(precision = 12, scale = 2)
        BigDecimal price;

        Double score;
        Float weight;
        String title;
        String other;
        Character grade;
        Boolean visible;

        @Convert(converter = YesNoConverter.class)
        Boolean pinned;

        @Convert(converter = NumericBooleanConverter.class)
        Boolean closed;

        @Enumerated(EnumType.STRING)
        Status status;

        @Enumerated(EnumType.STRING)
        Status former;

        @Enumerated(EnumType.ORDINAL)
        Status ordinal;

        @Convert(converter = CodeConverter.class)
        Code code;

        @Convert(converter = ShoutingConverter.class)
        String shout;

        @Column(name = "on_day")
        LocalDate day;

        LocalDateTime local;
        Instant moment;

        @Column(name = "with_offset")
        OffsetDateTime offset;

        ZonedDateTime zoned;
        UUID token;
        UUID sibling;

        @Embedded
        Address address;

        @ManyToOne(fetch = FetchType.LAZY)
        Author author;

        // refused
        @Version
        int version;

        LocalTime time;

        @Column(precision = 10)
        Double rounded;

        BigDecimal unscaled;

        @Column(secondPrecision = 3)
        LocalDateTime coarse;

        @Lob
        String text;

        @JdbcTypeCode(SqlTypes.CHAR)
        @Column(length = 5)
        String padded;

        @JdbcTypeCode(SqlTypes.JSON)
        List<String> json;

        @Column(name = "words")
        String[] array;

        @Formula("likes + 1")
        Integer formula;

        @ColumnTransformer(read = "lower(lowered)")
        String lowered;

        @Column(name = "title", insertable = false, updatable = false)
        String copy;

        @Generated
        @Column(columnDefinition = "integer default 5")
        Integer generated;

        @Basic(fetch = FetchType.LAZY)
        String lazy;

        @ManyToOne
        @JoinColumn(referencedColumnName = "name")
        Author byName;

        @ManyToOne
        @NotFound(action = NotFoundAction.IGNORE)
        Author missing;

        @ManyToOne
        @JoinTable(name = "comment_editor")
        Author editor;

        @ElementCollection
        Set<String> tags = new HashSet<>();
    }

    @Entity(name = "Reply")
    static class Reply extends Comment {
        String reply;
    }

    @Embeddable
    record Key(int major, int minor) {}

    @Entity(name = "Embedding")
    static class Embedding {
        @EmbeddedId
        Key key;
    }

    static class PairId {
        int left;
        int right;

        @Override
        public boolean equals(Object other) {
            return other instanceof PairId pair && pair.left == left && pair.right == right;
        }

        @Override
        public int hashCode() {
            return left + right;
        }
    }

    @Entity(name = "Pair")
    @IdClass(PairId.class)
    static class Pair {
        @Id
        @Column(name = "l")
        int left;

        @Id
        @Column(name = "r")
        int right;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(Author.class, Comment.class, Reply.class, Embedding.class, Pair.class);

    private SessionFactoryImplementor factory() {
        return db.factory().unwrap(SessionFactoryImplementor.class);
    }

    private Condition read(String where) {
        return read(where, Comment.class);
    }

    private Condition read(String where, Class<?> child) {
        EntityPersister persister = factory().getMappingMetamodel().getEntityDescriptor(child.getName());
        return Condition.read(where, persister, factory());
    }

    /** The values of each comment, as they were given to Hibernate. */
    private static Map<String, Object> values(Comment comment) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (String name : List.of(
                "id",
                "tiny",
                "small",
                "likes",
                "dislikes",
                "views",
                "huge",
                "price",
                "score",
                "weight",
                "title",
                "other",
                "grade",
                "visible",
                "pinned",
                "closed",
                "status",
                "former",
                "ordinal",
                "code",
                "shout",
                "day",
                "local",
                "moment",
                "offset",
                "zoned",
                "token",
                "sibling",
                "time",
                "text")) {
            try {
                values.put(name, Comment.class.getDeclaredField(name).get(comment));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(name, e);
            }
        }
        Address address = comment.address;
        City city = address == null ? null : address.city;
        values.put("address.street", address == null ? null : address.street);
        values.put("address.city.name", city == null ? null : city.name);
        values.put("address.city.size", city == null ? null : city.size);
        values.put("address.city.mayor", city == null || city.mayor == null ? null : city.mayor.number);
        values.put("editor", comment.editor == null ? null : comment.editor.number);
        values.put("author", comment.author == null ? null : comment.author.number);
        return values;
    }

    private <T> T any(Random random, List<T> values) {
        int index = random.nextInt(values.size() + 1);
        return index == values.size() ? null : values.get(index);
    }

    private Comment comment(long id, Random random, List<Author> authors) {
        Comment comment = new Comment();
        comment.id = id;
        comment.tiny = any(random, List.of((byte) -1, (byte) 0, (byte) 5));
        comment.small = any(random, List.of((short) 0, (short) 5, (short) 30000));
        comment.likes = any(random, List.of(-5, 0, 5, 10, Integer.MAX_VALUE));
        comment.dislikes = any(random, List.of(0, 5, 10));
        comment.views = any(random, List.of(0L, 5L, Limits.LARGE, Long.MAX_VALUE));
        comment.huge = any(random, List.of(BigInteger.ZERO, BigInteger.TEN.pow(30), BigInteger.valueOf(5)));
        comment.price = any(
                random,
                List.of(
                        new BigDecimal("5"),
                        new BigDecimal("19.99"),
                        new BigDecimal("19.985"),
                        new BigDecimal("-19.985"),
                        new BigDecimal("19.9949"),
                        new BigDecimal("5.000")));
        comment.score = any(random, List.of(0.1, 0.1 + 0.2, 0.3, 5.0, -0.0, 0.0, 1e100, Double.NaN));
        comment.weight = any(random, List.of(0.1f, 0.5f, 5f, -0.0f, 16777216f, Float.NaN));
        comment.title = any(
                random,
                List.of(
                        "",
                        "a",
                        "A",
                        "ab",
                        "ab ",
                        "a%b",
                        "a_b",
                        "a\\b",
                        "it's",
                        "b\u00e9",
                        "\ud83d\ude00",
                        "aXbXc",
                        "a\nb"));
        comment.other = any(random, List.of("", "a", "ab", "A"));
        comment.grade = any(random, List.of('A', 'B', ' ', '\''));
        comment.visible = any(random, List.of(true, false));
        comment.pinned = any(random, List.of(true, false));
        comment.closed = any(random, List.of(true, false));
        comment.status = any(random, List.of(Status.values()));
        comment.former = any(random, List.of(Status.values()));
        comment.ordinal = any(random, List.of(Status.values()));
        comment.code = any(random, List.of(new Code("x"), new Code("y"), new Code("")));
        comment.shout = any(random, List.of("", "a", "A", "b"));
        comment.day = any(
                random,
                List.of(
                        LocalDate.of(2030, 1, 31),
                        LocalDate.of(1999, 12, 31),
                        LocalDate.of(1000, 1, 1),
                        LocalDate.EPOCH));
        LocalDateTime noon = LocalDateTime.of(2030, 1, 31, 12, 30);
        comment.local = any(
                random,
                List.of(
                        noon,
                        noon.plusNanos(123_456_000),
                        noon.plusNanos(123_456_500),
                        noon.plusNanos(123_456_499),
                        noon.minusNanos(1),
                        LocalDateTime.of(1950, 5, 5, 5, 5, 5, 999_999_999)));
        Instant instant = noon.toInstant(ZoneOffset.UTC);
        comment.moment = any(
                random,
                List.of(
                        instant,
                        instant.plusNanos(123_456_000),
                        instant.plusNanos(123_456_500),
                        instant.minusNanos(400),
                        Instant.parse("1950-05-05T05:05:05.999999999Z")));
        comment.offset = any(
                random,
                List.of(
                        instant.atOffset(ZoneOffset.UTC),
                        instant.atOffset(ZoneOffset.ofHours(5)),
                        instant.plusNanos(999).atOffset(ZoneOffset.ofHours(-3)),
                        noon.atOffset(ZoneOffset.ofHours(2))));
        comment.zoned = any(
                random,
                List.of(
                        instant.atZone(ZoneId.of("Europe/Berlin")),
                        instant.minusNanos(1).atZone(ZoneOffset.UTC),
                        noon.atZone(ZoneId.of("Asia/Tokyo"))));
        comment.token = any(random, List.of(NOBODY, new UUID(1, 1)));
        comment.sibling = any(random, List.of(NOBODY, new UUID(-1, 1)));
        comment.editor = any(random, authors);
        comment.author = any(random, authors);
        comment.address = any(random, List.of(new Address(), new Address()));
        if (comment.address != null) {
            comment.address.street = any(random, List.of("High", "Low"));
            comment.address.city = any(random, List.of(new City(), new City()));
            if (comment.address.city != null) {
                comment.address.city.name = any(random, List.of("Rome", "Paris"));
                comment.address.city.size = any(random, List.of(0, 5));
                comment.address.city.mayor = any(random, authors);
            }
        }
        return comment;
    }

    private Map<Long, Map<String, Object>> comments() {
        Random random = new Random(42);
        Map<Long, Map<String, Object>> all = new LinkedHashMap<>();
        db.inTransaction(session -> {
            List<Author> authors = new ArrayList<>();
            for (long id = 1; id <= 3; id++) {
                Author author = new Author();
                author.number = id;
                author.name = "author " + id;
                session.persist(author);
                authors.add(author);
            }
            session.persist(nothing());
            all.put(0L, values(nothing()));
            for (long id = 1; id <= 80; id++) {
                Comment comment = comment(id, random, authors);
                session.persist(comment);
                all.put(id, values(comment));
            }
        });
        return all;
    }

    private static Comment nothing() {
        Comment comment = new Comment();
        comment.id = 0L;
        return comment;
    }

    private Set<Long> found(String where) {
        return db.fromTransaction(
                session -> new TreeSet<>(session.createQuery("select e.id from Comment e where " + where, Long.class)
                        .getResultList()));
    }

    private void assertSame(String where, Map<Long, Map<String, Object>> comments) {
        Condition condition = read(where);
        Set<Long> inMemory = new TreeSet<>();
        comments.forEach((id, values) -> {
            if (condition.isTrue(attribute -> {
                assertThat(condition.attributes()).contains(attribute);
                assertThat(values).containsKey(attribute);
                return values.get(attribute);
            })) {
                inMemory.add(id);
            }
        });
        String hql = condition.hql("e");
        assertThat(inMemory).as(where).isEqualTo(found(where));
        assertThat(found(hql)).as(where + " written as " + hql).isEqualTo(inMemory);
        assertThat(read(condition.hql("this")).hql("e")).as(where).isEqualTo(hql);
    }

    private static final String CONSTANTS = "io.countercache.hibernate.ConditionTest$Limits.";

    private static final List<String> ATOMS = List.of(
            // numbers
            "likes = 5",
            "5 = likes",
            "likes <> 5",
            "likes != 5",
            "likes < 5",
            "5 < likes",
            "likes <= 5",
            "likes > -5",
            "likes >= - 5",
            "likes > -(5)",
            "likes > 4.5",
            "likes = 5.0",
            "likes = 5bd",
            "likes = 5.00bd",
            "likes < 3000000000l",
            "likes < 99999999999999999999bi",
            "likes = 0x5",
            "likes = 1_0",
            "likes = 5f",
            "likes = dislikes",
            "likes < dislikes",
            "likes > views",
            "likes is distinct from dislikes",
            "likes is not distinct from dislikes",
            "likes is distinct from 5",
            "likes in (0, 5)",
            "likes in (5)",
            "likes in ()",
            "likes not in ()",
            "likes not in (0, 5)",
            "likes in (0, null)",
            "likes not in (0, null)",
            "likes in (dislikes, 0)",
            "likes between 0 and 5",
            "likes not between 0 and 5",
            "likes between 5 and 0",
            "likes between dislikes and views",
            "5 between likes and dislikes",
            "likes is null",
            "likes is not null",
            "tiny = 5",
            "tiny < 1000",
            "small = 5",
            "small > 40000",
            "views = 5",
            "views > 3000000000",
            "views = 3000000000L",
            "views < 1e10",
            "huge = 5",
            "huge > 5",
            "huge = 1000000000000000000000000000000bi",
            "huge > views",
            "price = 5",
            "price = 19.99",
            "price = 19.99bd",
            "price = 19.990000bd",
            "price = 19.985bd",
            "price > 19.985bd",
            "price = -19.99",
            "price < likes",
            "price in (5, 19.99)",
            "price between 5 and 19.99",
            "score = 0.1",
            "score = 0.3",
            "score > 0.3",
            "score >= 0.3",
            "score < 0.3",
            "score = 5",
            "score > 5",
            "score = 0",
            "score = -0.0",
            "score = 1e100",
            "score <> 5.0",
            "score in (0.1, 0.3d)",
            "weight = 0.5",
            "weight = 5",
            "weight < 0.5f",
            "weight > 0.5",
            "weight = 0",
            "weight = 16777216",
            // texts
            "title = 'a'",
            "title <> 'a'",
            "title = 'ab'",
            "title = ''",
            "title = 'it''s'",
            "title = \"it's\"",
            "title = 'a\\b'",
            "title = other",
            "title <> other",
            "title is distinct from other",
            "title in ('a', 'ab ')",
            "title not in ('a', 'ab')",
            "title not in ('a', null)",
            "title in (other, 'A')",
            "title is null",
            "title like 'a%'",
            "title not like 'a%'",
            "title like 'a_b'",
            "title like 'a\\_b'",
            "title like 'a\\b'",
            "title like 'a\\%'",
            "title like '%b'",
            "title like 'a%b%c'",
            "title like '%'",
            "title like ''",
            "title like '_'",
            "title like '__'",
            "title like '%\u00e9'",
            "title like 'a!_b' escape '!'",
            "title like 'a!%b' escape '!'",
            "title like 'a\\_b' escape '\\'",
            "title like 'a\\\\b' escape '\\'",
            "title not like 'a!%%' escape '!'",
            "title like '%''%'",
            "grade = 'A'",
            "grade <> 'A'",
            "grade in ('A', '''')",
            "grade is null",
            // truths
            "visible",
            "not visible",
            "visible = true",
            "visible <> true",
            "visible = false",
            "true = visible",
            "visible is true",
            "visible is false",
            "visible is not true",
            "visible is not false",
            "not (visible is not false)",
            "visible is null",
            "visible in (true)",
            "pinned",
            "not pinned",
            "pinned = true",
            "pinned <> true",
            "pinned = false",
            "pinned is null",
            "closed",
            "not closed",
            "closed = true",
            "closed is not null",
            // enums
            "status = PUBLISHED",
            "PUBLISHED = status",
            "status <> PUBLISHED",
            "status = 'PUBLISHED'",
            "status = io.countercache.hibernate.ConditionTest$Status.PUBLISHED",
            "status in (PUBLISHED, DRAFT)",
            "status not in (PUBLISHED, DRAFT)",
            "status in ('PUBLISHED', 'DRAFT')",
            "status not in (PUBLISHED, null)",
            "status = former",
            "status <> former",
            "status is null",
            "ordinal = PUBLISHED",
            "ordinal <> PUBLISHED",
            "ordinal in (HIDDEN)",
            "ordinal is not null",
            // converted
            "code = 'code:x'",
            "code <> 'code:x'",
            "code = 'none'",
            "code in ('code:x', 'none')",
            "code is null",
            "code is not null",
            "shout = 'a'",
            "shout = 'A'",
            "shout <> 'a'",
            "shout is null",
            // dates and times
            "day = local date 2030-01-31",
            "day = {d '2030-01-31'}",
            "day < local date 2030-01-31",
            "day >= {1999-12-31}",
            "day between local date 1000-01-01 and local date 1970-01-01",
            "day in (local date 1970-01-01)",
            "local = local datetime 2030-01-31 12:30:00",
            "local = local datetime 2030-01-31 12:30",
            "local > local datetime 2030-01-31 12:30:00.123456",
            "local = local datetime 2030-01-31 12:30:00.123456",
            "local = local datetime 2030-01-31 12:30:00.123457",
            "local < local datetime 1950-05-05 05:05:06",
            "local = local datetime 1950-05-05 05:05:06",
            "moment = offset datetime 2030-01-31 12:30:00+00:00",
            "moment = offset datetime 2030-01-31 14:30:00+02:00",
            "moment > offset datetime 2030-01-31 12:30:00+00:00",
            "moment = offset datetime 1950-05-05 05:05:06+00:00",
            "moment > zoned datetime 2030-01-31 13:30:00 Europe/Berlin",
            "offset = offset datetime 2030-01-31 12:30:00+00:00",
            "offset > offset datetime 2030-01-31 12:30:00+00:00",
            "offset < offset datetime 2030-01-31 12:30:00.000001+00:00",
            "zoned = offset datetime 2030-01-31 12:30:00+00:00",
            "zoned <= zoned datetime 2030-01-31 13:30:00 Europe/Berlin",
            "moment = offset",
            "moment < zoned",
            "time is null",
            "text is null",
            "id(this) > 10",
            "likes = /* some */ 5",
            // others
            "token = sibling",
            "token <> sibling",
            "token is null",
            "address.street = 'High'",
            "address.city.name <> 'Rome'",
            "address.city.size > 0",
            "address.city.name is null",
            "address.city.mayor is null",
            "address.city.mayor.number = 1",
            "author.number = 1",
            "author.number <> 1",
            "author.number in (1, 2)",
            "author.id = 1",
            "author.number = address.city.mayor.number",
            "author is null",
            "author is not null",
            "editor is null",
            "editor is not null",
            "editor.id <> 1",
            "author.number is null",
            "id > 10",
            "this.likes = 5",
            "this.author.id = 1",
            "this.visible");

    private static final List<String> CONDITIONS = List.of(
            "likes = 5 and title = 'a'",
            "likes = 5 or title = 'a'",
            "not likes = 5",
            "not likes = 5 and visible",
            "not (likes = 5 and visible)",
            "not (likes = 5 or visible)",
            "not not visible",
            "not (not visible)",
            "not (not (likes = 5 or visible))",
            "(likes = 5)",
            "((visible))",
            "likes = 5 or visible and title = 'a'",
            "(likes = 5 or visible) and title = 'a'",
            "not (likes in (0, 5)) and not (title like 'a%')",
            "not (likes between 0 and 5)",
            "not (likes not between 0 and 5)",
            "not (title not like 'a%')",
            "not (status not in (PUBLISHED))",
            "not (likes is null)",
            "not (likes is distinct from dislikes)",
            "likes = " + CONSTANTS + "MANY",
            "views = " + CONSTANTS + "LARGE",
            "title = " + CONSTANTS + "SPECIAL",
            "price = " + CONSTANTS + "DEAR",
            "likes = 5 or id is null");

    @Test
    void everyAtomIsTrueForWhatTheDatabaseFinds() {
        var comments = comments();
        ATOMS.forEach(where -> assertSame(where, comments));
    }

    @Test
    void theOtherConditionsToo() {
        var comments = comments();
        CONDITIONS.forEach(where -> assertSame(where, comments));
    }

    private static String random(Random random, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return ATOMS.get(random.nextInt(ATOMS.size()));
        }
        return switch (random.nextInt(1, 5)) {
            case 1 -> "not (" + random(random, depth - 1) + ")";
            case 2 -> random(random, depth - 1) + " and " + random(random, depth - 1);
            case 3 -> random(random, depth - 1) + " or " + random(random, depth - 1);
            default -> "(" + random(random, depth - 1) + ")";
        };
    }

    @Test
    void andWhateverIsMadeOfThem() {
        var comments = comments();
        Random random = new Random(7);
        for (int i = 0; i < 100; i++) {
            assertSame(random(random, 3), comments);
        }
    }

    @Test
    void saysWhatItLooksAt() {
        assertThat(
                        read("not (address.city.size > likes or author.id in (1, 2)) and author is not null and this.visible")
                                .attributes())
                .containsExactlyInAnyOrder("address.city.size", "likes", "author", "visible");
    }

    @Test
    void isQualifiedForAnotherQuery() {
        assertThat(read("author is null or author.id = 1 and status = PUBLISHED")
                        .hql("child"))
                .isEqualTo("((child.author is null or (child.author.number = 1 and child.status ="
                        + " io.countercache.hibernate.ConditionTest$Status.PUBLISHED)))");
    }

    @Test
    void looksAtThePartsOfAnIdentifier() {
        Condition embedded = read("key.major = 1 and id.minor > 2", Embedding.class);
        assertThat(embedded.attributes()).containsExactlyInAnyOrder("key.major", "key.minor");
        Condition pair = read("left = 1 and right > 2", Pair.class);
        assertThat(pair.attributes()).containsExactlyInAnyOrder("left", "right");
        assertThat(pair.isTrue(Map.of("left", 1, "right", 3)::get)).isTrue();
        assertThat(pair.isTrue(Map.of("left", 1, "right", 2)::get)).isFalse();
    }

    @Test
    void aLocalTimeIsNotComparedWhereHibernateShiftsIt() {
        var shifting = db.configuration().setProperty("hibernate.jdbc.time_zone", "UTC");
        try (var factory = shifting.buildSessionFactory().unwrap(SessionFactoryImplementor.class)) {
            EntityPersister comment = factory.getMappingMetamodel().getEntityDescriptor(Comment.class.getName());
            assertThatThrownBy(() -> Condition.read("local > local datetime 2030-01-31 12:30:00", comment, factory))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("'local' is stored in the time zone of hibernate.jdbc.time_zone: compare an Instant");
        }
    }

    private void refused(String where, String message) {
        assertThatThrownBy(() -> read(where))
                .as(where)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private void notEvaluated(String where, String what) {
        refused(where, "memory cannot evaluate '%s' as the database does: %s".formatted(what, ALLOWED));
    }

    private void unreadable(String where, String reason) {
        refused(
                where,
                "Hibernate cannot read it: %s: write one condition, as in the 'where' of an HQL query on Comment"
                        .formatted(reason));
    }

    @Test
    void whatOnlyTheDatabaseCanEvaluateIsRefused() {
        notEvaluated("lower(title) = 'a'", "lower(title) = 'a'");
        notEvaluated("length(title) > 3", "character_length(title) > 3");
        notEvaluated("title || 'x' = 'a'", "concat(title, 'x') = 'a'");
        notEvaluated("current_date > day", "current_date()");
        notEvaluated("likes + 1 > 5", "likes + 1 > 5");
        notEvaluated("-likes > 5", "-likes > 5");
        notEvaluated("likes in (select 1)", "likes in (select 1 from)");
        notEvaluated(
                "exists (select 1 from Author)",
                "exists (select 1 from io.countercache.hibernate.ConditionTest$Author this)");
        notEvaluated("tags is empty", "tags is empty");
        notEvaluated("'x' member of tags", "'x' member of tags");
        notEvaluated("size(tags) > 3", "size(tags) > 3");
        notEvaluated(
                "token = io.countercache.hibernate.ConditionTest$Limits.NOBODY",
                "'00000000-0000-0000-0000-000000000000'");
        notEvaluated("local = {ts '2030-01-31 12:30:00'}", "'2030-01-31 12:30:00.000000000'");
        notEvaluated("time = local time 12:30:00", "'12:30:00'");
        notEvaluated("treat(this as Reply).reply = 'x'", "treat(this as Reply).reply = 'x'");
        notEvaluated("type(this) = Reply", "type(this) = Reply");
        notEvaluated("type(this) = Comment", "type(this) = Comment");
        notEvaluated("this is null", "this");
        notEvaluated("1 = 1", "1 = 1");
        notEvaluated("true", "true");
        notEvaluated("1 = 1 or likes = 5", "1 = 1");
        notEvaluated("title like other", "other");
        notEvaluated("title like regexp 'a'", "regexp_like()");
        notEvaluated("(likes, dislikes) = (1, 2)", "(likes, dislikes) = (1, 2)");
        notEvaluated("case when visible then 1 else 2 end = 1", "case when visible then 1 else 2 end = 1");
        notEvaluated("cast(likes as string) = '5'", "cast(likes as java.lang.String) = '5'");
        notEvaluated("likes = 0xFFl", "0xFFl");
        notEvaluated("year(day) = 2030", "extract(year from day) = 2030");
        notEvaluated("day > current date", "current_date()");
        notEvaluated("coalesce(likes, 0) > 3", "coalesce(likes, 0) > 3");
        notEvaluated("exists tags", "exists tags");
        notEvaluated("fk(author) = 1", "fk(author) = 1");
        notEvaluated("treat(this as Reply).likes = 5", "treat(this as Reply).likes = 5");
    }

    @Test
    void whatIsNoConditionIsRefused() {
        unreadable("likes = ", "at token '<EOF>', mismatched input '<EOF>'");
        unreadable(
                "likes = 1 order by likes",
                "at token 'order', no viable alternative at input '(likes = 1 *order by likes)'");
        unreadable("likes = 1) or (likes = 2", "at token ')', mismatched input ')'");
        unreadable(
                "1 = 1 group by likes", "at token 'group', no viable alternative at input '(1 = 1 *group by likes)'");
        unreadable("likes = 1; delete", "at token ';', mismatched input ';'");
        unreadable(
                "author.number.x = 5",
                "Could not interpret attribute 'x' of basic-valued path 'io.countercache.hibernate.ConditionTest$Comment.author.number'");
        unreadable(
                "author = 1",
                "Cannot compare left expression of type 'io.countercache.hibernate.ConditionTest$Author' with right expression of type 'java.lang.Integer'");
        unreadable("address = null", "Cannot compare tuples of different lengths");
        unreadable(
                "token = '00000000-0000-0000-0000-000000000000'",
                "Cannot compare left expression of type 'java.util.UUID' with right expression of type 'java.lang.String'");
        unreadable(
                "array = array[1]",
                "Cannot compare left expression of type 'java.lang.String[]' with right expression of type 'java.lang.String'");
        unreadable("nothing = 5", "Could not interpret path expression 'nothing'");
        unreadable(
                "address.nothing = 5",
                "Could not resolve attribute 'nothing' of 'io.countercache.hibernate.ConditionTest$Address'");
        unreadable(
                "this = 5",
                "Cannot compare left expression of type 'io.countercache.hibernate.ConditionTest$Comment' with right expression of type 'java.lang.Integer'");
        unreadable(
                "likes = 'x'",
                "Cannot compare left expression of type 'java.lang.Integer' with right expression of type 'java.lang.String'");
        unreadable(
                "title = 5",
                "Cannot compare left expression of type 'java.lang.String' with right expression of type 'java.lang.Integer'");
        unreadable(
                "visible = 1",
                "Cannot compare left expression of type 'java.lang.Boolean' with right expression of type 'java.lang.Integer'");
        unreadable("status = NOTHING", "Could not interpret path expression 'NOTHING'");
        unreadable(
                "ordinal = 'DRAFT'",
                "Cannot compare left expression of type 'io.countercache.hibernate.ConditionTest$Status' with right expression of type 'java.lang.String'");
        unreadable(
                "price like '5%'",
                "Operand of 'like' is of type 'java.math.BigDecimal' which is not a string (its JDBC type code is not string-like)");
        unreadable("likes = 09", "For input string: \"9\" under radix 8");
        unreadable(
                "likes like '5'",
                "Operand of 'like' is of type 'java.lang.Integer' which is not a string (its JDBC type code is not string-like)");
        unreadable("likes = 5 -- x", "Could not interpret path expression 'x'");
        unreadable("likes = 5 // x", "at token '/', extraneous input '/'");
        unreadable("likes = 5 /* x", "at token '*', extraneous input '*'");
        unreadable(
                "json = 'x'",
                "Cannot compare left expression of type 'java.util.List<java.lang.String>' with right expression of type 'java.lang.String'");
    }

    @Test
    void whatMemoryWouldAnswerDifferentlyIsRefused() {
        refused("likes = :p", "it has parameters: write their values");
        refused("likes = ?1", "it has parameters: write their values");
        refused("likes in :p", "it has parameters: write their values");
        refused("likes in (:p)", "it has parameters: write their values");
        refused(
                "author.name = 'x'",
                "'author.name' is in another row, that of the Author: name an attribute of the child, or author.number");
        refused(
                "address.city.mayor.name = 'x'",
                "'address.city.mayor.name' is in another row, that of the Author: name an attribute of the child, or address.city.mayor.number");
        refused("author = byName", "'byName' is not a single column with the id of an entity: name another attribute");
        refused("author = null", "'author' is compared with null, which is never true: use 'is null' or 'is not null'");
        refused(
                "byName.name = 'x'",
                "'byName' is not a single column with the id of an entity: name another attribute");
        refused("byName is null", "'byName' is not a single column with the id of an entity: name another attribute");
        refused("missing is null", "'missing' is not a single column with the id of an entity: name another attribute");
        refused("missing.id = 1", "'missing' is not a single column with the id of an entity: name another attribute");
        refused("address is null", "'address' is an embeddable: name its attributes one by one");
        refused(
                "title < 'b'",
                "'title' has not the same order in memory as in the database, or none: compare it with = or <>");
        refused(
                "title between 'a' and 'b'",
                "'title' has not the same order in memory as in the database, or none: compare it with = or <>");
        refused(
                "status < PUBLISHED",
                "'status' has not the same order in memory as in the database, or none: compare it with = or <>");
        refused(
                "visible > false",
                "'visible' has not the same order in memory as in the database, or none: compare it with = or <>");
        refused(
                "pinned > false",
                "'pinned' has not the same order in memory as in the database, or none: compare it with = or <>");
        refused(
                "code > 'x'",
                "'code' has not the same order in memory as in the database, or none: compare it with = or <>");
        refused(
                "token < sibling",
                "'token' has not the same order in memory as in the database, or none: compare it with = or <>");
        refused(
                "day = local datetime 2030-01-31 12:30:00",
                "'day' cannot be compared with '2030-01-31T12:30' in memory as in the database: compare it with a date such as {d '2030-01-31'} or local date 2030-01-31");
        refused(
                "local > local date 2030-01-31",
                "'local' cannot be compared with '2030-01-31' in memory as in the database: compare it with a local datetime 2030-01-31 12:30:00, of at most 6 digits after the second");
        refused(
                "moment > local datetime 2030-01-31 12:30:00",
                "'moment' cannot be compared with '2030-01-31T12:30' in memory as in the database: compare it with an offset datetime 2030-01-31 12:30:00+00:00, of at most 6 digits after the second");
        refused(
                "local > offset datetime 2030-01-31 12:30:00+00:00",
                "'local' cannot be compared with '2030-01-31T12:30Z' in memory as in the database: compare it with a local datetime 2030-01-31 12:30:00, of at most 6 digits after the second");
        refused(
                "local = moment",
                "'local' is compared with 'moment', which is not stored in the same way: compare it with a local datetime 2030-01-31 12:30:00, of at most 6 digits after the second");
        refused(
                "local = local datetime 2030-01-31 12:30:00.1234567",
                "'local' cannot be compared with '2030-01-31T12:30:00.123456700' in memory as in the database: compare it with a local datetime 2030-01-31 12:30:00, of at most 6 digits after the second");
        refused(
                "rounded = 5",
                "'rounded' cannot be compared with '5' in memory as in the database: compare it with nothing but null by 'is null', or, if it is a BigDecimal, give its @Column a scale");
        refused(
                "unscaled = 5",
                "'unscaled' cannot be compared with '5' in memory as in the database: compare it with nothing but null by 'is null', or, if it is a BigDecimal, give its @Column a scale");
        refused(
                "coarse = local datetime 2030-01-31 12:30:00",
                "'coarse' cannot be compared with '2030-01-31T12:30' in memory as in the database: compare it with nothing but null by 'is null', or, if it is a BigDecimal, give its @Column a scale");
        refused(
                "text = 'x'",
                "'text' cannot be compared with 'x' in memory as in the database: compare it with nothing but null by 'is null', or, if it is a BigDecimal, give its @Column a scale");
        refused("text like 'x'", "'text' is not stored as a text: compare it with = or <>");
        refused(
                "padded = 'a'",
                "'padded' cannot be compared with 'a' in memory as in the database: compare it with nothing but null by 'is null', or, if it is a BigDecimal, give its @Column a scale");
        refused("formula = 5", "'formula' is a formula, which the database computes: name attributes with a column");
        refused(
                "lowered = 'x'",
                "'lowered' has a @ColumnTransformer, or is written by a function as JSON is: name an attribute that is not");
        refused("copy = 'x'", "'copy' does not write its column: name the attribute that does");
        refused(
                "generated = 5",
                "'generated' is generated by the database: name an attribute that is written from memory");
        refused("version = 5", "'version' is the version, which also moves unseen: name another attribute");
        refused("reply = 'x'", "'reply' is no attribute of Comment itself: name one of its own");
        refused("likes = null", "'likes' is compared with null, which is never true: use 'is null' or 'is not null'");
        refused(
                "visible = null",
                "'visible' is compared with null, which is never true: use 'is null' or 'is not null'");
        refused(
                "status = 'NOTHING'",
                "'status' cannot be compared with 'NOTHING' in memory as in the database: compare it with a constant of its enum");
        refused(
                "ordinal = 1",
                "'ordinal' cannot be compared with '1' in memory as in the database: compare it with a constant of its enum");
        refused(
                "code = 5",
                "'code' cannot be compared with '5' in memory as in the database: compare it with a value that its converter takes");
        refused(
                "score = 0.12345678901234567",
                "'score' cannot be compared with '0.12345678901234567' in memory as in the database: compare it with a number of at most 15 digits");
        refused(
                "score = price",
                "'score' is compared with 'price', which is not stored in the same way: compare it with a number of at most 15 digits");
        refused(
                "score = likes",
                "'score' is compared with 'likes', which is not stored in the same way: compare it with a number of at most 15 digits");
        refused(
                "weight = 0.1",
                "'weight' cannot be compared with '0.1' in memory as in the database: compare it with a number that a float holds exactly, such as 0.5");
        refused(
                "weight = score",
                "'weight' is compared with 'score', which is not stored in the same way: compare it with a number that a float holds exactly, such as 0.5");
        refused(
                "grade = 'AB'",
                "'grade' cannot be compared with 'AB' in memory as in the database: compare it with a text of one character, not a space");
        refused(
                "grade = ' '",
                "'grade' cannot be compared with ' ' in memory as in the database: compare it with a text of one character, not a space");
        refused(
                "title like 'a!' escape '!'",
                "the escape character '!' has to stand before '%', '_' or itself: double it");
        refused(
                "title like 'a!b' escape '!'",
                "the escape character '!' has to stand before '%', '_' or itself: double it");
        refused("title ilike 'a'", "'title' is compared without case, which databases do differently: use 'like'");
        refused(
                "pinned is true",
                "'pinned' is not stored as a boolean: compare it with = or <>, or ask whether it is null");
        refused("status like 'P%'", "'status' is not stored as a text: compare it with = or <>");
        refused(
                "code = other",
                "'code' is compared with 'other', which is not stored in the same way: compare it with a value that its converter takes");
        refused(
                "shout = title",
                "'shout' is compared with 'title', which is not stored in the same way: compare it with a value that its converter takes");
        refused(
                "status = ordinal",
                "'status' is compared with 'ordinal', which is not stored in the same way: compare it with a constant of its enum");
    }
}
