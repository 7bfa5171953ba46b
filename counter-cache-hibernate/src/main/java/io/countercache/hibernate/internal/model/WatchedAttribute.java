package io.countercache.hibernate.internal.model;

import static java.util.Objects.requireNonNull;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.internal.support.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.hibernate.bytecode.enhance.spi.LazyPropertyInitializer;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.mapping.BasicEntityIdentifierMapping;
import org.hibernate.metamodel.mapping.BasicValuedModelPart;
import org.hibernate.metamodel.mapping.DiscriminatedAssociationModelPart;
import org.hibernate.metamodel.mapping.EmbeddableMappingType;
import org.hibernate.metamodel.mapping.EmbeddableValuedModelPart;
import org.hibernate.metamodel.mapping.ModelPart;
import org.hibernate.metamodel.mapping.NonAggregatedIdentifierMapping;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.metamodel.mapping.internal.ToOneAttributeMapping;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.proxy.LazyInitializer;
import org.hibernate.type.descriptor.java.JavaType;
import org.jspecify.annotations.Nullable;

/**
 * An attribute of an entity that counters watch.
 *
 * @param position the position of its value in a {@link Snapshot}; -1 outside of a {@link WatchedEntity}
 * @param path its name; dots lead into embeddables
 * @param property the position, in the state of the entity, of the attribute or of the embeddable that it is in; -1 if that
 *     is the identifier
 * @param steps from there to the attribute, one for each embeddable
 * @param target for a to-one, the entity that it leads to; for an {@code @Any}, one of those that it may lead to
 * @param isAny whether it is an {@code @Any}; kept, because every event asks, and Hibernate's mappings have long lists of
 *     interfaces to look through
 * @param isExact whether no database rounds such values; kept for the same reason
 * @param uniqueKey for a to-one, the unique columns of the target that its foreign key refers to; null if it refers to the id
 * @param isUpdatable whether an UPDATE may write it, which depends on its own columns even within an embeddable. Hibernate takes
 *     over into the loaded state what an UPDATE does not write
 */
