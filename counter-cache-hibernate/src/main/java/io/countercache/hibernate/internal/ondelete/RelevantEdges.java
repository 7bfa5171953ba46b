package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.model.WatchedEntity.CountedBy;
import io.countercache.hibernate.internal.model.WatchedEntity.PassedBy;
import io.countercache.hibernate.internal.orm.Entities;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;

/** Selects the edges by which a counter can move. An application that has none then pays nothing for its other edges. */
final class RelevantEdges {

    private final List<OnDeleteEdge> all;
    private final CounterModel model;

    private final Predicate<EntityPersister> endsRows;

    private RelevantEdges(List<OnDeleteEdge> all, CounterModel model, Predicate<EntityPersister> endsRows) {
        this.all = all;
        this.endsRows = endsRows;
        this.model = model;
    }

    /** @param endsRows whether the database deletes counted rows of collections along with rows of an entity */
    static List<OnDeleteEdge> among(
            List<OnDelete> declared,
            CounterModel model,
            Predicate<EntityPersister> endsRows,
            SessionFactoryImplementor factory) {
        List<OnDeleteEdge> all = declared.stream()
                .map(each -> OnDeleteEdge.of(each, factory))
                .distinct() // one may be declared on both sides of an association
                .toList();
        RelevantEdges relevant = new RelevantEdges(all, model, endsRows);
        return all.stream()
                .filter(edge -> relevant.isRelevant(edge, new HashSet<>()))
                .toList();
    }

    /** Whether a counter moves when a target of an edge is deleted: by the child rows, or by rows deleted along with them. */
    private boolean isRelevant(OnDeleteEdge edge, Set<OnDeleteEdge> visited) {
        if (!visited.add(edge)) {
            return false;
        }
        List<EntityPersister> types = Entities.withSubclasses(edge.child()).toList();
        return types.stream().anyMatch(type -> movesCounters(edge, model.watched(type)))
                || (edge.cascades() && types.stream().anyMatch(endsRows))
                || (edge.cascades()
                        && all.stream()
                                .filter(next -> types.stream().anyMatch(type -> type.isTypeOrSuperType(next.target())))
                                .anyMatch(next -> isRelevant(next, visited)));
    }

    private boolean movesCounters(OnDeleteEdge edge, WatchedEntity watched) {
        Set<WatchedAttribute> nulled = edge.nulled(watched);
        return watched.counters().stream().anyMatch(by -> moves(edge, by, nulled))
                || watched.passages().stream().anyMatch(by -> moves(edge, by, nulled));
    }

    private static boolean moves(OnDeleteEdge edge, CountedBy by, Set<WatchedAttribute> nulled) {
        boolean leadsOn = !by.counter().path().isEmpty();
        if (edge.cascades()) {
            return leadsOn || !isBy(edge, by.association()); // else the counter is in the target, and deleted
        }
        return (leadsOn && nulled.contains(by.association())) || nulled.stream().anyMatch(by::isWeighedBy);
    }

    private boolean moves(OnDeleteEdge edge, PassedBy by, Set<WatchedAttribute> nulled) {
        boolean isLast = model.paths().after(by.step()) == null;
        return edge.cascades()
                ? !isLast || !isBy(edge, by.association())
                : !isLast && nulled.contains(by.association());
    }

    private static boolean isBy(OnDeleteEdge edge, WatchedAttribute association) {
        return association.path().equals(edge.association());
    }
}
