package io.countercache.hibernate.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.condition.Conditional.Address;
import io.countercache.hibernate.condition.Conditional.Author;
import io.countercache.hibernate.condition.Conditional.City;
import io.countercache.hibernate.condition.Conditional.Code;
import io.countercache.hibernate.condition.Conditional.Comment;
import io.countercache.hibernate.condition.Conditional.Embedding;
import io.countercache.hibernate.condition.Conditional.Limits;
import io.countercache.hibernate.condition.Conditional.Pair;
import io.countercache.hibernate.condition.Conditional.Reply;
import io.countercache.hibernate.condition.Conditional.Status;
import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.condition.ConditionRules;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.support.Soak;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A condition is true in memory for exactly the rows that the database finds by it; or it is refused. */
class ConditionTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Author.class, Comment.class, Reply.class, Embedding.class, Pair.class);

    private SessionFactoryImplementor factory() {
        return db.factory().unwrap(SessionFactoryImplementor.class);
    }

    private Condition read(String where) {
        return read(where, Comment.class);
    }

    private Condition read(String where, Class<?> child) {
        EntityPersister persister = factory().getMappingMetamodel().getEntityDescriptor(child.getName());
        return Condition.read(
                where,
                persister,
                factory(),
                new ConditionRules(Databases.of(factory()).likeMatchesUtf16(), TestServer.IS_MARIADB, null),
                Map.of());
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
                "padded",
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
        comment.score = any(
                random, List.of(0.1, 0.1 + 0.2, 0.3, 5.0, -0.0, 0.0, 1e100, TestServer.IS_MARIADB ? 7.0 : Double.NaN));
        comment.weight = any(random, List.of(0.1f, 0.5f, 5f, -0.0f, 16777216f, TestServer.IS_MARIADB ? 7f : Float.NaN));
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
        comment.padded = any(random, List.of("", "a", "a ", "ab", "A", " a", "abcde"));
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
        comment.token = any(random, List.of(Conditional.NOBODY, new UUID(1, 1)));
        comment.sibling = any(random, List.of(Conditional.NOBODY, new UUID(-1, 1)));
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
        if (TestServer.IS_MARIADB) { // which fills a char up only where its collation does
            db.execute("alter table comment modify padded char(5) collate utf8mb4_bin");
        }
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
        return db.fromTransaction(session -> new TreeSet<>(
                session.createSelectionQuery("select this.id from Comment this where " + where, Long.class)
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
        String hql = condition.hql("this");
        assertThat(inMemory).as(where).isEqualTo(found(where));
        assertThat(found(hql)).as(where + " written as " + hql).isEqualTo(inMemory);
        assertThat(read(hql).hql("this")).as(where).isEqualTo(hql);
    }

    private static final String CONSTANTS = "io.countercache.hibernate.condition.Conditional$Limits.";

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
            "padded = 'a'",
            "padded <> 'a'",
            "padded = ''",
            "padded in ('ab')",
            "padded not in ('a')",
            "padded is null",
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
            "status = io.countercache.hibernate.condition.Conditional$Status.PUBLISHED",
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
    @Tag("soak")
    void andWhateverIsMadeOfThem() {
        var comments = comments();
        Random random = new Random(7);
        for (int i = 0; i < Soak.of(500); i++) {
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
                        + " io.countercache.hibernate.condition.Conditional$Status.PUBLISHED)))");
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
            assertThatThrownBy(() -> Condition.read(
                            "local > local datetime 2030-01-31 12:30:00",
                            comment,
                            factory,
                            new ConditionRules(false, false, null),
                            Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("'local' is stored in the time zone of hibernate.jdbc.time_zone: compare an Instant");
        }
    }
}
