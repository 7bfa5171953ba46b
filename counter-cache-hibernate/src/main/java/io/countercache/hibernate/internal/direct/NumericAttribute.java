package io.countercache.hibernate.internal.direct;

import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.model.InsertedCounter;
import io.countercache.hibernate.internal.model.ParentCounter;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.hibernate.generator.Generator;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.BasicValuedModelPart;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * A numeric attribute that is changed by hand: a {@link io.countercache.Counter}, the counter of a {@link
 * io.countercache.CounterCache}, or any other.
 *
 * @param limits the bounds within which the value stays
 * @param derived whether it is the counter of a {@code @CounterCache}
 * @param slots the rows over which it is spread; null if it is not
 */
record NumericAttribute(
        EntityPersister entity,
        BasicValuedModelPart attribute,
        Limits limits,
        boolean derived,
        @Nullable Slots slots) {

    /** The attribute of this name; refuses one that cannot be changed by an UPDATE of its own column. */
    static NumericAttribute of(EntityPersister entity, @Nullable String name, CounterModel model) {
        Collection<EntityPersister> tables = EntityTables.tables(entity, "").values();
        if (tables.size() > 1) {
            throw new IllegalArgumentException(
                    "%s has its rows in several tables, one for each class: name the class that the row is of: %s"
                            .formatted(
                                    Entities.name(entity),
                                    tables.stream().map(Entities::name).sorted().collect(Collectors.joining(", "))));
        }
        AttributeMapping attribute = name == null ? null : entity.findAttributeMapping(name);
        if (name == null || attribute == null) {
            throw new IllegalArgumentException("%s has no counter '%s': name one of its numeric attributes: %s"
                    .formatted(Entities.name(entity), name, numeric(entity)));
        }
        if (!(attribute instanceof BasicValuedModelPart basic) || !isCounter(entity, attribute)) {
            throw new IllegalArgumentException("%s.%s is no counter: name one of its numeric attributes: %s"
                    .formatted(Entities.name(entity), name, numeric(entity)));
        }
        return new NumericAttribute(
                entity,
                basic,
                model.limits(entity, name),
                model.isDerived(entity, name),
                model.slots().of(entity, name));
    }

    private static boolean isCounter(EntityPersister entity, AttributeMapping attribute) {
        Class<?> type = attribute.getJavaType().getJavaTypeClass();
        boolean isVersion = entity.getVersionMapping() != null
                && attribute.equals(entity.getVersionMapping().getVersionAttribute());
        return !isVersion
                && Numbers.isNumber(type)
                && attribute instanceof BasicValuedModelPart column
                && !column.isFormula()
                && "?".equals(column.getWriteExpression())
                && column.getJdbcMapping().getValueConverter() == null
                && column.getJdbcMapping().getJdbcType().isNumber()
                && !isGenerated(entity, attribute);
    }

    /** Whether Hibernate or the database computes the value, and not the library. */
    private static boolean isGenerated(EntityPersister entity, AttributeMapping attribute) {
        Generator generator = Entities.generators(entity)[attribute.getStateArrayPosition()];
        return generator != null && !(generator instanceof InsertedCounter) && generator.generatesSometimes();
    }

    private static String numeric(EntityPersister entity) {
        List<String> names = new ArrayList<>();
        entity.forEachAttributeMapping(attribute -> {
            if (isCounter(entity, attribute)) {
                names.add(attribute.getAttributeName());
            }
        });
        return names.stream().sorted().collect(Collectors.joining(", "));
    }

    /** Warns of a counter that an amount moves away from what it counts. */
    void warnIfDerived(BigDecimal by, CounterModel model) {
        if (derived && by.signum() != 0) {
            for (ParentCounter counter : model.countersOf(entity)) {
                var definition = counter.derived();
                if (definition != null && definition.counter().equals(name())) {
                    model.movedByHand().warn(model.parent(definition), name());
                }
            }
        }
    }

    String name() {
        return attribute.getPartName();
    }

    String column() {
        return attribute.getSelectionExpression();
    }

    /** What a SELECT from the table reads, null as 0. */
    String value() {
        return slots == null ? Columns.orZero(column()) : slots.value(table());
    }

    String table() {
        return ((AbstractEntityPersister) entity).physicalTableNameForMutation(attribute);
    }

    Class<?> type() {
        return attribute.getJavaType().getJavaTypeClass();
    }

    /** An amount as an exact number; refuses one that the column cannot hold. */
    BigDecimal amount(Number by) {
        BigDecimal amount = exact(by);
        Integer scale = type() == BigDecimal.class ? attribute.getScale() : null;
        if (scale != null && amount.stripTrailingZeros().scale() > scale) {
            throw new IllegalArgumentException("%s.%s holds %d digits after the point: it cannot be changed by %s"
                    .formatted(Entities.name(entity), name(), scale, by));
        }
        if (Numbers.isWhole(type()) && !holds(amount)) {
            throw new IllegalArgumentException("%s.%s is of type %s: it cannot be changed by %s"
                    .formatted(Entities.name(entity), name(), type().getSimpleName(), by));
        }
        if (Numbers.holdsWholes(type()) && amount.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException("%s.%s holds whole numbers: it cannot be changed by %s"
                    .formatted(Entities.name(entity), name(), by));
        }
        return amount;
    }

    /** Whether a number is not too large for the type of this counter. */
    private boolean holds(BigDecimal amount) {
        return new BigDecimal(Numbers.as(type(), amount).toString()).compareTo(amount.setScale(0, RoundingMode.DOWN))
                == 0;
    }

    private BigDecimal exact(Number by) {
        try {
            return by instanceof BigDecimal decimal ? decimal : new BigDecimal(by.toString());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s.%s cannot be changed by %s: pass a number".formatted(Entities.name(entity), name(), by), e);
        }
    }

    /** Binds a number as the type of the column, so that the database does not compute with another type than it stores. */
    void bind(BigDecimal number, PreparedStatement statement, int position) throws SQLException {
        Columns.bind(number, type(), statement, position);
    }
}
