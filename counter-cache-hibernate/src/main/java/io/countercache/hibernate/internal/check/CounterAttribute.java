package io.countercache.hibernate.internal.check;

import io.countercache.hibernate.internal.model.FreeCounter.Limits;
import io.countercache.hibernate.internal.orm.BootDifferences;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.support.Numbers;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.boot.Metadata;
import org.hibernate.dialect.Dialect;
import org.hibernate.generator.Generator;
import org.hibernate.mapping.CheckConstraint;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.GeneratorCreator;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Table;
import org.hibernate.type.BasicType;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The attribute of a parent that is to hold a counter: why it cannot, and how it is frozen. */
public final class CounterAttribute {

    private static final Logger LOG = Logger.getLogger(CounterAttribute.class);

    private static final Set<Class<?>> COUNTER_TYPES = Set.of(
            int.class,
            Integer.class,
            long.class,
            Long.class,
            short.class,
            Short.class,
            BigInteger.class,
            BigDecimal.class);

    private CounterAttribute() {}

    /** The problem that a parent has no attribute of these names. */
    public static String missing(PersistentClass parent, List<String> names) {
        List<String> numeric = parent.getPropertyClosure().stream()
                .filter(property -> unfit(parent, property) == null)
                .map(Property::getName)
                .toList();
        String elsewhere = names.stream()
                .map(name -> MissingAttribute.elsewhere(parent, name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return elsewhere != null
                ? elsewhere
                : "%s has no attribute '%s': add it%s"
                        .formatted(
                                parent.getJpaEntityName(),
                                String.join("' or '", names),
                                numeric.isEmpty()
                                        ? ""
                                        : ", or name one of its numeric attributes: " + String.join(", ", numeric));
    }

    /** Why an attribute cannot be a counter, or null if it can. */
    public static @Nullable String unfit(PersistentClass parent, Property counter) {
        String name = parent.getJpaEntityName() + "." + counter.getName();
        return Numbers.isFloating(counter.getType().getReturnedClass())
                ? "%s is of type %s, which can only hold a total: make it a long, or add 'sum'"
                        .formatted(name, counter.getType().getReturnedClass().getSimpleName())
                : unfitForSums(parent, counter);
    }

    /** The same for a counter of a total, which may be a floating number. */
    public static @Nullable String unfitForSums(PersistentClass parent, Property counter) {
        String name = parent.getJpaEntityName() + "." + counter.getName();
        if (counter.equals(parent.getIdentifierProperty())) {
            return name + " is the identifier: name another attribute";
        }
        if (counter.equals(parent.getVersion())) {
            return name + " is the version: name another attribute";
        }
        if (counter.isNaturalIdentifier()) {
            return name + " is a natural id: name another attribute";
        }
        if (parent.getJoinClosure().stream().anyMatch(join -> join.isOptional() && join.containsProperty(counter))) {
            return name + " is in a secondary table whose row may be missing: put it in the table of the entity, or"
                    + " declare @SecondaryRow(optional = false)";
        }
        if (counter.getValue().hasFormula()) {
            return name + " is a formula: name an attribute with a column";
        }
        if (isTransformed(counter)) {
            return name + " has a @ColumnTransformer: name an attribute without one";
        }
        Class<?> type = counter.getType().getReturnedClass();
        if (!COUNTER_TYPES.contains(type) && !Numbers.isFloating(type)) {
            return "%s is of type %s: a counter is an int, long, short, BigInteger or BigDecimal"
                    .formatted(name, type.getSimpleName());
        }
        if (counter.getType() instanceof BasicType<?> basic && basic.getValueConverter() != null) {
            return name + " has a converter: name an attribute without one";
        }
        if (counter.getType() instanceof BasicType<?> basic
                && !basic.getJdbcType().isNumber()) {
            return name + " is stored as text: store it as a number";
        }
        String readOnly = ChildRowsCheck.readOnly(counter.getValue().getTable(), parent.getJpaEntityName());
        if (readOnly != null) {
            return readOnly;
        }
        return isCachedReadOnly(parent)
                ? parent.getJpaEntityName()
                        + " is cached as READ_ONLY, but its counter changes: cache it as READ_WRITE or NONSTRICT_READ_WRITE"
                : null;
    }

    /** Why entity UPDATEs may write the counter although it is frozen, or null if none does. */
    public static @Nullable String overwritten(Metadata metadata, PersistentClass parent, Property counter) {
        return new OtherWriters(metadata).ofCounter(parent, counter);
    }

    private static boolean isCachedReadOnly(PersistentClass parent) {
        // an entity that is not cached has the strategy as well if it is the default
        return "read-only".equals(parent.getRootClass().getCacheConcurrencyStrategy())
                && parent.getSubclassClosure().stream().anyMatch(PersistentClass::isCached);
    }

    /** Whether SQL in the mapping changes the value on its way to the column or back. */
    static boolean isTransformed(Property attribute) {
        return attribute.getColumns().stream()
                .anyMatch(column -> column.getCustomWrite() != null
                        || (column.getCustomRead() != null && !Slots.isReadExpression(column.getCustomRead())));
    }

    /** Why an attribute cannot be set to now along with a counter, or null if it can. */
    public static @Nullable String untouchable(PersistentClass parent, String name, Property counter) {
        Property touched = BootModel.own(parent, name);
        String where = "'touch': " + parent.getJpaEntityName();
        String elsewhere = touched == null ? MissingAttribute.elsewhere(parent, name) : null;
        if (elsewhere != null) {
            return "'touch': " + elsewhere;
        }
        if (touched == null
                || touched.equals(parent.getVersion())
                || !TouchedAttribute.isDateOrTime(touched.getType().getReturnedClass())) {
            String others = parent.getPropertyClosure().stream()
                    .filter(property ->
                            TouchedAttribute.isDateOrTime(property.getType().getReturnedClass()))
                    .filter(property -> !property.equals(parent.getVersion()))
                    .map(Property::getName)
                    .collect(Collectors.joining(", "));
            return "%s has no date or time attribute '%s': %s"
                    .formatted(where, name, others.isEmpty() ? "add it" : "add it, or name one of " + others);
        }
        if (!touched.getValue().getTable().equals(counter.getValue().getTable())) {
            return "%s.%s is in another table than %s, and one UPDATE writes one table: name another attribute"
                    .formatted(where, name, counter.getName());
        }
        return null;
    }

    /** From here on only the library changes the counter: an entity UPDATE does not write it, and it makes no entity dirty. */
    public static void freeze(Property counter) {
        BootDifferences.setUpdatable(counter, false);
        counter.setOptimisticLocked(false);
        counter.setLazy(
                false); // pending deltas are shown when the parent is loaded, so the counter has to be loaded with it
        counter.setOptional(true); // null is replaced by 0 before the INSERT, so the column may still be NOT NULL
        Table table = counter.getValue().getTable();
        for (Column column : counter.getColumns()) {
            if (column.getDefaultValue() == null && !isDefinedByHand(column)) {
                column.setDefaultValue("0");
            }
            if (isUnique(column, table)) {
                LOG.warnf(
                        "%s.%s is part of a unique constraint or index: while a transaction moves this counter, no"
                                + " other can insert a child of the row; take it out of the index",
                        table.getName(), column.getName());
            }
        }
    }

    /** Whether the application has written SQL for the column, which may have a default already: two defaults are an error. */
    private static boolean isDefinedByHand(Column column) {
        String options = BootDifferences.options(column); // empty with a @Column that has none
        return column.getSqlType() != null || (options != null && !options.isBlank());
    }

    /** Has INSERTs write what a generator gives, unless the mapping has a generator of its own, or leaves the column out. */
    public static void generate(Property counter, Function<Class<?>, Generator> generator) {
        GeneratorCreator own = counter.getValueGeneratorCreator();
        if (counter.isInsertable() && (own == null || own instanceof CreatedByLibrary)) { // of another session factory
            CreatedByLibrary creator =
                    context -> generator.apply(context.getProperty().getType().getReturnedClass());
            counter.setValueGeneratorCreator(creator);
        }
    }

    private interface CreatedByLibrary extends GeneratorCreator {}

    /** Adds check constraints, so that the database refuses values that were not written by the library, too. */
    public static void limit(Property counter, Limits limits, Dialect dialect) {
        for (Column column : counter.getColumns()) {
            String name = column.getQuotedName(dialect);
            if (limits.hasMin()) {
                check(column, name + " >= " + limits.min());
            }
            if (limits.hasMax()) {
                check(column, name + " <= " + limits.max());
            }
        }
    }

    /** Adds a constraint once, because several session factories may be built from the same mapping. */
    private static void check(Column column, String condition) {
        if (column.getCheckConstraints().stream().noneMatch(check -> condition.equals(check.getConstraint()))) {
            column.addCheckConstraint(new CheckConstraint(condition));
        }
    }

    private static boolean isUnique(Column column, Table table) {
        return column.isUnique()
                || table.getUniqueKeys().values().stream().anyMatch(key -> key.containsColumn(column))
                || table.getIndexes().values().stream()
                        .anyMatch(index ->
                                index.isUnique() && index.getSelectables().contains(column));
    }
}
