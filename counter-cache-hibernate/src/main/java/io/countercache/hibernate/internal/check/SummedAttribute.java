package io.countercache.hibernate.internal.check;

import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.support.Numbers;
import io.countercache.hibernate.internal.support.Problems;
import io.countercache.hibernate.internal.support.SqlType;
import java.math.BigDecimal;
import java.util.stream.Collectors;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.type.BasicType;
import org.jspecify.annotations.Nullable;

/** The attribute of a child that a counter totals: why it cannot be totalled. */
public final class SummedAttribute {

    private static final int DEFAULT_SCALE = 2;

    private SummedAttribute() {}

    /** Why an attribute cannot be totalled in a counter, or null if it can. */
    public static @Nullable String unfit(PersistentClass child, String name, PersistentClass parent, Property counter) {
        Property summed = BootModel.find(child, name);
        String where = "'sum': " + child.getJpaEntityName();
        String elsewhere = summed == null ? MissingAttribute.elsewhere(child, name) : null;
        if (elsewhere != null) {
            return "'sum': " + elsewhere;
        }
        if (summed == null || !isNumber(summed)) {
            String numbers = child.getPropertyClosure().stream()
                    .filter(SummedAttribute::isNumber)
                    .map(Property::getName)
                    .sorted()
                    .collect(Collectors.joining(", "));
            return "%s has no numeric attribute '%s': %s"
                    .formatted(where, name, numbers.isEmpty() ? "add it" : "name one of " + numbers);
        }
        if (summed.getValue().hasFormula()
                || summed.getValueGeneratorCreator() != null
                || CounterAttribute.isTransformed(summed)) {
            return "%s.%s is computed by the database: name an attribute that is written as it is"
                    .formatted(where, name);
        }
        if (!summed.isInsertable()) {
            return "%s.%s does not write its column: name the attribute that does".formatted(where, name);
        }
        String counted = parent.getJpaEntityName() + "." + counter.getName();
        return Problems.first(
                () -> unfit(where + "." + name, summed, counted, counter),
                () -> defined(where + "." + name, summed),
                () -> defined("'sum': " + counted, counter));
    }

    /** Why a column that the application has defined by SQL does not keep what memory adds up. */
    private static @Nullable String defined(String where, Property attribute) {
        for (Column column : attribute.getColumns()) {
            SqlType defined = definition(column);
            String difference = defined == null ? null : defined.difference(type(attribute), column.getScale(), false);
            if (difference != null) {
                return "%s is of type %s, but its column is defined as '%s', which %s: make one of them like the other"
                        .formatted(where, type(attribute).getSimpleName(), column.getSqlType(), difference);
            }
        }
        return null;
    }

    private static @Nullable SqlType definition(Column column) {
        return column.getSqlType() == null ? null : SqlType.parse(column.getSqlType());
    }

    private static @Nullable String unfit(String where, Property summed, String counted, Property counter) {
        Class<?> from = type(summed);
        Class<?> to = type(counter);
        if (Numbers.isFloating(from)) {
            return Numbers.isFloating(to)
                    ? null
                    : "%s is of type %s, which %s cannot total: make that a double"
                            .formatted(where, from.getSimpleName(), counted);
        }
        if (Numbers.isFloating(to)) {
            return "%s is of type %s, which %s would total with rounding errors: make that a %s"
                    .formatted(where, from.getSimpleName(), counted, from == BigDecimal.class ? "BigDecimal" : "long");
        }
        if (from == BigDecimal.class && (to != BigDecimal.class || scale(counter) < scale(summed))) {
            return "%s has %d digits after the point, which %s cannot hold: make that a BigDecimal with as many"
                    .formatted(where, scale(summed), counted);
        }
        return null;
    }

    private static boolean isNumber(Property property) {
        return property.getType() instanceof BasicType<?> basic
                && Numbers.isNumber(type(property))
                && basic.getValueConverter() == null
                && basic.getJdbcType().isNumber();
    }

    private static Class<?> type(Property property) {
        return property.getType().getReturnedClass();
    }

    /** The digits after the point; 2 is what Hibernate declares in the schema by default. */
    private static int scale(Property property) {
        if (property.getColumns().isEmpty()) {
            return DEFAULT_SCALE;
        }
        Column column = property.getColumns().get(0);
        SqlType defined = definition(column);
        if (defined != null && defined.kind() == SqlType.Kind.DECIMAL && defined.scale() >= 0) {
            return defined.scale();
        }
        return column.getScale() == null ? DEFAULT_SCALE : column.getScale();
    }
}
