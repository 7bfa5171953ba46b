package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import java.util.Collections;
import java.util.Set;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * An UPDATE of a row of a watched entity: which watched attributes it writes. It leaves one as it is that was not loaded, or that is
 * mapped as not updatable, or that the session has not changed if it writes only changes.
 */
public final class WatchedUpdate {

    private final WatchedEntity watched;
    private final Object id;
    private final Object @Nullable [] loaded;
    private final Object[] written;
    private final boolean wholeRows;
    private final SharedSessionContractImplementor session;

    /**
     * Describes an UPDATE.
     *
     * @param loaded the state that the session had loaded; null if the UPDATE writes all attributes
     * @param written the state that the session has now
     * @param wholeRows whether the UPDATE of a table writes all of its columns again if one has changed
     */
    public WatchedUpdate(
            WatchedEntity watched,
            Object id,
            Object @Nullable [] loaded,
            Object[] written,
            boolean wholeRows,
            SharedSessionContractImplementor session) {
        this.watched = watched;
        this.id = id;
        this.loaded = loaded;
        this.written = written;
        this.wholeRows = wholeRows;
        this.session = session;
    }

    /** A snapshot of the row after the UPDATE. */
    public Snapshot after(Snapshot before) {
        return watched.snapshot(
                attribute -> writes(attribute) ? attribute.value(id, written, session) : before.get(attribute));
    }

    /**
     * Whether it writes any watched attribute, even if the value is the one that was loaded: an embeddable is written as a whole,
     * an {@code @Any} along with its type, and without {@code @DynamicUpdate} the row as a whole. That may overwrite a change of
     * another transaction.
     */
    public boolean writesAny() {
        for (WatchedAttribute attribute : watched.attributes()) {
            if (writes(attribute)) {
                return true;
            }
        }
        return false;
    }

    private boolean writes(WatchedAttribute attribute) {
        EntityPersister entity = watched.entity();
        return attribute.isUpdatable()
                && attribute.value(id, written, session) != WatchedAttribute.UNKNOWN
                && (loaded == null
                        || attribute.isWritten(entity, loaded, written, session)
                        || (wholeRows && isTableWritten(attribute, loaded)));
    }

    /** Whether an UPDATE is sent to the table of an attribute: of several tables, to each in which a value has changed. */
    private boolean isTableWritten(WatchedAttribute attribute, Object[] before) {
        EntityPersister entity = watched.entity();
        if (EntityTables.span(entity) == 1) {
            return true;
        }
        Set<String> tables = Entities.tables(attribute.part());
        for (int property = 0; property < written.length; property++) {
            if (before[property] != written[property]
                    && !Collections.disjoint(tables, Entities.tables(entity.getAttributeMapping(property)))
                    && entity.getPropertyTypes()[property].isDirty(before[property], written[property], session)) {
                return true;
            }
        }
        return false;
    }
}
