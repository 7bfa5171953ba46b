package io.countercache.hibernate.internal.check;

import io.countercache.CounterCache;
import io.countercache.hibernate.internal.orm.BootModel;
import java.util.Collections;
import java.util.Set;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Stateful;
import org.hibernate.persister.state.internal.HistoryStateManagement;
import org.hibernate.persister.state.internal.NativeTemporalStateManagement;
import org.hibernate.persister.state.internal.TemporalStateManagement;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Why rows of a child cannot be counted: Hibernate does not see all of their changes, or a recount does not see all of them. */
public final class ChildRowsCheck {

    private static final Logger LOG = Logger.getLogger(ChildRowsCheck.class);

    private static final Set<Class<?>> WITH_PAST =
            Set.of(TemporalStateManagement.class, HistoryStateManagement.class, NativeTemporalStateManagement.class);

    private ChildRowsCheck() {}

    /** Why the rows of a child cannot be counted, or null if they can. */
    public static @Nullable String uncountable(
            Metadata metadata,
            OnDeleteRules deletes,
            PersistentClass parent,
            PersistentClass child,
            String association,
            CounterCache annotation) {
        if (BootModel.hasTenants(child) && !BootModel.hasTenants(parent)) {
            return "%s has a @TenantId and %s has none, and a recount sees the rows of one tenant only: give both a @TenantId"
                    .formatted(child.getJpaEntityName(), parent.getJpaEntityName());
        }
        if (parent.getIdentifierMapper() != null && parent.getIdentifierMapper().equals(parent.getIdentifier())) {
            return "%s is its own identifier, because no other class has all of its @Id attributes: add an @IdClass"
                    .formatted(parent.getJpaEntityName());
        }
        String unseen =
                deletes.uncountable(child, association, !annotation.path().isEmpty(), annotation.where());
        return unseen == null ? shared(metadata, child, association) : unseen;
    }

    /** Why changes of an association may be missed: a collection writes its column, too, without an event of the child; or null. */
    public static @Nullable String shared(Metadata metadata, PersistentClass entity, String association) {
        Property property = BootModel.find(entity, association);
        if (property == null) {
            return null;
        }
        return metadata.getCollectionBindings().stream()
                .filter(collection -> collection.getElement() instanceof OneToMany
                        && !collection.isInverse()
                        && collection.getKey().isUpdateable()
                        && collection
                                .getCollectionTable()
                                .equals(property.getValue().getTable())
                        && !Collections.disjoint(collection.getKey().getColumns(), property.getColumns()))
                .map(BootModel::name)
                .sorted()
                .findFirst()
                .map(name -> "%s writes the column of %s.%s, and what it writes is not counted: declare mappedBy on it"
                        .formatted(name, entity.getJpaEntityName(), association))
                .orElse(null);
    }

    /**
     * Why rows can neither have counters nor be counted: Hibernate stores their old versions, too; null if it does not. An
     * UPDATE of a counter would change an old version or miss it, and a deleted row stays in the table.
     */
    public static @Nullable String withPast(Stateful rows, String name) {
        return rows.getStateManagementType() != null && WITH_PAST.contains(rows.getStateManagementType())
                ? name
                        + " is @Temporal, and old versions of rows cannot be distinguished from current ones: remove one of the two"
                : null;
    }

    /** Logs a warning if a restriction hides rows: Hibernate's events include hidden rows, its queries do not. */
    public static void warnOfHidden(PersistentClass child) {
        if (child.getRootClass().getWhere() != null) {
            LOG.warnf(
                    "%s has a @SQLRestriction: rows that it hides are counted when Hibernate changes them but not by a"
                            + " recount: remove rows through Hibernate, or mark them with @SoftDelete",
                    child.getJpaEntityName());
        }
    }
}
