package io.countercache.hibernate.internal.condition;

import io.countercache.hibernate.internal.condition.Condition.Values;
import io.countercache.hibernate.internal.condition.ConditionTerm.Literal;
import io.countercache.hibernate.internal.condition.ConditionTerm.Operand;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.EntityTables;
import io.countercache.hibernate.internal.orm.PlainColumns;
import io.countercache.hibernate.internal.support.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.generator.Generator;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.BasicValuedModelPart;
import org.hibernate.metamodel.mapping.EmbeddableMappingType;
import org.hibernate.metamodel.mapping.EmbeddableValuedModelPart;
import org.hibernate.metamodel.mapping.EntityIdentifierMapping;
import org.hibernate.metamodel.mapping.EntityMappingType;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.NonAggregatedIdentifierMapping;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * An attribute of the child that a {@link Condition} reads.
 *
 * @param path its name, with dots in embeddables; a to-one by its own name, although its value is an id
 * @param name its name in HQL
 * @param column the basic value of the attribute; of a to-one, that of the referenced entity's id
 * @param cutsSeconds see {@link ConditionRules}
 * @param difference why the column, as the application has defined it by SQL, has other values than memory; null if it does not
 */
record ConditionAttribute(
        String path,
        String name,
        BasicValuedModelPart column,
        ConditionKind kind,
        boolean cutsSeconds,
        @Nullable String difference)
        implements Operand {

    /**
     * The attribute that these names lead to from the child, or an exception that says why it cannot be read.
     *
     * @param cutsSeconds see {@link ConditionRules}
     * @param definitions the columns that the application has defined by SQL: {@code table.column} to its type
     */
    static ConditionAttribute find(
            EntityPersister child, List<String> names, boolean cutsSeconds, Map<String, SqlType> definitions) {
        boolean inIdentifier = child.findAttributeMapping(names.get(0)) == null; // its attributes are always written
        ModelPart part = null;
        String path = "";
        for (int i = 0; i < names.size(); i++) {
            String name = ownName(child, i, names.get(i));
            part = i == 0 ? first(child, name) : inEmbeddable(part, name);
            path = path.isEmpty() ? name : path + "." + name;
            if (part == null) {
                throw refused(
                        path,
                        "is not an attribute of %s itself: name one of %s"
                                .formatted(Entities.name(child), String.join(", ", names(child))));
            }
            if (part instanceof AttributeMapping attribute && !inIdentifier) {
                refuseUnwritten(child, path, attribute, i == 0);
            }
            if (part instanceof ToOneAttributeMapping toOne) {
                return toOne(path, toOne, names.subList(i + 1, names.size()), cutsSeconds);
            }
        }
        if (part instanceof BasicValuedModelPart basic) {
            refuseComputed(path, basic);
            SqlType defined =
                    definitions.get(basic.getContainingTableExpression() + "." + basic.getSelectionExpression());
            return new ConditionAttribute(
                    path,
                    path,
                    basic,
                    ConditionKind.of(basic, defined),
                    cutsSeconds,
                    defined == null ? null : ConditionKind.difference(basic, defined));
        }
        throw refused(
                path,
                part instanceof EmbeddableValuedModelPart
                        ? "is an embeddable: name its attributes one by one"
                        : "has no single value: name an attribute that has one");
    }

    /** The names of all attributes that a child has itself, those of embeddables one by one. */
    static List<String> names(EntityPersister child) {
        List<String> names = new ArrayList<>();
        String identifier = child.getIdentifierPropertyName();
        addNames(
                identifier == null ? "" : identifier,
                identifier == null && child.getIdentifierMapping() instanceof NonAggregatedIdentifierMapping composite
                        ? composite.getVirtualIdEmbeddable()
                        : child.getIdentifierMapping(),
                names);
        child.forEachAttributeMapping(attribute -> addNames(attribute.getAttributeName(), attribute, names));
        return names.stream().sorted().toList();
    }

    private static void addNames(String path, ModelPart part, List<String> names) {
        if (part instanceof EmbeddableValuedModelPart embedded) {
            embedded.getEmbeddableTypeDescriptor()
                    .forEachAttributeMapping(attribute -> addNames(
                            path.isEmpty() ? attribute.getAttributeName() : path + "." + attribute.getAttributeName(),
                            attribute,
                            names));
        } else if (part instanceof BasicValuedModelPart || part instanceof ToOneAttributeMapping) {
            names.add(path);
        }
    }

    /** The name of the attribute: in HQL, {@code id} stands for the identifier whatever its name is. */
    private static String ownName(EntityPersister child, int depth, String name) {
        String identifier = child.getIdentifierPropertyName();
        return depth == 0 && name.equals(EntityIdentifierMapping.ID_ROLE_NAME) && identifier != null
                ? identifier
                : name;
    }

    private static @Nullable ModelPart first(EntityPersister child, String name) {
        EntityIdentifierMapping identifier = child.getIdentifierMapping();
        if (name.equals(child.getIdentifierPropertyName())) {
            return identifier;
        }
        if (identifier instanceof NonAggregatedIdentifierMapping composite) {
            ModelPart part = composite.getVirtualIdEmbeddable().findAttributeMapping(name);
            if (part != null) {
                return part;
            }
        }
        return child.findAttributeMapping(name);
    }

    private static @Nullable ModelPart inEmbeddable(@Nullable ModelPart part, String name) {
        return part instanceof EmbeddableValuedModelPart embedded
                ? embedded.getEmbeddableTypeDescriptor().findAttributeMapping(name)
                : null;
    }

    private static ConditionAttribute toOne(
            String path, ToOneAttributeMapping toOne, List<String> further, boolean cutsSeconds) {
        if (!toOne.isReferenceToPrimaryKey()
                || !toOne.isFkOptimizationAllowed()
                || EntityTables.hasJoinTable(toOne)
                || toOne.hasNotFoundAction()
                || toOne.getEntityMappingType().getSoftDeleteMapping() != null
                || !(toOne.getEntityMappingType().getIdentifierMapping() instanceof BasicValuedModelPart id)
                || !(toOne.getForeignKeyDescriptor().getKeyPart() instanceof BasicValuedModelPart key)) {
            throw refused(path, "is not a single column with the id of an entity: name another attribute");
        }
        refuseComputed(path, key);
        EntityMappingType target = toOne.getEntityMappingType();
        if (further.isEmpty()) {
            return new ConditionAttribute(path, path, id, ConditionKind.REFERENCE, cutsSeconds, null);
        }
        String name = further.get(0);
        if (further.size() > 1 || !(name.equals(idOf(target)) || name.equals(EntityIdentifierMapping.ID_ROLE_NAME))) {
            throw refused(
                    path + "." + String.join(".", further),
                    "is in another row, that of the %s: name an attribute of the child, or %s.%s"
                            .formatted(Entities.name(target.getEntityPersister()), path, idOf(target)));
        }
        return new ConditionAttribute(
                path, path + "." + idOf(target), id, ConditionKind.of(id, null), cutsSeconds, null);
    }

    private static String idOf(EntityMappingType entity) {
        String name = entity.getEntityPersister().getIdentifierPropertyName();
        return name == null ? "id" : name;
    }

    /** Refuses an attribute whose value in the entity may be another one than in the row. */
    private static void refuseUnwritten(EntityPersister child, String path, AttributeMapping attribute, boolean own) {
        if (attribute.getDeclaringType() instanceof EmbeddableMappingType embeddable
                && (embeddable.getAggregateMapping() != null || embeddable.isPolymorphic())) {
            throw refused(
                    path, "is in an embeddable that is stored in one column or has subclasses: name another attribute");
        }
        if (attribute.getDeclaringType() instanceof EmbeddableMappingType) {
            refuseReadOnly(path, attribute);
            return;
        }
        if (child.getVersionMapping() != null
                && attribute.equals(child.getVersionMapping().getVersionAttribute())) {
            throw refused(
                    path, "is the version, which Hibernate also increments without an event: name another attribute");
        }
        refuseReadOnly(path, attribute);
        if (own && child.getPropertyLaziness()[attribute.getStateArrayPosition()]) {
            throw refused(
                    path, "is loaded lazily, and may not be loaded when the condition is evaluated: load it eagerly");
        }
        Generator generator = own ? Entities.generators(child)[attribute.getStateArrayPosition()] : null;
        if (generator != null && generator.generatesSometimes() && generator.generatedOnExecution()) {
            throw refused(path, "is generated by the database: name an attribute that is written from memory");
        }
    }

    private static void refuseReadOnly(String path, AttributeMapping attribute) {
        boolean formula = attribute instanceof BasicValuedModelPart basic && basic.isFormula();
        if (!formula && !attribute.getAttributeMetadata().isInsertable()) {
            throw refused(path, "does not write its column: name the attribute that does");
        }
    }

    private static void refuseComputed(String path, BasicValuedModelPart column) {
        if (column.isFormula()) {
            throw refused(path, "is a formula, which the database computes: name attributes with a column");
        }
        if (!PlainColumns.isPlain(column)) {
            throw refused(
                    path,
                    "has a @ColumnTransformer, or is written by a function as JSON is: name an attribute that is not");
        }
    }

    static IllegalArgumentException refused(String path, String problem) {
        return new IllegalArgumentException("'%s' %s".formatted(path, problem));
    }

    /** Whether the column holds a text; that of an enum holds what Hibernate has written. */
    boolean isText() {
        return kind != ConditionKind.REFERENCE && ConditionKind.storedType(column) == String.class;
    }

    /** Whether the column is null. A converter may turn values into null, and null into a value. */
    boolean isNull(Values values) {
        return column.getJdbcMapping().convertToRelationalValue(values.get(path)) == null;
    }

    @Override
    public @Nullable Comparable<?> value(Values values) {
        return kind.comparable(values.get(path), column, cutsSeconds);
    }

    @Override
    public String hql(String alias) {
        return alias + "." + name;
    }

    boolean isStoredLike(ConditionAttribute other) {
        JdbcMapping own = column.getJdbcMapping();
        JdbcMapping its = other.column.getJdbcMapping();
        return own.getJavaTypeDescriptor().getJavaTypeClass()
                        == its.getJavaTypeDescriptor().getJavaTypeClass()
                && own.getJdbcType().getDdlTypeCode() == its.getJdbcType().getDdlTypeCode();
    }

    /** Refuses to compare an attribute whose column, as the application has defined it, has other values than memory. */
    void refuseDifference() {
        if (kind == ConditionKind.OTHER && difference != null) {
            throw refused(
                    path,
                    "cannot be compared in memory as in the database, because its column %s: define the column otherwise"
                            .formatted(difference));
        }
    }

    /** A literal that is compared with this attribute. */
    Literal literal(@Nullable Object value, String hql) {
        if (value != null) {
            refuseDifference();
        }
        return new Literal(value == null ? null : kind.literal(path, value, column), hql);
    }
}
