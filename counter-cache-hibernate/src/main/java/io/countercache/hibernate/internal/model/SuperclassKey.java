package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.Hql;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The unique attributes that a foreign key refers to, where they are in a superclass's table of a JOINED hierarchy. Hibernate
 * joins by them without that table in its SQL. So HQL has to join the entity by the attributes themselves.
 */
public record SuperclassKey(EntityPersister target, List<String> attributes) {

    /** The key that a to-one refers to; null if the join by the to-one itself is right. */
    public static @Nullable SuperclassKey of(ModelPart association) {
        if (!(association instanceof ToOneAttributeMapping toOne)
                || toOne.isReferenceToPrimaryKey()
                || !(toOne.getEntityMappingType().getEntityPersister() instanceof AbstractEntityPersister target)) {
            return null;
        }
        List<SelectableMapping> columns = new ArrayList<>();
        toOne.getForeignKeyDescriptor().getTargetPart().forEachSelectable((index, column) -> columns.add(column));
        boolean isOwn = columns.stream()
                .allMatch(column -> column.getContainingTableExpression().equals(EntityTables.own(target)));
        List<String> attributes = new ArrayList<>();
        target.forEachAttributeMapping(attribute -> {
            if (columns.stream().anyMatch(column -> isSame(attribute, column))) {
                attributes.add(attribute.getAttributeName());
            }
        });
        return isOwn || attributes.size() < columns.size() ? null : new SuperclassKey(target, attributes);
    }

    private static boolean isSame(AttributeMapping attribute, SelectableMapping column) {
        return attribute instanceof SelectableMapping own
                && own.getSelectionExpression().equals(column.getSelectionExpression())
                && own.getContainingTableExpression().equals(column.getContainingTableExpression());
    }

    /**
     * The entity that a to-one leads to, to be joined in HQL.
     *
     * @param alias that of the entity
     * @param toOne the path of the to-one, from its alias on
     */
    public String join(String alias, String toOne) {
        return "%s %s on %s".formatted(Hql.name(target), alias, isReferred(alias, toOne));
    }

    /** The HQL condition that the row with an alias is the one that a to-one leads to. */
    public String isReferred(String alias, String toOne) {
        return attributes.stream()
                .map(Hql::path)
                .map(name -> "%s.%s = %s.%s".formatted(alias, name, toOne, name))
                .collect(Collectors.joining(" and "));
    }
}
