package io.countercache.hibernate.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCacheException;
import io.countercache.CounterLimitException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.SinceHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.hibernate.annotations.Check;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.CreationTimestamp;
import org.hibernate.annotations.CurrentTimestamp;
import org.hibernate.annotations.SoftDelete;
import org.hibernate.annotations.SourceType;
import org.hibernate.annotations.UpdateTimestamp;
import org.hibernate.generator.EventType;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bumped rows that are mapped in uncommon ways, or that the session has in hand. */
class BumpMappingsTest {

    @Entity(name = "Hits")
    @Table(name = "\"Hits of\"")
    static class Hits {
        @Id
        @GeneratedValue
        Long id;

        @Version
        int version;

        @Column(unique = true, name = "\"the token\"")
        String token;

        @SuppressWarnings("deprecation") // the JPA of Hibernate 6.6 has no annotation for it
        @Check(name = "hits_hits", constraints = "hits < 50")
        int hits;

        @Column(insertable = false, columnDefinition = "integer default 0")
        int later;

        @CurrentTimestamp(event = EventType.UPDATE)
        @Column(columnDefinition = "timestamp")
        Instant changedAt;
    }

    @Embeddable
    static class Audit {
        String editor = "Ann";

        @CreationTimestamp
        Instant createdAt;
    }

    @Entity(name = "Audited")
    static class Audited {
        @Id
        @GeneratedValue
        Long id;

        @Column(unique = true)
        String token;

        int hits;

        @Embedded
        Audit audit = new Audit();
    }

    @Embeddable
    record Place(String hall, int level) {}

    @Entity(name = "Placed")
    static class Placed {
        @EmbeddedId
        Place place = new Place("A", 1);

        @Column(unique = true)
        String token;

        @Counter
        int hits;
    }

    @Entity(name = "Primitive")
    static class Primitive {
        @Id
        long id;

        @Column(unique = true)
        String token;

        int hits;
    }

    @Entity(name = "Upper")
    static class Upper {
        @Id
        @GeneratedValue
        Long id;

        @Column(unique = true)
        @ColumnTransformer(read = "lower(token)", write = "upper(?)")
        String token;

        int hits;
    }

    @Entity(name = "FromOne")
    static class FromOne {
        @Id
        String token;

        @Counter(min = 1, max = 3)
        int hits;
    }

    @Entity(name = "Gone")
    @SoftDelete
    static class Gone {
        @Id
        @GeneratedValue
        Long id;

        @Column(unique = true)
        String token;

        int hits;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Hits.class, Audited.class, Placed.class, Primitive.class, Upper.class, FromOne.class, Gone.class);

    private static final Map<String, Object> A = Map.of("token", "a");
    private static final String HITS = TestServer.IS_MARIADB ? "`Hits of`" : "\"Hits of\"";

    private long bump(Function<CounterCaches, Long> call) {
        return db.fromTransaction(session -> call.apply(CounterCaches.of(session)));
    }

    private long bump(Class<?> entity) {
        return bump(counters -> counters.bump(entity, A, "hits"));
    }

    @Test
    void quotedNamesAndWrittenColumnsAreBumped() {
        assertThat(bump(Hits.class)).isEqualTo(1);
        assertThat(bump(Hits.class)).isEqualTo(2);
        assertThat(bump(Upper.class)).isEqualTo(1);
        assertThat(bump(Upper.class)).isEqualTo(2);
        assertThat(db.number("select count(*) from upper where token = 'A'")).isEqualTo(1);
    }

    @Test
    void aTimestampThatIsSetByUpdatesOnlyIsSetByThem() {
        bump(Hits.class);
        bump(Hits.class);
        assertThat(db.number("select count(*) from " + HITS + " where changed_at is not null"))
                .isEqualTo(1);
    }

