package io.countercache.hibernate.support;

import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.observe.Activity;
import io.countercache.hibernate.internal.observe.Figure;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.hibernate.SessionFactory;
import org.hibernate.engine.spi.SessionFactoryImplementor;

/** The figures of a session factory. */
public final class Figures {

    private Figures() {}

    public static Activity of(SessionFactory factory) {
        return Objects.requireNonNull(Installation.in(factory.unwrap(SessionFactoryImplementor.class)))
                .activity();
    }

    /** What was added while this ran, to all figures but the times, which are never the same. */
    public static Map<Figure, Long> during(TestDatabase db, Runnable work) {
        Map<Figure, Long> before = read(db);
        work.run();
        Map<Figure, Long> added = read(db);
        added.replaceAll((figure, after) -> after - before.get(figure));
        added.values().removeIf(amount -> amount == 0);
        added.remove(Figure.DERIVED_NANOS);
        added.remove(Figure.EXPLICIT_NANOS);
        return added;
    }

    private static Map<Figure, Long> read(TestDatabase db) {
        Map<Figure, Long> figures = new EnumMap<>(Figure.class);
        for (Figure figure : Figure.values()) {
            figures.put(figure, of(db.factory()).get(figure));
        }
        return figures;
    }
}
