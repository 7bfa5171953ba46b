package io.countercache.hibernate.internal.entity;

import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.model.WatchedEntity;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.Hql;
import java.util.stream.Collectors;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;

/**
 * How the watched attributes of an entity's rows are read from the database, and the rows locked.
 *
 * @param watched what is read
 * @param rows the entity that the queries are for
 * @param columns what the queries read and from where: HQL up to WHERE
 * @param isOneStep whether the locking statement may read all of it. A statement that has to wait for a lock reads the locked
 *     row as it is then, but all other rows as they were before: see {@link io.countercache.hibernate.internal.sql.RowLocks}
 */
record ImageQuery(WatchedEntity watched, EntityPersister rows, String columns, boolean isOneStep) {

    /** The condition for one row: as a text of its own, of which Hibernate keeps the SQL. */
    private static final String ONE = " where id(c) = :id";

    private static final String MANY = " where id(c) in :ids order by id(c)";

    static ImageQuery of(WatchedEntity watched) {
        EntityPersister locked = EntityTables.locked(watched.entity());
        EntityPersister rows = watched.attributes().stream().allMatch(attribute -> isOf(locked, attribute))
                ? locked // one query for all subclasses, which does not read their tables
                : watched.entity();
        String columns = "select id(c)%s%s from %s"
                .formatted(
                        watched.attributes().stream()
                                .map(attribute -> ", " + attribute.hql())
                                .collect(Collectors.joining()),
                        version(rows),
                        watched.from(rows));
        return new ImageQuery(watched, rows, columns, isInOneRow(watched, rows));
    }

    private static String version(EntityPersister rows) {
        return rows.isVersioned() ? ", version(c)" : "";
    }

    private static boolean isOf(EntityPersister entity, WatchedAttribute attribute) {
        String name = attribute.path().split("\\.", 2)[0];
        return attribute.property() < 0 || entity.findAttributeMapping(name) != null;
    }

    private static boolean isInOneRow(WatchedEntity watched, EntityPersister rows) {
        String table = ((AbstractEntityPersister) rows).getIdentifierTableName();
        return !EntityTables.isInSeveralTables(rows)
                && watched.attributes().stream().allMatch(attribute -> attribute.isIn(table));
    }

    String one() {
        return columns + ONE;
    }

    String many() {
        return columns + MANY;
    }

    /** The query that locks one row. */
    String lockOne() {
        return lock() + ONE;
    }

    String lockMany() {
        return lock() + MANY;
    }

    private String lock() {
        return "select id(c) from %s c".formatted(Hql.name(EntityTables.locked(rows)));
    }
}
