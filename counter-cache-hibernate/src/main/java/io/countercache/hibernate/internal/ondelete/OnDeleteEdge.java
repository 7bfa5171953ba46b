package io.countercache.hibernate.internal.ondelete;

import io.countercache.hibernate.internal.model.OnDelete;
import io.countercache.hibernate.internal.model.SuperclassKey;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import java.util.HashSet;
import java.util.Set;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * An edge of the {@link OnDeleteGraph}: one foreign key with an ON DELETE action. It leads from a row that is deleted, the
 * target, to the child rows that refer to it. The database deletes these as well (cascade), or sets their foreign key to null.
 * Where it would set a default that a counter looks at, the declaration is refused.
 *
 * @param condition in HQL, true for a row {@code c} that refers to one of {@code :targets}
 * @param association the to-one that refers to the target; empty if the foreign key is written by a collection only
 * @param columns those of the foreign key
 */
record OnDeleteEdge(
        EntityPersister target,
        EntityPersister child,
        String condition,
        String association,
        boolean cascades,
        Set<String> columns) {

    static OnDeleteEdge of(OnDelete declared, SessionFactoryImplementor factory) {
        EntityPersister target = Entities.entity(declared.target(), factory);
        EntityPersister child = Entities.entity(declared.child(), factory);
        String condition = declared.association().isEmpty()
                ? "exists (select 1 from %s t join t.%s e where id(t) in :targets and e = c)"
                        .formatted(Hql.name(target), Hql.path(declared.attribute()))
                : refers(child, declared.association());
        return new OnDeleteEdge(
                target, child, condition, declared.association(), declared.cascades(), declared.columns());
    }

    private static String refers(EntityPersister child, String association) {
        SuperclassKey key =
                SuperclassKey.of(WatchedAttribute.of(child, association).part());
        String toOne = "c." + Hql.path(association);
        return key == null
                ? "%s in :targets".formatted(Hql.id(toOne))
                : "exists (select 1 from %s t where id(t) in :targets and %s)"
                        .formatted(Hql.name(key.target()), key.isReferred("t", toOne));
    }

    /** Whether a row of an entity may be one of the child rows. */
    boolean mayLeadTo(EntityPersister entity) {
        return Entities.areRelated(child, entity);
    }

    /** The watched attributes that become null in a child row that is not deleted: all that share a column with the foreign key. */
    Set<WatchedAttribute> nulled(WatchedEntity watched) {
        Set<WatchedAttribute> nulled = new HashSet<>();
        if (!cascades) {
            for (WatchedAttribute attribute : watched.attributes()) {
                attribute.part().forEachSelectable((index, column) -> {
                    if (columns.contains(column.getSelectionExpression())) {
                        nulled.add(attribute);
                    }
                });
            }
        }
        return nulled;
    }
}
