package io.countercache.hibernate.internal.schema;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.orm.BootDifferences;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.Slots;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.dialect.Dialect;
import org.hibernate.mapping.CheckConstraint;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Table;

/** The DDL that adds what counters need to the tables of their entities, as Hibernate would create it. */
public final class SchemaScript {

    private final Metadata metadata;
    private final SqlStringGenerationContext names;
    private final Dialect dialect;
    private final Set<String> columns = new LinkedHashSet<>();
    private final Set<String> slotTables = new LinkedHashSet<>();

    private SchemaScript(Metadata metadata, SqlStringGenerationContext names) {
        this.metadata = metadata;
        this.names = names;
        this.dialect = names.getDialect();
    }

    /** The statements in the order in which they are to be executed, each ending with a semicolon. */
    public static String of(
            Collection<CounterDefinition> derived,
            Collection<FreeCounter> free,
            Metadata metadata,
            SqlStringGenerationContext names) {
        SchemaScript script = new SchemaScript(metadata, names);
        derived.forEach(counter -> script.add(counter.parent(), counter.counter()));
        free.forEach(counter -> script.add(counter.entity(), counter.counter()));
        Stream.concat(
                        derived.stream().map(CounterDefinition::slots),
                        free.stream().map(FreeCounter::slots))
                .flatMap(Stream::ofNullable)
                .map(Slots::table)
                .forEach(script.slotTables::add);
        return Stream.concat(script.columns.stream(), script.slotStatements())
                .map(statement -> statement + ";" + System.lineSeparator())
                .collect(Collectors.joining());
    }

    private void add(String entity, String counter) {
        PersistentClass parent = metadata.getEntityBinding(entity);
        Property attribute = requireNonNull(BootModel.own(parent, counter));
        Column column = attribute.getColumns().get(0);
        tables(parent, attribute)
                .forEach(table -> columns.add("alter table %s %s %s %s default %s not null%s"
                        .formatted(
                                name(table),
                                dialect.getAddColumnString(),
                                column.getQuotedName(dialect),
                                column.getSqlType(metadata),
                                column.getDefaultValue() == null ? "0" : column.getDefaultValue(),
                                checks(column))));
    }

    private static String checks(Column column) {
        return column.getCheckConstraints().stream()
                .map(CheckConstraint::getConstraint)
                .map(condition -> " check (" + condition + ")")
                .collect(Collectors.joining());
    }

    private static Stream<Table> tables(PersistentClass parent, Property attribute) {
        return BootModel.isInUnion(parent)
                ? Stream.concat(Stream.of(parent), parent.getSubclassClosure().stream())
                        .map(PersistentClass::getTable)
                        .distinct()
                        .filter(Table::isPhysicalTable)
                : Stream.of(attribute.getValue().getTable());
    }

    private Stream<String> slotStatements() {
        List<Table> tables = metadata.collectTableMappings().stream()
                .filter(table -> slotTables.contains(name(table)))
                .toList();
        return Stream.concat(
                tables.stream()
                        .flatMap(table ->
                                Arrays.stream(dialect.getTableExporter().getSqlCreateStrings(table, metadata, names))),
                tables.stream()
                        .flatMap(table -> BootDifferences.foreignKeys(table).stream())
                        .flatMap(key -> Arrays.stream(
                                dialect.getForeignKeyExporter().getSqlCreateStrings(key, metadata, names))));
    }

    private String name(Table table) {
        return names.format(table.getQualifiedTableName());
    }
}
