package io.countercache.hibernate.internal.check;

import static java.util.Objects.requireNonNull;

import io.countercache.Counter;
import io.countercache.hibernate.internal.orm.BootDifferences;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.Database;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.support.Numbers;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.relational.Namespace;
import org.hibernate.boot.model.relational.QualifiedTableName;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.boot.spi.MetadataBuildingContext;
import org.hibernate.dialect.Dialect;
import org.hibernate.mapping.BasicValue;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.PrimaryKey;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Table;
import org.jspecify.annotations.Nullable;

/** The table with the slots of a table's counters: why there can be none, and how it becomes a part of the mapping. */
public final class SlotTable {

    private static final String SUFFIX = "_slots";
    private static final String KEY_PREFIX = "parent_";
    /** A read sums all slots of a row, so that more cost more. No application has as many connections that write one row. */
    private static final int MOST = 256;

    private static final int DIGITS = 38;

    private SlotTable() {}

    /** The key by which slots are looked up: the row comes first. Hibernate would sort the columns by their sizes. */
    private static final class SlotKey extends PrimaryKey {
        private static final long serialVersionUID = 1;

        SlotKey(Table table) {
            super(table);
        }

        @Override
        public void reorderColumns(List<Column> sorted) {}
    }

    /** Why a counter cannot be spread, or null if it can. */
    public static @Nullable String unfit(int slots, PersistentClass parent, Property counter, boolean touches) {
        String name = parent.getJpaEntityName() + "." + counter.getName();
        if (slots == 0) {
            return null;
        }
        if (slots < 0 || slots > MOST) {
            return "'slots = %d': declare 1 to %d, or 0 for none".formatted(slots, MOST);
        }
        if (touches) {
            return "'touch' writes the row of %s with each move, which 'slots' is to avoid: remove one of the two"
                    .formatted(parent.getJpaEntityName());
        }
        if (Numbers.isFloating(counter.getType().getReturnedClass())) {
            return "%s is of type %s, and sums of it depend on the order of what is added: make it a BigDecimal, or remove 'slots'"
                    .formatted(name, counter.getType().getReturnedClass().getSimpleName());
        }
        return BootModel.isInUnion(parent)
                ? "%s has its rows in several tables, one for each class, to which one table of slots cannot refer: remove 'slots'"
                        .formatted(parent.getJpaEntityName())
                : null;
    }

    /** Why a counter that is changed by hand cannot be spread, or null if it can. */
    public static @Nullable String limited(Counter counter) {
        boolean isLimited = counter.min() != Long.MIN_VALUE || counter.max() != Long.MAX_VALUE;
        return counter.slots() != 0 && isLimited
                ? "'min' and 'max' hold for the sum of all slots, which no single change can see: remove them, or 'slots'"
                : null;
    }

    /** The problem that Hibernate cannot tell the column from a part of another name; null if it can. */
    public static @Nullable String ambiguous(@Nullable Slots slots, PersistentClass parent, Property counter) {
        return slots != null && slots.isAmbiguous()
                ? "the column %s of %s.%s is a part of the name of %s, the table of its slots, where Hibernate would replace it: give the column another name, or remove 'slots'"
                        .formatted(slots.column(), parent.getJpaEntityName(), counter.getName(), slots.table())
                : null;
    }

    /**
     * The slots of a counter.
     *
     * @param quotes whether names of tables have to be quoted, for the database tells small letters from capitals
     */
    public static Slots slots(Property counter, int number, SqlStringGenerationContext names, boolean quotes) {
        Table table = counter.getValue().getTable();
        Dialect dialect = names.getDialect();
        Column column = counter.getColumns().get(0);
        Class<?> type = counter.getType().getReturnedClass();
        Slots slots = slots(table, column.getQuotedName(dialect), type, number, names, quotes);
        // where tables are quoted for it, quotes change nothing about a column, but tell it from other names
        return quotes && slots.isAmbiguous()
                ? slots(table, dialect.toQuotedIdentifier(column.getText()), type, number, names, true)
                : slots;
    }

