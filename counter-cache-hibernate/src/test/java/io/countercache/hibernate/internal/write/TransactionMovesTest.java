package io.countercache.hibernate.internal.write;

import static io.countercache.hibernate.support.Told.move;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.math.BigDecimal;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is left of all that a transaction has written, whatever came first. */
class TransactionMovesTest {

    @Entity(name = "Media")
    static class Media {
        @Id
        Long id;
    }

    @Entity(name = "Film")
    static class Film extends Media {}

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        Long id;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Media.class, Film.class, Shelf.class);

    private final TransactionMoves moves = new TransactionMoves();

    private EntityPersister entity(Class<?> entity) {
        return Entities.entity(entity.getName(), db.factory().unwrap(SessionFactoryImplementor.class));
    }

    private void add(Class<?> entity, String counter, long amount) {
        moves.add(entity(entity), 1L, counter, int.class, BigDecimal.valueOf(amount));
    }

    @Test
    void aRowIsOneMoveOfTheSubclassIfTheClassIsToldFirst() {
        add(Media.class, "notesCount", 1);
        add(Film.class, "awardsCount", 2);
        assertThat(moves.list()).containsExactly(move("Film", 1L, "notesCount", 1, "awardsCount", 2));
    }

    @Test
    void aRowIsOneMoveOfTheSubclassIfThatIsToldFirst() {
        add(Film.class, "awardsCount", 2);
        add(Media.class, "notesCount", 1);
        assertThat(moves.list()).containsExactly(move("Film", 1L, "notesCount", 1, "awardsCount", 2));
    }

    @Test
    void rowsOfOneIdInOtherHierarchiesAreOthers() {
        add(Media.class, "count", 1);
        add(Shelf.class, "count", 2);
        assertThat(moves.list()).containsExactly(move("Media", 1L, "count", 1), move("Shelf", 1L, "count", 2));
    }

    @Test
    void aSumOfZeroIsNotTold() {
        add(Media.class, "notesCount", 2);
        add(Media.class, "awardsCount", 1);
        add(Media.class, "notesCount", -2);
        assertThat(moves.list()).containsExactly(move("Media", 1L, "awardsCount", 1));
        add(Media.class, "awardsCount", -1);
        assertThat(moves.list()).isEmpty();
    }

    @Test
    void anAmountOfZeroIsNothing() {
        add(Film.class, "awardsCount", 0);
        assertThat(moves.list()).isEmpty();
        add(Media.class, "notesCount", 1);
        assertThat(moves.list()).containsExactly(move("Media", 1L, "notesCount", 1));
    }

    @Test
    void aDeletedRowIsForgottenWhicheverOfItsClassesIsNamed() {
        add(Film.class, "awardsCount", 1);
        moves.drop(entity(Media.class), 1L);
        assertThat(moves.list()).isEmpty();
    }

    @Test
    void aRollbackBringsBackWhatWasThereAtItsSavepoint() {
        add(Media.class, "notesCount", 1);
        moves.savepoint();
        add(Media.class, "notesCount", 2);
        add(Shelf.class, "count", 1);
        moves.drop(entity(Media.class), 1L);
        moves.rollback(0);
        assertThat(moves.list()).containsExactly(move("Media", 1L, "notesCount", 1));
    }
}
