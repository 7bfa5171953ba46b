package io.countercache.hibernate.condition;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.hibernate.condition.Conditional.Author;
import io.countercache.hibernate.condition.Conditional.Comment;
import io.countercache.hibernate.condition.Conditional.Embedding;
import io.countercache.hibernate.condition.Conditional.Pair;
import io.countercache.hibernate.condition.Conditional.Reply;
import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.condition.ConditionRules;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.Map;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Conditions that memory could not answer as the database does, and texts that are none. */
class ConditionRefusalTest {

    private static final String ALLOWED =
            "compare attributes of the child by = <> < <= > >=, in, between, like, is null, and, or, not";

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
        return Condition.read(
                where,
                persister,
                factory(),
                new ConditionRules(Databases.of(factory()).likeMatchesUtf16(), TestServer.IS_MARIADB, null),
                Map.of());
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

    /** Of a text that HQL does not know, the parser of older versions says it in other words. */
    private void unreadable(String where, String reason, String beforeVersion71) {
        unreadable(where, HibernateVersions.isSince("7.1") ? reason : beforeVersion71);
    }

    /** Older versions write literals of these types without quotes. */
    private void literalNotEvaluated(String where, String what) {
        notEvaluated(where, HibernateVersions.isSince("7.0") ? "'" + what + "'" : what);
    }

    private void unknown(String where, String reason) {
        assertThatThrownBy(() -> read(where))
                .as(where)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Hibernate cannot read it: %s: name attributes of Comment: ".formatted(reason))
                .hasMessageContaining(", likes, ");
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
                "exists (select 1 from io.countercache.hibernate.condition.Conditional$Author this)");
        notEvaluated("tags is empty", "tags is empty");
        notEvaluated("'x' member of tags", "'x' member of tags");
        notEvaluated("size(tags) > 3", "size(tags) > 3");
        literalNotEvaluated(
                "token = io.countercache.hibernate.condition.Conditional$Limits.NOBODY",
                "00000000-0000-0000-0000-000000000000");
        literalNotEvaluated("local = {ts '2030-01-31 12:30:00'}", "2030-01-31 12:30:00.000000000");
        literalNotEvaluated("time = local time 12:30:00", "12:30:00");
        notEvaluated("treat(this as Reply).reply = 'x'", "treat(this as Reply).reply = 'x'");
        notEvaluated("type(this) = Reply", "type(this) = Reply");
        notEvaluated("type(this) = Comment", "type(this) = Comment");
        notEvaluated("this is null", "this");
        notEvaluated("1 = 1", "1 = 1");
        notEvaluated("true", "true");
        notEvaluated("1 = 1 or likes = 5", "1 = 1");
        notEvaluated("title like other", "other");
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
    @SinceHibernate(value = "7.2", because = "HQL has no regular expressions before")
    void aRegularExpressionIsRefused() {
        notEvaluated("title like regexp 'a'", "regexp_like()");
    }

    @Test
    void whatIsNoConditionIsRefused() {
        unreadable(
                "likes = ",
                "at token '<EOF>', mismatched input '<EOF>'",
                "at token '<EOF>', no viable alternative at input 'likes = *'");
        unreadable(
                "likes = 1 order by likes",
                "at token 'order', no viable alternative at input '(likes = 1 *order by likes)'");
        unreadable("likes = 1) or (likes = 2", "at token ')', mismatched input ')'");
        unreadable(
                "1 = 1 group by likes", "at token 'group', no viable alternative at input '(1 = 1 *group by likes)'");
        unreadable("likes = 1; delete", "at token ';', mismatched input ';'");
        unknown(
                "author.number.x = 5",
                "Could not interpret attribute 'x' of basic-valued path 'io.countercache.hibernate.condition.Conditional$Comment.author.number'");
        unreadable(
                "author = 1",
                "Cannot compare left expression of type 'io.countercache.hibernate.condition.Conditional$Author' with right expression of type 'java.lang.Integer'");
        unreadable("address = null", "Cannot compare tuples of different lengths");
        if (TestServer.IS_MARIADB) { // Hibernate has ids of this kind as texts there
            refused(
                    "token = '00000000-0000-0000-0000-000000000000'",
                    "'token' cannot be compared with '00000000-0000-0000-0000-000000000000' in memory as in the database: compare it with an attribute of the same type");
        } else {
            unreadable(
                    "token = '00000000-0000-0000-0000-000000000000'",
                    "Cannot compare left expression of type 'java.util.UUID' with right expression of type 'java.lang.String'");
        }
        unreadable(
                "array = array[1]",
                TestServer.IS_MARIADB // which has no arrays
                        ? "array_get"
                        : "Cannot compare left expression of type 'java.lang.String[]' with right expression of type 'java.lang.String'");
        unknown("nothing = 5", "Could not interpret path expression 'nothing'");
        unknown(
                "address.nothing = 5",
                "Could not resolve attribute 'nothing' of 'io.countercache.hibernate.condition.Conditional$Address'");
        unreadable(
                "this = 5",
                "Cannot compare left expression of type 'io.countercache.hibernate.condition.Conditional$Comment' with right expression of type 'java.lang.Integer'");
        unreadable(
                "likes = 'x'",
                "Cannot compare left expression of type 'java.lang.Integer' with right expression of type 'java.lang.String'");
        unreadable(
                "title = 5",
                "Cannot compare left expression of type 'java.lang.String' with right expression of type 'java.lang.Integer'");
        unreadable(
                "visible = 1",
                "Cannot compare left expression of type 'java.lang.Boolean' with right expression of type 'java.lang.Integer'");
        unknown("status = NOTHING", "Could not interpret path expression 'NOTHING'");
        unreadable(
                "ordinal = 'DRAFT'",
                "Cannot compare left expression of type 'io.countercache.hibernate.condition.Conditional$Status' with right expression of type 'java.lang.String'");
        unreadable(
                "price like '5%'",
                "Operand of 'like' is of type 'java.math.BigDecimal' which is not a string (its JDBC type code is not string-like)");
        unreadable("likes = 09", "For input string: \"9\" under radix 8");
        unreadable(
                "likes like '5'",
                "Operand of 'like' is of type 'java.lang.Integer' which is not a string (its JDBC type code is not string-like)");
        unknown("likes = 5 -- x", "Could not interpret path expression 'x'");
        unreadable(
                "likes = 5 // x",
                "at token '/', extraneous input '/'",
                "at token '/', no viable alternative at input 'likes = 5 /*/ x'");
        unreadable(
                "likes = 5 /* x",
                "at token '*', extraneous input '*'",
                "at token '*', no viable alternative at input 'likes = 5 /** x'");
    }