    private static Slots slots(
            Table table, String column, Class<?> type, int number, SqlStringGenerationContext names, boolean quotes) {
        Dialect dialect = names.getDialect();
        Database database = Databases.of(dialect);
        List<Column> key = table.getPrimaryKey().getColumns();
        return new Slots(
                number,
                names.format(new QualifiedTableName(
                        table.getCatalogIdentifier(), table.getSchemaIdentifier(), name(table, quotes))),
                key.stream().map(each -> key(each).getQuotedName(dialect)).toList(),
                names.format(table.getQualifiedTableName()),
                key.stream().map(each -> each.getQuotedName(dialect)).toList(),
                column,
                database.wholeNumber(type),
                Numbers.isWhole(type) ? database.wholeNumber(long.class) : "");
    }

    private static Identifier name(Table table, boolean quotes) {
        Identifier name = table.getNameIdentifier();
        return new Identifier(name.getText() + SUFFIX, quotes || name.isQuoted());
    }

    private static Column key(Column ofRow) {
        Column key = ofRow.clone();
        String name = KEY_PREFIX + ofRow.getText();
        key.setName(ofRow.isQuoted() ? "`" + name + "`" : name);
        key.setNullable(false);
        return key;
    }

    /** Has a counter read together with its slots, and adds their table to the schema. */
    public static void spread(Property counter, @Nullable Slots slots, boolean quotes, Metadata metadata) {
        Column column = counter.getColumns().get(0);
        if (slots == null || column.hasCustomRead()) { // of another session factory
            return;
        }
        if (!column.getQuotedName(metadata.getDatabase().getDialect()).equals(slots.column())) {
            column.setName("`" + column.getText() + "`");
        }
        column.setCustomRead(slots.readExpression());
        Table rows = counter.getValue().getTable();
        Identifier name = name(rows, quotes);
        MetadataBuildingContext context = requireNonNull(((BasicValue) counter.getValue()).getBuildingContext());
        for (Namespace namespace : metadata.getDatabase().getNamespaces()) {
            if (namespace.getTables().contains(rows)) {
                Table table = namespace.locateTable(name);
                if (table == null) {
                    table = create(rows, name, namespace, context);
                    namespace.registerTable(name, table);
                }
                widen(table, column, context);
                return;
            }
        }
    }

    private static Table create(Table rows, Identifier name, Namespace namespace, MetadataBuildingContext context) {
        Table table = new Table("orm", namespace, name, false);
        List<Column> keys = new ArrayList<>();
        for (Column ofRow : rows.getPrimaryKey().getColumns()) {
            keys.add(key(ofRow));
        }
        keys.forEach(table::addColumn);
        PrimaryKey primaryKey = new SlotKey(table);
        keys.forEach(primaryKey::addColumn);
        primaryKey.addColumn(column(Slots.COUNTER, "string", table, context));
        primaryKey.addColumn(column(Slots.SLOT, "integer", table, context));
        table.setPrimaryKey(primaryKey);
        column(Slots.AMOUNT, "long", table, context);
        BootDifferences.addForeignKey("fk_" + table.getName().replaceAll("\\W", "_"), table, keys, rows);
        return table;
    }

    private static Column column(String name, String type, Table table, MetadataBuildingContext context) {
        Column column = new Column(name);
        column.setNullable(false);
        BasicValue value = new BasicValue(context, table);
        value.setTypeName(type);
        value.addColumn(column);
        column.setValue(value);
        table.addColumn(column);
        return column;
    }

    /** Makes room for the amounts of a counter: all counters of a table share the table of the slots. */
    private static void widen(Table table, Column counter, MetadataBuildingContext context) {
        Column amount = requireNonNull(table.getColumn(Identifier.toIdentifier(Slots.AMOUNT)));
        Integer scale = counter.getScale();
        if (scale != null) {
            BasicValue value = new BasicValue(context, table);
            value.setTypeName("big_decimal");
            value.addColumn(amount);
            amount.setValue(value);
            amount.setPrecision(DIGITS);
            amount.setScale(amount.getScale() == null ? scale : Integer.valueOf(Math.max(scale, amount.getScale())));
        }
    }
}
