package io.countercache.hibernate.internal.model;

import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.internal.EntityCollectionPart;
import org.hibernate.persister.collection.AbstractCollectionPersister;
import org.hibernate.persister.collection.CollectionPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The collections whose rows are counted, because no to-one association writes them: those with a collection table, and
 * those with a {@code @JoinColumn}. Thread-safe.
 */
public final class CountedCollections {

    private final List<CounterDefinition> definitions;
    // filled on first use: the runtime mapping does not exist yet when the declarations are read
    private final Map<CollectionPersister, Optional<CountedCollection>> byPersister = new ConcurrentHashMap<>();
    private final Map<EntityPersister, List<CountedCollection>> byElement = new ConcurrentHashMap<>();

    /**
     * A collection, and the counters of its rows.
     *
     * @param ofOwner the counters of the owner of the collection
     * @param ofElement the counters of each element
     */
    public record CountedCollection(
            AbstractCollectionPersister persister, List<CounterDefinition> ofOwner, List<CounterDefinition> ofElement) {

        /** Whether a column of the element's own row refers to the owner, and not a row of a collection table. */
        public boolean isForeignKey() {
            return persister.isOneToMany();
        }

        public EntityPersister owner() {
            return persister.getOwnerEntityPersister();
        }

        public EntityPersister element() {
            return persister.getElementPersister();
        }

        /** HQL: the owners as {@code c}, each with its elements as {@code e}. */
        public String from() {
            String role = persister.getRole();
            String attribute = role.substring(owner().getEntityName().length() + 1);
            return "from %s c join c.%s e".formatted(Hql.name(owner()), Hql.path(attribute));
        }

        public boolean isSameOwner(@Nullable Object one, @Nullable Object other) {
            if (one == null || other == null) {
                return one == other;
            }
            return owner().getIdentifierType().isEqual(one, other);
        }
    }

    public CountedCollections(List<CounterDefinition> definitions) {
        this.definitions = definitions.stream()
                .filter(counter -> counter.counts() != Counts.CHILDREN)
                .toList();
    }

    public boolean isEmpty() {
        return definitions.isEmpty();
    }

    /** The counters of a collection; null if it is not counted. */
    @Nullable
    public CountedCollection of(CollectionPersister persister) {
        return byPersister.computeIfAbsent(persister, this::resolve).orElse(null);
    }

    /** The counted collections that refer to their owner by a column of rows of this entity. */
    public List<CountedCollection> holding(EntityPersister element) {
        List<CountedCollection> known = byElement.get(element);
        return known != null ? known : byElement.computeIfAbsent(element, this::resolveHolding);
    }

    private Optional<CountedCollection> resolve(CollectionPersister persister) {
        List<CounterDefinition> counters = definitions.stream()
                .filter(counter -> role(counter).equals(persister.getRole()))
                .toList();
        return counters.isEmpty()
                ? Optional.empty()
                : Optional.of(new CountedCollection(
                        (AbstractCollectionPersister) persister,
                        having(Counts.ELEMENTS, counters),
                        having(Counts.OWNERS, counters)));
    }

    private static List<CounterDefinition> having(Counts counts, List<CounterDefinition> counters) {
        return counters.stream().filter(counter -> counter.counts() == counts).toList();
    }

    private List<CountedCollection> resolveHolding(EntityPersister element) {
        return all(element.getFactory())
                .filter(collection -> collection.isForeignKey() && element.isTypeOrSuperType(collection.element()))
                .toList();
    }

    /** Whether rows of an entity are in a counted collection, or own one. */
    public boolean concern(EntityPersister entity) {
        return all(entity.getFactory())
                .anyMatch(collection -> Entities.areRelated(collection.owner(), entity)
                        || (collection.isForeignKey() && Entities.areRelated(collection.element(), entity)));
    }

    /** All counted collections. */
    public Stream<CountedCollection> all(SessionFactoryImplementor factory) {
        return definitions.stream()
                .map(counter -> persister(counter, factory))
                .distinct()
                .flatMap(persister -> Optional.ofNullable(of(persister)).stream());
    }

    /** The collection by which a counter counts. */
    public static CollectionPersister persister(CounterDefinition counter, SessionFactoryImplementor factory) {
        return factory.getMappingMetamodel().getCollectionDescriptor(role(counter));
    }

    /** The entity of the elements of a counter's collection; null if they are not entities. */
    public static @Nullable EntityPersister element(CounterDefinition counter, SessionFactoryImplementor factory) {
        return persister(counter, factory).getAttributeMapping().getElementDescriptor()
                        instanceof EntityCollectionPart elements
                ? elements.getAssociatedEntityMappingType().getEntityPersister()
                : null;
    }

    private static String role(CounterDefinition counter) {
        return counter.child() + "." + counter.association();
    }
}
