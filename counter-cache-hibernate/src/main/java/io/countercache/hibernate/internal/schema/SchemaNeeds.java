package io.countercache.hibernate.internal.schema;

import io.countercache.hibernate.internal.condition.Condition;
import io.countercache.hibernate.internal.model.CountedCollections;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.CounterPaths.PathStep;
import io.countercache.hibernate.internal.model.FreeCounter;
import io.countercache.hibernate.internal.model.WatchedAttribute;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.schema.Needed.CountedRows;
import io.countercache.hibernate.internal.schema.Needed.NeededColumn;
import io.countercache.hibernate.internal.schema.Needed.NeededIndex;
import io.countercache.hibernate.internal.schema.Needed.NeededSlots;
import io.countercache.hibernate.internal.schema.Needed.Total;
import io.countercache.hibernate.internal.schema.Needed.Use;
import io.countercache.hibernate.internal.sql.Columns;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/** What the declared counters need of the schema. */
final class SchemaNeeds {

    private final CounterModel model;
    private final SessionFactoryImplementor factory;

    private final Set<NeededColumn> columns = new LinkedHashSet<>();
    private final Set<NeededIndex> indexes = new LinkedHashSet<>();
    private final Set<CountedRows> rows = new LinkedHashSet<>();
    private final Set<Total> totals = new LinkedHashSet<>();
    private final Set<NeededSlots> slots = new LinkedHashSet<>();

    private SchemaNeeds(CounterModel model, SessionFactoryImplementor factory) {
        this.model = model;
        this.factory = factory;
    }

    static SchemaNeeds of(CounterModel model, SessionFactoryImplementor factory) {
        SchemaNeeds needs = new SchemaNeeds(model, factory);
        model.definitions().forEach(needs::derived);
        model.free().forEach(needs::free);
        return needs;
    }

    Set<NeededColumn> columns() {
        return columns;
    }

    Set<NeededIndex> indexes() {
        return indexes;
    }

    Set<CountedRows> rows() {
        return rows;
    }

    Set<Total> totals() {
        return totals;
    }

    Set<NeededSlots> slots() {
        return slots;
    }

    /** All tables, as the mapping names them. */
    Set<String> tables() {
        Set<String> tables = new TreeSet<>();
        columns.forEach(column -> tables.add(column.table()));
        rows.forEach(each -> tables.add(each.table()));
        return tables;
    }

    private void free(FreeCounter counter) {
        EntityPersister entity = Entities.entity(counter.entity(), factory);
        slots(entity, counter.counter(), counter.slots());
        EntityTables.tables(entity, counter.table())
                .forEach((table, concrete) -> counter(concrete, table, counter.counter(), Use.NONE));
    }

    private void derived(CounterDefinition counter) {
        Use use = counter.sum().isEmpty() ? Use.NONE : Use.TOTALLED;
        slots(model.parent(counter), counter.counter(), counter.slots());
        model.tables().of(counter).forEach((table, parent) -> counter(parent, table, counter.counter(), use));
        if (counter.counts() == Counts.CHILDREN) {
            children(counter);
        } else {
            collection(counter);
        }
        List<PathStep> steps = model.paths().steps(counter);
        for (PathStep step : steps) {
            boolean isLast = step.index() == steps.size() - 1;
            String place = place(step.entity(), step.attribute());
            association(step.entity(), step.toOne(), place, !isLast, Set.of(), false);
        }
    }

    private void slots(EntityPersister entity, String counter, @Nullable Slots slots) {
        if (slots != null) {
            this.slots.add(new NeededSlots(slots.table(), LiveSchema.plain(slots.keys()), place(entity, counter)));
            totals.add(new Total(
                    slots.table(),
                    Slots.AMOUNT,
                    slots.rows(),
                    LiveSchema.plain(slots.column()),
                    place(entity, counter)));
            Stream.concat(slots.primaryKey().stream(), Stream.of(Slots.AMOUNT))
                    .forEach(column -> columns.add(new NeededColumn(
                            slots.table(),
                            LiveSchema.plain(column),
                            place(entity, counter),
                            false,
                            Use.NONE,
                            Object.class,
                            null)));
        }
    }

    private static String place(EntityPersister entity, String attribute) {
        return Entities.name(entity) + "." + attribute;
    }

    private void counter(EntityPersister entity, String table, String counter, Use use) {
        var column = (SelectableMapping) entity.findAttributeMapping(counter);
        columns.add(column(table, column, place(entity, counter), true, use, type(column)));
    }

    private static Class<?> type(SelectableMapping column) {
        return column.getJdbcMapping().getJavaTypeDescriptor().getJavaTypeClass();
    }

    private static NeededColumn column(
            String table, SelectableMapping column, String place, boolean isCounter, Use use, Class<?> type) {
        return new NeededColumn(
                table,
                LiveSchema.plain(column.getSelectionExpression()),
                place,
                isCounter,
                use,
                type,
                type == BigDecimal.class ? column.getScale() : null);
    }

