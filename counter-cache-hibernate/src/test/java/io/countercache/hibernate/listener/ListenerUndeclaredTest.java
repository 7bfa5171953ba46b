package io.countercache.hibernate.listener;

import static io.countercache.hibernate.support.Told.move;
import static io.countercache.hibernate.support.Told.once;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.countercache.CounterMove;
import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import io.countercache.hibernate.support.Told;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a listener is told where no counter is declared at all. */
class ListenerUndeclaredTest {

    private static final Told TOLD = new Told();

    @Entity(name = "Word")
    static class Word {
        @Id
        String text;

        long number;

        Word() {}

        Word(String text) {
            this.text = text;
        }
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Word.class).setting(CounterCacheSettings.LISTENER, TOLD);

    private List<List<CounterMove>> told(Consumer<Session> work) {
        return TOLD.of(() -> db.inTransaction(work));
    }

    @Test
    void anyNumberThatIsChangedByHandIsTold() {
        db.persist(new Word("a"));
        assertThat(told(session -> {
                    CounterCaches.of(session).on(Word.class, "a").increment("number");
                    CounterCaches.of(session).on(Word.class, "a").increment("number", 2);
                }))
                .isEqualTo(once(move("Word", "a", "number", 3)));
    }

    @Test
    void aTransactionThatIsRolledBackTellsNothing() {
        db.persist(new Word("a"));
        assertThatThrownBy(() -> told(session -> {
                    CounterCaches.of(session).on(Word.class, "a").increment("number");
                    throw new IllegalStateException();
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(TOLD.calls()).isEmpty();
    }

    @Test
    void aBumpTellsTheSameWhetherItInsertsTheRowOrAddsToIt() {
        assumeFalse(TestServer.IS_PORTABLE, TestServer.NO_BUMP);
        assertThat(told(session -> CounterCaches.of(session).bump(Word.class, Map.of("text", "a"), "number", 3)))
                .isEqualTo(once(move("Word", "a", "number", 3)));
        assertThat(told(session -> CounterCaches.of(session).bump(Word.class, Map.of("text", "a"), "number", 2)))
                .isEqualTo(once(move("Word", "a", "number", 2)));
    }
}
