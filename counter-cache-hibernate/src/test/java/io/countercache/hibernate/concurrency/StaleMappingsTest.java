package io.countercache.hibernate.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.concurrency.Things.AllCompared;
import io.countercache.hibernate.concurrency.Things.Box;
import io.countercache.hibernate.concurrency.Things.DirtyCompared;
import io.countercache.hibernate.concurrency.Things.Elsewhere;
import io.countercache.hibernate.concurrency.Things.Single;
import io.countercache.hibernate.concurrency.Things.Thing;
import io.countercache.hibernate.concurrency.Things.Versioned;
import io.countercache.hibernate.concurrency.Things.VersionedSoft;
import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import jakarta.persistence.OptimisticLockException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.exception.ConstraintViolationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two sessions that change the same child at once, however it is mapped: exact, or the later one fails. */
@Tag("databases")
class StaleMappingsTest {

    private static final long THING = 7;

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(entities());

    private static Class<?>[] entities() {
        List<Class<?>> entities = new ArrayList<>(Things.ALL);
        entities.add(Box.class);
        entities.add(Single.class);
        return entities.toArray(Class<?>[]::new);
    }

    private enum Change {
        MOVE,
        TAKE_OUT,
        DELETE,
        EDIT;

        void make(Session session, Thing thing, long box) {
            switch (this) {
                case MOVE -> thing.putInto(session.getReference(Box.class, box));
                case TAKE_OUT -> thing.putInto(null);
                case DELETE -> session.remove(thing);
                case EDIT -> thing.text = "edited for " + box;
            }
        }
    }

    @BeforeEach
    void boxes() {
        for (long id = 1; id <= 3; id++) {
            db.persist(new Box(id));
        }
    }

    @Test
    void anyTwoChangesAtOnceAreCountedOrTheLaterFails() {
        Things.ALL.stream().filter(type -> type != VersionedSoft.class).forEach(this::makeAll);
    }

    @BeforeHibernate(value = "8.0", because = "8.0.0.Beta1 binds no version when it marks such a row as deleted")
    @Test
    void soAreThoseOfAVersionedRowThatIsMarkedAsDeleted() {
        makeAll(VersionedSoft.class);
    }

    private void makeAll(Class<? extends Thing> type) {
        for (Change earlier : Change.values()) {
            for (Change later : Change.values()) {
                make(type, earlier, later);
                remove(type);
            }
        }
    }

    private void make(Class<? extends Thing> type, Change earlier, Change later) {
        db.inTransaction(session -> {
            Thing thing = thing(type);
            thing.putInto(session.getReference(Box.class, 1L));
            session.persist(thing);
        });
        oneAfterTheOther(type, earlier, later);
        assertThat(drift()).as("%s: %s, then %s", type, earlier, later).isEmpty();
    }

    private static Thing thing(Class<? extends Thing> type) {
        try {
            Thing thing = type.getDeclaredConstructor().newInstance();
            thing.id = THING;
            return thing;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.getName(), e);
        }
    }

    private List<Drift> drift() {
        return db.fromTransaction(session ->
                CounterCaches.of(session).on(Box.class, List.of(1L, 2L, 3L)).drift());
    }

    private void oneAfterTheOther(Class<? extends Thing> type, Change earlier, Change later) {
        try (Session one = db.factory().openSession();
                Session other = db.factory().openSession()) {
            one.beginTransaction();
            other.beginTransaction();
            Thing ofOne = one.find(type, THING);
            Thing ofOther = other.find(type, THING);
            earlier.make(one, ofOne, 2);
            later.make(other, ofOther, 3);
            one.getTransaction().commit();
            try {
                other.getTransaction().commit();
            } catch (OptimisticLockException stale) {
                // compared by the application's own mapping, or deleted
            } catch (ConstraintViolationException gone) {
                // the row of the other table cannot come back without its owner
                assertThat(type).isEqualTo(Elsewhere.class);
            }
        }
    }

    /** By SQL, for a row that is marked as deleted is not found any more. */
    private void remove(Class<? extends Thing> type) {
        List<String> tables = switch (type.getSimpleName()) {
            case "JoinedMore" -> List.of("joined_more", "joined");
            case "SingleMore" -> List.of("single");
            case "Elsewhere" -> List.of("placement", "elsewhere");
            default ->
                List.of(type.getSimpleName().replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT));
        };
        tables.forEach(table -> db.execute("delete from " + table));
        db.execute("delete from box");
        boxes();
    }

    @Test
    void whatComparesByItselfSendsTheSameStatementsAsWithoutTheLibrary() {
        assumeFalse(TestServer.IS_MARIADB, "MariaDB needs its parents locked first");
        try (SessionFactory without = db.configuration()
                .setProperty(CounterCacheSettings.ENABLED, "false")
                .buildSessionFactory()) {
            for (var type : List.of(Versioned.class, AllCompared.class, DirtyCompared.class)) {
                assertThat(statementsOfALife(type, db.factory())).isEqualTo(statementsOfALife(type, without));
            }
        }
    }

    private List<String> statementsOfALife(Class<? extends Thing> type, SessionFactory factory) {
        List<String> statements = db.statementsOf(() -> {
            factory.inTransaction(session -> session.persist(thing(type)));
            for (Change change : List.of(Change.MOVE, Change.EDIT, Change.TAKE_OUT, Change.DELETE)) {
                factory.inTransaction(session -> change.make(session, session.find(type, THING), 2));
            }
        });
        List<String> counted = TestDatabase.counterUpdates(statements);
        return statements.stream().filter(sql -> !counted.contains(sql)).toList();
    }
}
