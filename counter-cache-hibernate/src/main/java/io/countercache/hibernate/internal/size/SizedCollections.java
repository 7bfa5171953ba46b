package io.countercache.hibernate.internal.size;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.model.CounterDefinition.Counts;
import io.countercache.hibernate.internal.orm.BootModel;
import io.countercache.hibernate.internal.orm.SkippingSessions;
import java.util.List;
import java.util.stream.Stream;
import org.hibernate.annotations.FetchMode;
import org.hibernate.binder.internal.TenantIdBinder;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.MetadataImplementor;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.mapping.Any;
import org.hibernate.mapping.Array;
import org.hibernate.mapping.Bag;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.OneToMany;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Finds the collections of a session factory that have a counter of exactly their elements, and makes it give their size. */
public final class SizedCollections {

    private static final Logger LOG = Logger.getLogger(SizedCollections.class);

    private final SkippingSessions skipping;
    private final Metadata metadata;
    private final boolean loadsDetached;

    public SizedCollections(SkippingSessions skipping, Metadata metadata, SessionFactoryImplementor factory) {
        this.skipping = skipping;
        this.metadata = metadata;
        this.loadsDetached = factory.getSessionFactoryOptions().isInitializeLazyStateOutsideTransactionsEnabled();
    }

    /**
     * Makes Hibernate create collections that read their size from a counter.
     *
     * @param read the counters that may be read
     */
    public void substitute(List<CounterDefinition> read) {
        for (Collection collection : metadata.getCollectionBindings()) {
            read.stream()
                    .filter(counter -> isCountedBy(counter, collection))
                    .findFirst()
                    .map(counter -> BootModel.own(collection.getOwner(), counter.counter()))
                    .ifPresent(counter -> substitute(collection, counter));
        }
    }

    /** Whether a counter counts exactly the elements of a collection. */
    private boolean isCountedBy(CounterDefinition counter, Collection collection) {
        return collection.getOwner().getEntityName().equals(counter.parent())
                && counter.where().isEmpty()
                && counter.sum().isEmpty()
                && counter.path().isEmpty()
                && (counter.counts() == Counts.ELEMENTS
                        ? collection.getRole().equals(counter.child() + "." + counter.association())
                        : isOtherSide(collection, counter))
                && showsAll(collection);
    }

    private boolean isOtherSide(Collection collection, CounterDefinition counter) {
        PersistentClass child = metadata.getEntityBinding(counter.child());
        Property association = BootModel.find(child, counter.association());
        return counter.association().equals(collection.getMappedByProperty())
                && child.equals(BootModel.target(collection.getElement(), metadata))
                && association != null
                && !(association.getValue() instanceof Any);
    }

    /** Whether the collection, once it is loaded, has an element for each of its rows. */
    private boolean showsAll(Collection collection) {
        PersistentClass element = BootModel.target(collection.getElement(), metadata);
        return collection.getWhere() == null
                && collection.getManyToManyWhere() == null
                && collection.getFilters().isEmpty()
                && collection.getManyToManyFilters().isEmpty()
                && collection.getLoaderName() == null
                && !(collection.getElement() instanceof ManyToOne toOne && toOne.isIgnoreNotFound())
                && !(collection.getElement() instanceof OneToMany elements && elements.isIgnoreNotFound())
                && (element == null || showsAll(element));
    }

    private static boolean showsAll(PersistentClass element) {
        return element.getRootClass().getWhere() == null
                && Stream.concat(
                                Stream.of(element.getRootClass()), element.getRootClass().getSubclassClosure().stream())
                        .flatMap(each -> each.getFilters().stream())
                        .allMatch(filter -> TenantIdBinder.FILTER_NAME.equals(filter.getName()));
    }

    private void substitute(Collection collection, Property counter) {
        CollectionSize size = new CollectionSize(
                counter.getName(), counter.getGetter(collection.getOwner().getMappedClass()), skipping, loadsDetached);
        String obstacle = obstacle(collection);
        if (obstacle == null && !SizedCollectionType.give(collection, size)) {
            obstacle =
                    "it already has a collection type: one that the application declares, or one that was resolved before, as in an embeddable";
        }
        if (obstacle != null && !(collection instanceof Array)) {
            LOG.infof("%s: its size is not read from its counter, because %s", collection.getRole(), obstacle);
        }
    }

    private @Nullable String obstacle(Collection collection) {
        if (((MetadataImplementor) metadata).getMetadataBuildingOptions().isAllowExtensionsInCdi()) {
            // where types are CDI beans, one instance serves all collections
            return AvailableSettings.ALLOW_EXTENSIONS_IN_CDI + " is true";
        }
        if (collection instanceof Bag && isJoinedByProfile(collection)) {
            // Hibernate does not join a second bag, and recognizes bags by its own type
            return "a fetch profile joins it";
        }
        return null;
    }

    private boolean isJoinedByProfile(Collection collection) {
        return metadata.getFetchProfiles().stream()
                .flatMap(profile -> profile.getFetches().stream())
                .anyMatch(fetch -> fetch.getMethod() == FetchMode.JOIN
                        && collection.getRole().endsWith("." + fetch.getAssociation()));
    }
}