public record WatchedAttribute(
        int position,
        String path,
        int property,
        List<Step> steps,
        ModelPart part,
        @Nullable EntityPersister target,
        boolean isAny,
        boolean isExact,
        @Nullable UniqueKeyReference uniqueKey,
        boolean isUpdatable) {

    /** The value of an attribute that is not loaded. */
    public static final Object UNKNOWN = LazyPropertyInitializer.UNFETCHED_PROPERTY;

    private static final Object NO_ID = new Object();

    /** From an embeddable to one of its attributes. */
    record Step(EmbeddableMappingType embeddable, int index) {

        @Nullable
        Object value(Object embedded) {
            return embeddable.getValue(embedded, index);
        }
    }

    /** The attribute of an entity that has this path. */
    public static WatchedAttribute of(EntityPersister entity, String path) {
        List<String> names = new ArrayList<>(List.of(path.split("\\.", -1)));
        int property = Arrays.asList(entity.getPropertyNames()).indexOf(names.get(0));
        ModelPart part = entity.getIdentifierMapping();
        if (property >= 0) {
            part = entity.findAttributeMapping(names.remove(0));
        } else if (names.get(0).equals(entity.getIdentifierPropertyName())) {
            names.remove(0);
        }
        List<Step> steps = new ArrayList<>();
        for (String name : names) {
            EmbeddableMappingType embeddable = ((EmbeddableValuedModelPart) part).getEmbeddableTypeDescriptor();
            steps.add(step(part, embeddable, name));
            part = embeddable.findAttributeMapping(name);
        }
        EntityPersister target = part instanceof ToOneAttributeMapping toOne
                ? toOne.getEntityMappingType().getEntityPersister()
                : null;
        boolean isAny = part instanceof DiscriminatedAssociationModelPart;
        Class<?> type = target != null
                ? target.getIdentifierType().getReturnedClass()
                : part.getJavaType().getJavaTypeClass();
        boolean isExact = !isAny && (Numbers.isWhole(type) || type == String.class || type == UUID.class);
        boolean isUpdatable =
                property >= 0 && entity.getPropertyUpdateability()[property] && hasOnlyUpdatableColumns(part);
        UniqueKeyReference key = UniqueKeyReference.of(part);
        return new WatchedAttribute(
                -1, path, property, List.copyOf(steps), part, target, isAny, isExact, key, isUpdatable);
    }

    private static boolean hasOnlyUpdatableColumns(ModelPart part) {
        boolean[] all = {true};
        part.forEachSelectable((index, column) -> all[0] &= column.isUpdateable());
        return all[0];
    }

    /** The association by which a counter counts rows of a child. */
    public static WatchedAttribute of(EntityPersister child, CounterDefinition counter) {
        WatchedAttribute attribute = of(child, counter.association());
        return attribute.isAny() ? attribute.to(Entities.entity(counter.parent(), child.getFactory())) : attribute;
    }

    private WatchedAttribute to(EntityPersister anyTarget) {
        return new WatchedAttribute(
                position, path, property, steps, part, anyTarget, isAny, isExact, uniqueKey, isUpdatable);
    }

    WatchedAttribute at(int place) {
        return new WatchedAttribute(place, path, property, steps, part, target, isAny, isExact, uniqueKey, isUpdatable);
    }

    /** Different for all watched attributes of one entity. */
    String key() {
        return isAny() && target != null ? path + " to " + target.getEntityName() : path;
    }

    private static Step step(ModelPart part, EmbeddableMappingType embeddable, String name) {
        // the id of an entity with an @IdClass is an instance of that class
        EmbeddableMappingType values =
                part instanceof NonAggregatedIdentifierMapping id && id.getIdClassEmbeddable() != null
                        ? id.getIdClassEmbeddable()
                        : embeddable;
        return new Step(values, values.findAttributeMapping(name).getStateArrayPosition());
    }

    /**
     * The value in the state of an entity. For a to-one, the id of the row that it leads to; for an {@code @Any}, null if that
     * is not a row of the target. Loads nothing.
     */
    @Nullable
    public Object value(Object id, Object[] state, SharedSessionContractImplementor session) {
        Object value = assigned(id, state);
        if (value == null || value == UNKNOWN || target == null) {
            return value;
        }
        if (isAny()) {
            return type(value, session).isTypeOrSuperType(target) ? target.getIdentifier(value, session) : null;
        }
        if (!(value instanceof HibernateProxy) && !target.getMappedClass().isInstance(value)) {
            return value; // an @IdClass has an id in the place of the to-one
        }
        return uniqueKey != null && uniqueKey.isNull(value, session) ? null : target.getIdentifier(value, session);
    }

    /** Whether this state leads to a row whose unique column is null, so that the foreign key is null as well. */
    public boolean isNullReference(Object[] state, SharedSessionContractImplementor session) {
        Object value = uniqueKey == null ? null : assigned(NO_ID, state);
        return value != null && value != UNKNOWN && value(NO_ID, state, session) == null;
    }

    /** The entity whose name Hibernate stores for an instance that an {@code @Any} leads to. */
    private static EntityPersister type(Object entity, SharedSessionContractImplementor session) {
        LazyInitializer proxy = HibernateProxy.extractLazyInitializer(entity);
        String name = proxy != null && proxy.isUninitialized()
                ? proxy.getEntityName() // the guess of a stateless session would load it
                : session.bestGuessEntityName(entity);
        return Entities.entity(name, session.getFactory());
    }

    private @Nullable Object assigned(Object id, Object[] state) {
        Object value = property < 0 ? id : state[property];
        for (Step step : steps) {
            if (value == null || value == UNKNOWN) {
                return value;
            }
            value = step.value(value);
        }
        return value;
    }

    /** Whether the UPDATE that follows from two states of an entity writes this attribute. */
    boolean isWritten(
            EntityPersister entity, Object[] loaded, Object[] written, SharedSessionContractImplementor session) {
        if (steps.isEmpty() && isAny()) {
            return isAnyWritten(loaded[property], written[property], session);
        }
        if (steps.isEmpty() && target != null) {
            return !isSame(value(NO_ID, loaded, session), value(NO_ID, written, session));
        }
        // an embeddable is written as a whole
        return loaded[property] == UNKNOWN
                || entity.getPropertyTypes()[property].isDirty(loaded[property], written[property], session);
    }

    /** Hibernate writes the type and the id together, even if only one of them has changed. */
    private static boolean isAnyWritten(
            @Nullable Object loaded, @Nullable Object written, SharedSessionContractImplementor session) {
        if (loaded == null || written == null || loaded == UNKNOWN || written == UNKNOWN) {
            return loaded != written;
        }
        EntityPersister type = type(written, session);
        return !type.equals(type(loaded, session))
                || !type.getIdentifierType()
                        .isEqual(type.getIdentifier(loaded, session), type.getIdentifier(written, session));
    }

    public boolean isSame(@Nullable Object one, @Nullable Object other) {
        if (one == null || other == null || one == UNKNOWN || other == UNKNOWN) {
            return one == other;
        }
        if (target != null) {
            return target.getIdentifierType().isEqual(one, other);
        }
        if (part instanceof BasicValuedModelPart basic) {
            return areEqual(basic, one, other);
        }
        return one.equals(other);
    }

    @SuppressWarnings("unchecked") // Hibernate does not say which type it compares
    private static boolean areEqual(BasicValuedModelPart basic, Object one, Object other) {
        var type = (JavaType<Object>) basic.getJdbcMapping().getMappedJavaType();
        return type.areEqual(one, other);
    }

    /** Whether the database may have another value than this state: it is not loaded, or may have been rounded. */
    boolean isDoubtful(Object id, Object[] state, SharedSessionContractImplementor session) {
        return assigned(id, state) == UNKNOWN || (!isExact && isRounded(value(id, state, session)));
    }

    /** Whether the database may have rounded this value when it stored it. */
    boolean isRounded(@Nullable Object value) {
        return !isExact && Rounding.isRounded(value, part);
    }

    /** The HQL expression for its value in a query with the entity as {@code c} and with the {@link #join}. */
    public String hql() {
        if (isAny()) {
            return "case when %s then id(c.%s) end".formatted(leadsToTarget("c"), Hql.path(path));
        }
        return target == null ? "c." + Hql.path(path) : Hql.id(isJoined() ? alias() : "c." + Hql.path(path));
    }

    /** The join that {@link #hql} needs, or nothing. An outer join, because the query needs rows without a parent, too. */
    String join() {
        return isJoined() ? " left join " + joined() : "";
    }

    /** The row that the to-one leads to, for the FROM clause of an HQL query. */
    private String joined() {
        SuperclassKey key = SuperclassKey.of(part);
        String toOne = "c." + Hql.path(path);
        return key == null ? toOne + " " + alias() : key.join(alias(), toOne);
    }

    /** Whether the row of the child does not have the id of the row that the to-one leads to. */
    private boolean isJoined() {
        return part instanceof ToOneAttributeMapping toOne
                // without a join, Hibernate does not find all columns of a composite id
                && !(toOne.isFkOptimizationAllowed()
                        && toOne.isReferenceToPrimaryKey()
                        && toOne.getEntityMappingType().getIdentifierMapping() instanceof BasicEntityIdentifierMapping);
    }

    /** The HQL condition that the {@code @Any} of an alias leads to a row of the target. */
    public String leadsToTarget(String alias) {
        EntityPersister parent = requireNonNull(target);
        List<String> types = new ArrayList<>();
        ((DiscriminatedAssociationModelPart) part)
                .getDiscriminatorMapping()
                .getValueConverter()
                .forEachValueDetail(value -> {
                    EntityPersister type = value.getIndicatedEntity().getEntityPersister();
                    if (type.isTypeOrSuperType(parent)) {
                        // not quoted: of an @Any, Hibernate looks for the name as it is written
                        types.add("type(%s.%s) = %s".formatted(alias, Hql.path(path), Entities.name(type)));
                    }
                });
        // HQL cannot compare the type of an @Any with a list
        return "(" + String.join(" or ", types) + ")";
    }

    /** Whether the row of the entity in this table has the value, so that whoever locks that row can read it. */
    public boolean isIn(String table) {
        List<SelectableMapping> elsewhere = new ArrayList<>();
        part.forEachSelectable((index, column) -> {
            if (column.isFormula() || !column.getContainingTableExpression().equals(table)) {
                elsewhere.add(column);
            }
        });
        return elsewhere.isEmpty()
                && !isJoined()
                && !isAny(); // Hibernate locks the row after it has read the type of what an @Any leads to
    }

    private String alias() {
        return "to_" + path.replace('.', '_'); // not quoted: Hibernate 6.6 refuses that with strict JPQL
    }
}