    private void children(CounterDefinition counter) {
        EntityPersister child = Entities.entity(counter.child(), factory);
        Set<String> named = new HashSet<>();
        Condition condition = model.condition(counter);
        if (condition != null) {
            for (String path : condition.attributes()) {
                WatchedAttribute attribute = WatchedAttribute.of(child, path);
                need(child, attribute.part(), place(child, path));
                named.addAll(names(attribute.part()));
            }
            condition.compared().forEach(compared -> compared(child, compared));
        }
        if (!counter.sum().isEmpty()) {
            totalled(counter, child);
        }
        ModelPart association = WatchedAttribute.of(child, counter).part();
        String place = place(child, counter.association());
        association(child, association, place, !counter.path().isEmpty(), named, condition != null);
    }

    /** The values that a condition compares: those of the child's own columns, also if they are the id of another entity. */
    private void compared(EntityPersister child, Condition.Compared compared) {
        Use use = compared.isPadded() ? Use.COMPARED_WITHOUT_PADDING : Use.COMPARED;
        String place = place(child, compared.path());
        WatchedAttribute.of(child, compared.path())
                .part()
                .forEachSelectable((index, column) -> need(child, column, place, use, compared.type()));
    }

    private void totalled(CounterDefinition counter, EntityPersister child) {
        var summed =
                (SelectableMapping) WatchedAttribute.of(child, counter.sum()).part();
        need(child, summed, place(child, counter.sum()), Use.TOTALLED, type(summed));
        for (String table : tables(child, summed)) {
            model.tables()
                    .of(counter)
                    .forEach((parentTable, parent) -> totals.add(new Total(
                            parentTable,
                            LiveSchema.plain(counter.column(parent)),
                            table,
                            LiveSchema.plain(summed.getSelectionExpression()),
                            place(parent, counter.counter()))));
        }
    }

    /** An association by which rows of an entity are counted, or that leads on from them. */
    private void association(
            EntityPersister entity,
            ModelPart association,
            String place,
            boolean leadsOn,
            Set<String> named,
            boolean isRestricted) {
        need(entity, association, place);
        Set<String> own = names(association);
        boolean isSome = isRestricted || EntityTables.hidesRows(entity);
        association.forEachSelectable((index, column) ->
                tables(entity, column).forEach(table -> indexes.add(new NeededIndex(table, own, place, isSome))));
        for (String table : ownTables(entity)) {
            Set<String> key = LiveSchema.plain(Columns.keyColumns(table, entity));
            rows.add(new CountedRows(table, own, leadsOn, named, key, Set.of()));
        }
    }

    private void need(EntityPersister entity, ModelPart part, String place) {
        part.forEachSelectable((index, column) -> need(entity, column, place, Use.NONE, type(column)));
    }

    private void need(EntityPersister entity, SelectableMapping column, String place, Use use, Class<?> type) {
        tables(entity, column).forEach(table -> columns.add(column(table, column, place, false, use, type)));
    }

    private void collection(CounterDefinition counter) {
        CollectionPersister collection = CountedCollections.persister(counter, factory);
        var attribute = collection.getAttributeMapping();
        ModelPart key = attribute.getKeyDescriptor().getKeyPart();
        String place = place(collection.getOwnerEntityPersister(), counter.association());
        boolean leadsOn = !counter.path().isEmpty();
        EntityPersister elementEntity = collection.isOneToMany() ? CountedCollections.element(counter, factory) : null;
        if (elementEntity != null) {
            association(elementEntity, key, place, leadsOn, Set.of(), false);
            return;
        }
        ModelPart own = counter.counts() == Counts.ELEMENTS ? key : attribute.getElementDescriptor();
        Set<String> names = names(own);
        boolean isDeletedByHibernate = !collection.isInverse() && !collection.isCascadeDeleteEnabled();
        Set<String> owner = isDeletedByHibernate ? names(key) : Set.of();
        own.forEachSelectable((index, column) -> {
            String table = column.getContainingTableExpression();
            columns.add(column(table, column, place, false, Use.NONE, type(column)));
            indexes.add(new NeededIndex(table, names, place, false));
            rows.add(new CountedRows(table, names, leadsOn, Set.of(), Set.of(), owner));
        });
    }

    private static Set<String> names(ModelPart part) {
        Set<String> names = new HashSet<>();
        part.forEachSelectable((index, column) -> names.add(LiveSchema.plain(column.getSelectionExpression())));
        return names;
    }

    /** The tables of an entity and of its subclasses; its query spaces may be more, by a {@code @Synchronize}. */
    private static Set<String> ownTables(EntityPersister entity) {
        return Entities.withSubclasses(entity)
                .flatMap(each -> Arrays.stream(((AbstractEntityPersister) each).getTableNames()))
                .filter(SchemaNeeds::isTable)
                .collect(Collectors.toSet());
    }

    /** The tables that have a column of an entity: several with TABLE_PER_CLASS. */
    private static Set<String> tables(EntityPersister entity, SelectableMapping column) {
        return EntityTables.tables(entity, column.getContainingTableExpression()).keySet().stream()
                .filter(SchemaNeeds::isTable)
                .collect(Collectors.toSet());
    }

    /** Whether this is not a query in the place of a table. */
    private static boolean isTable(String expression) {
        return !expression.contains("(");
    }
}