    @Test
    void aPartOfTheRowThatIsGeneratedInPartIsRefused() {
        assertThatThrownBy(() -> bump(Audited.class))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "Audited cannot be bumped, because a part of its embedded audit is generated: insert the row,"
                                + " then increment");
    }

    @Embeddable
    static class Twice {
        @CreationTimestamp
        Instant createdAt;

        @UpdateTimestamp(source = SourceType.DB)
        Instant updatedAt;
    }

    @Entity(name = "Dated")
    static class Dated {
        @Id
        @GeneratedValue
        Long id;

        @Column(unique = true)
        String token;

        int hits;

        @Embedded
        Twice dates = new Twice();
    }

    @Nested
    @SinceHibernate(value = "7.4", because = "older versions refuse an embeddable that both generate a part of")
    class AnEmbeddableThatHibernateAndTheDatabaseGenerate {

        @RegisterExtension
        final TestDatabase db = TestDatabase.shared(Dated.class);

        @Test
        void isRefused() {
            db.inTransaction(session -> assertThatThrownBy(
                            () -> CounterCaches.of(session).bump(Dated.class, A, "hits"))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage(
                            "Dated cannot be bumped, because a part of its embedded dates is generated: insert the row,"
                                    + " then increment"));
        }
    }

    @Test
    void whatIsNotInsertedIsRefused() {
        assertThatThrownBy(() -> bump(counters -> counters.bump(Hits.class, A, "later")))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "Hits cannot be bumped, because an INSERT does not write later: insert the row, then increment");
        assertThatThrownBy(() -> bump(Placed.class))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "Placed cannot be bumped, because it has a composite id, which is not the key: insert the row,"
                                + " then increment");
        assertThatThrownBy(() -> bump(Gone.class))
                .isInstanceOf(CounterCacheException.class)
                .hasMessage(
                        "Gone cannot be bumped, because its table has rows that this session cannot see, and they have"
                                + " keys too: insert the row, then increment");
        assertThatThrownBy(() -> bump(Primitive.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Primitive has an id that is not generated: make it the key, or insert the row");
        assertThatThrownBy(() -> bump(counters -> counters.bump(Hits.class, A, "hits", 5_000_000_000L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Hits.hits is of type Integer: it cannot be changed by 5000000000");
    }

    @Test
    void aRowBeginsWithTheAmountUnlessTheDatabaseNeedsItToBeginWithZero() {
        if (TestServer.IS_MARIADB) {
            assertThatThrownBy(() -> bump(FromOne.class))
                    .isInstanceOf(CounterCacheException.class)
                    .hasMessage(
                            "FromOne cannot be bumped, because on this database a new row begins with 0, which is outside"
                                    + " of the limits of hits: insert the row, then increment");
        } else {
            assertThat(bump(FromOne.class)).isEqualTo(1);
        }
    }

    @Test
    void anEmbeddedIdIsAKey() {
        Map<String, Object> place = Map.of("place", new Place("B", 2));
        assertThat(bump(counters -> counters.bump(Placed.class, place, "hits"))).isEqualTo(1);
        assertThat(bump(counters -> counters.bump(Placed.class, place, "hits"))).isEqualTo(2);
        assertThat(bump(counters -> counters.bump(Primitive.class, Map.of("id", 0L), "hits")))
                .isEqualTo(1);
    }

    @Test
    void aCheckConstraintIsTranslated() {
        bump(Hits.class);
        assertThatThrownBy(() -> bump(counters -> counters.bump(Hits.class, A, "hits", 49)))
                .isInstanceOfSatisfying(CounterLimitException.class, refused -> {
                    assertThat(refused.counter()).isEqualTo("hits");
                    assertThat(refused.change()).isEqualTo(49);
                    assertThat(refused.limit()).isNull();
                });
    }

    @Test
    void aRowThatTheSessionRemovesIsInsertedAnew() {
        bump(counters -> counters.bump(Hits.class, A, "hits", 7));
        db.inTransaction(session -> {
            session.remove(session.createSelectionQuery("from Hits", Hits.class).getSingleResult());
            assertThat(CounterCaches.of(session).bump(Hits.class, A, "hits")).isEqualTo(1);
        });
        assertThat(db.number("select hits from " + HITS)).isEqualTo(1);
    }

    @Test
    void whatTheSessionHasAssignedIsWrittenFirst() {
        bump(Hits.class);
        db.inTransaction(session -> {
            Hits managed = session.createSelectionQuery("from Hits", Hits.class).getSingleResult();
            managed.hits = 40;
            managed.token = "b";
            assertThat(CounterCaches.of(session).bump(Hits.class, Map.of("token", "b"), "hits"))
                    .isEqualTo(41);
            assertThat(managed.hits).isEqualTo(41);
        });
        assertThat(db.number("select hits from " + HITS)).isEqualTo(41);
    }

    @Test
    void nullsAreRefusedBeforeAnySql() {
        Map<String, Object> nameless = new HashMap<>();
        nameless.put(null, "a");
        String message = "Hits cannot be bumped by a key that is null, or has a null name: name attributes";
        assertThat(db.statementsOf(() -> {
                    assertThatThrownBy(() -> bump(counters -> counters.bump(Hits.class, null, "hits")))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(message);
                    assertThatThrownBy(() -> bump(counters -> counters.bump(Hits.class, nameless, "hits")))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(message);
                    assertThatThrownBy(() -> bump(counters -> counters.bump(null, A, "hits")))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage("null is not an entity: name one that has counters");
                    assertThatThrownBy(() -> bump(counters ->
                                    (long) counters.on(Hits.class, null).increment("hits")))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage("Hits has ids of type Long, not null: pass one of those");
                }))
                .isEmpty();
    }
}
