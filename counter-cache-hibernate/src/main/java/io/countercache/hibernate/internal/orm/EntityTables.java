package io.countercache.hibernate.internal.orm;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.hibernate.generator.Generator;
import org.hibernate.generator.internal.TenantIdGeneration;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.SingleTableEntityPersister;
import org.hibernate.persister.entity.UnionSubclassEntityPersister;
import org.hibernate.persister.entity.mutation.EntityMutationTarget;
import org.hibernate.sql.model.TableMapping;

/**
 * In which tables the rows of an entity are, and whether these tables can have other rows: of sibling entities, of other
 * tenants, soft-deleted ones, or rows hidden by a restriction. Only a query can tell then which ids are ids of the entity.
 */
public final class EntityTables {

    private static final OptionalMethod HAS_JOIN_TABLE =
            OptionalMethod.of(ToOneAttributeMapping.class, 0, "hasJoinTable");

    private EntityTables() {}

    /**
     * The tables that a row of an entity may be in, each with the entity whose rows it has, in the order in which they are
     * locked. These are several if each concrete class of a hierarchy has a table for itself (TABLE_PER_CLASS).
     *
     * @param declared the table to return if there is only one
     */
    public static NavigableMap<String, EntityPersister> tables(EntityPersister entity, String declared) {
        NavigableMap<String, EntityPersister> tables = new TreeMap<>();
        if (entity instanceof UnionSubclassEntityPersister) {
            Entities.withSubclasses(entity)
                    .filter(each -> !each.isAbstract())
                    .forEach(each -> tables.put(((UnionSubclassEntityPersister) each).getRootTableName(), each));
        } else {
            tables.put(declared, entity);
        }
        return tables;
    }

    /** The table that an entity is mapped to: of a joined subclass its own one, not the one of its root. */
    public static String own(EntityPersister entity) {
        return ((AbstractEntityPersister) entity).getTableName();
    }

    /** The tables that a query of an entity reads. */
    public static List<String> querySpaces(EntityPersister entity) {
        return List.of((String[]) entity.getQuerySpaces());
    }

    /** Whether each concrete class of a hierarchy has a table for itself, and there are several. */
    public static boolean isInSeveralTables(EntityPersister entity) {
        return tables(entity, "").size() > 1;
    }

    /**
     * The entity to lock rows of an entity by: the root of its hierarchy. If a row has parts in several tables, all
     * transactions have to lock the same part.
     */
    public static EntityPersister locked(EntityPersister entity) {
        return entity instanceof UnionSubclassEntityPersister
                ? entity
                : entity.getFactory().getMappingMetamodel().getEntityDescriptor(entity.getRootEntityName());
    }

    /** Whether a table of an entity may have rows that are not rows of the entity, or that a session cannot see. */
    public static boolean mayHaveOthers(EntityPersister entity, String table) {
        return hidesRows(entity) || sharesTable(entity, table);
    }

    private static boolean sharesTable(EntityPersister entity, String table) {
        return entity.getSuperMappingType() != null
                && (entity instanceof SingleTableEntityPersister || !table.equals(own(entity)));
    }

    /** Whether there may be rows of the entity that a session cannot see. */
    public static boolean hidesRows(EntityPersister entity) {
        return entity.getSoftDeleteMapping() != null || hasRestriction(entity) || hasTenants(entity);
    }

    /** Whether an entity has a {@code @SQLRestriction}. */
    public static boolean hasRestriction(EntityPersister entity) {
        return ((AbstractEntityPersister) entity).hasWhereRestrictions();
    }

    /** Whether each row of an entity is of one tenant. */
    public static boolean hasTenants(EntityPersister entity) {
        for (Generator generator : Entities.generators(entity)) {
            if (generator instanceof TenantIdGeneration) {
                return true;
            }
        }
        return false;
    }

    /** The tables that rows of an entity are written to. */
    public static List<TableMapping> mutable(EntityPersister entity) {
        List<TableMapping> tables = new ArrayList<>();
        ((EntityMutationTarget) entity).forEachMutableTable(tables::add);
        return tables;
    }

    /** Whether the column of a to-one is in a table of its own; where Hibernate 6.6.0 does not say so, also in a secondary one. */
    public static boolean hasJoinTable(ToOneAttributeMapping toOne) {
        if (HAS_JOIN_TABLE.exists()) {
            return Boolean.TRUE.equals(HAS_JOIN_TABLE.call(toOne));
        }
        EntityPersister entity = toOne.findContainingEntityMapping().getEntityPersister();
        String table = toOne.getForeignKeyDescriptor().getKeyTable();
        return !table.equals(own(entity)) && !table.equals(entity.getIdentifierTableName());
    }

    /** In how many tables a row has its parts. */
    public static int span(EntityPersister entity) {
        return ((AbstractEntityPersister) entity).getTableSpan();
    }

    /**
     * Whether the mapping has custom SQL for a statement that writes rows of an entity, in any of their tables.
     *
     * @param statement the kind of statement
     */
    public static boolean hasOwnSql(
            EntityPersister entity, Function<TableMapping, TableMapping.MutationDetails> statement) {
        for (TableMapping table : mutable(entity)) {
            if (statement.apply(table).getCustomSql() != null) {
                return true;
            }
        }
        return false;
    }
}