    @Test
    void whatIsStoredAsJsonIsNotCompared() {
        if (TestServer.IS_MARIADB) { // Hibernate writes it by a function there
            refused(
                    "json = 'x'",
                    "'json' has a @ColumnTransformer, or is written by a function as JSON is: name an attribute that is not");
        } else if (HibernateVersions.isSince("7.0")) {
            unreadable(
                    "json = 'x'",
                    "Cannot compare left expression of type 'java.util.List<java.lang.String>' with right expression of type 'java.lang.String'");
        } else {
            refused(
                    "json = 'x'",
                    "'json' cannot be compared with 'x' in memory as in the database: compare it with null only, by 'is null', or give its @Column a scale if it is a BigDecimal");
        }
    }

    @Test
    @SinceHibernate(value = "7.0", because = "Jakarta Persistence has this precision since 3.2")
    void whatMemoryHasMorePreciselyIsRefused() {
        refused(
                "coarseToo = local datetime 2030-01-31 12:30:00",
                "'coarseToo' cannot be compared with '2030-01-31T12:30' in memory as in the database: compare it with null only, by 'is null', or give its @Column a scale if it is a BigDecimal");
    }

    @Test
    void whatMemoryWouldAnswerDifferentlyIsRefused() {
        refused("likes = :p", "it has parameters: write the values instead");
        refused("likes = ?1", "it has parameters: write the values instead");
        refused("likes in :p", "it has parameters: write the values instead");
        refused("likes in (:p)", "it has parameters: write the values instead");
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
                "'title' has no order, or not the same in memory as in the database: compare it with = or <>");
        refused(
                "title between 'a' and 'b'",
                "'title' has no order, or not the same in memory as in the database: compare it with = or <>");
        refused(
                "status < PUBLISHED",
                "'status' has no order, or not the same in memory as in the database: compare it with = or <>");
        refused(
                "visible > false",
                "'visible' has no order, or not the same in memory as in the database: compare it with = or <>");
        refused(
                "pinned > false",
                "'pinned' has no order, or not the same in memory as in the database: compare it with = or <>");
        refused(
                "code > 'x'",
                "'code' has no order, or not the same in memory as in the database: compare it with = or <>");
        refused(
                "token < sibling",
                "'token' has no order, or not the same in memory as in the database: compare it with = or <>");
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
                "'rounded' cannot be compared with '5' in memory as in the database: compare it with null only, by 'is null', or give its @Column a scale if it is a BigDecimal");
        refused(
                "unscaled = 5",
                "'unscaled' cannot be compared with '5' in memory as in the database: compare it with null only, by 'is null', or give its @Column a scale if it is a BigDecimal");
        refused(
                "coarse = local datetime 2030-01-31 12:30:00",
                "'coarse' cannot be compared with '2030-01-31T12:30' in memory as in the database: compare it with null only, by 'is null', or give its @Column a scale if it is a BigDecimal");
        refused(
                "text = 'x'",
                "'text' cannot be compared with 'x' in memory as in the database: compare it with null only, by 'is null', or give its @Column a scale if it is a BigDecimal");
        refused("text like 'x'", "'text' is not stored as a text: compare it with = or <>");
        refused(
                "padded = 'a '",
                "'padded' cannot be compared with 'a ' in memory as in the database: compare it with a text that does not end with a space");
        refused("padded like 'a'", "'padded' is not stored as a text: compare it with = or <>");
        refused(
                "padded = title",
                "'padded' is compared with 'title', which is not stored in the same way: compare it with a text that does not end with a space");
        refused("formula = 5", "'formula' is a formula, which the database computes: name attributes with a column");
        refused(
                "lowered = 'x'",
                "'lowered' has a @ColumnTransformer, or is written by a function as JSON is: name an attribute that is not");
        refused("copy = 'x'", "'copy' does not write its column: name the attribute that does");
        refused(
                "generated = 5",
                "'generated' is generated by the database: name an attribute that is written from memory");
        refused(
                "version = 5",
                "'version' is the version, which Hibernate also increments without an event: name another attribute");
        assertThatThrownBy(() -> read("reply = 'x'"))
                .hasMessageStartingWith("'reply' is not an attribute of Comment itself: name one of address.");
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
