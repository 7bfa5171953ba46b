package io.countercache.hibernate.internal.orm;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.hibernate.generator.Generator;
import org.hibernate.generator.internal.TenantIdGeneration;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.persister.entity.SingleTableEntityPersister;
import org.hibernate.persister.entity.UnionSubclassEntityPersister;
import org.hibernate.persister.entity.mutation.EntityTableMapping;
import org.hibernate.sql.model.TableMapping;

/**
 * Which rows are rows of an entity, and in which tables. Its table may have others, of its siblings, of other tenants, and
 * such as are marked as deleted or hidden by a restriction: those have to be asked for.
 */
public final class EntityTables {

    private EntityTables() {}

    /**
     * The tables that a row of an entity may be in, in the order in which they are locked: where each class of a hierarchy
     * has a table of its own, one for each class that is not abstract.
     *
     * @param declared the table that an attribute is declared for, where there is no choice
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

    /** The tables that a query of an entity reads. */
    public static List<String> querySpaces(EntityPersister entity) {
        return List.of((String[]) entity.getQuerySpaces());
    }

    /**
     * The entity whose rows are locked in the place of those of one in its hierarchy: of a row in several tables all have to
     * lock the same part.
     */
    public static EntityPersister locked(EntityPersister entity) {
        return entity instanceof UnionSubclassEntityPersister
                ? entity
                : entity.getFactory().getMappingMetamodel().getEntityDescriptor(entity.getRootEntityName());
    }

    /** Whether a table of an entity may have rows that are none of its rows, or not for this session. */
    public static boolean mayHaveOthers(EntityPersister entity, String table) {
        return hidesRows(entity) || sharesTable(entity, table);
    }

    private static boolean sharesTable(EntityPersister entity, String table) {
        return entity.getSuperMappingType() != null
                && (entity instanceof SingleTableEntityPersister
                        || !table.equals(((AbstractEntityPersister) entity).getTableName()));
    }

    /** Whether there may be rows that are not there for a session. */
    public static boolean hidesRows(EntityPersister entity) {
        return entity.getSoftDeleteMapping() != null
                || ((AbstractEntityPersister) entity).hasWhereRestrictions()
                || hasTenants(entity);
    }

    private static boolean hasTenants(EntityPersister entity) {
        for (Generator generator : entity.getGenerators()) {
            if (generator instanceof TenantIdGeneration) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the application has SQL of its own for a statement that writes rows of an entity, in any of their tables.
     *
     * @param statement which one that is
     */
    public static boolean hasOwnSql(
            EntityPersister entity, Function<EntityTableMapping, TableMapping.MutationDetails> statement) {
        for (EntityTableMapping table : ((AbstractEntityPersister) entity).getTableMappings()) {
            if (statement.apply(table).getCustomSql() != null) {
                return true;
            }
        }
        return false;
    }
}
