package io.countercache.hibernate.internal.size;

import static io.countercache.hibernate.internal.size.CollectionSize.UNKNOWN;

import io.countercache.hibernate.internal.orm.HibernateFields;
import java.util.Comparator;
import org.hibernate.collection.spi.AbstractPersistentCollection;
import org.hibernate.collection.spi.PersistentBag;
import org.hibernate.collection.spi.PersistentIdentifierBag;
import org.hibernate.collection.spi.PersistentList;
import org.hibernate.collection.spi.PersistentMap;
import org.hibernate.collection.spi.PersistentSet;
import org.hibernate.collection.spi.PersistentSortedMap;
import org.hibernate.collection.spi.PersistentSortedSet;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Hibernate's collections, whose {@code size()} and {@code isEmpty()} a counter tells while they are not loaded. They are
 * serialized as Hibernate's own classes, because the receiver may not have this library.
 *
 * <p>They differ only in their superclass, and Java has no way to write that once.
 */
@SuppressWarnings("serial") // what is serialized is always another class
final class SizedCollections {

    private SizedCollections() {}

    /**
     * What is serialized in place of a collection.
     *
     * @param plain a new instance of Hibernate's own class
     * @return it, with what is serialized of the collection
     */
    private static Object plain(AbstractPersistentCollection<?> collection, AbstractPersistentCollection<?> plain) {
        HibernateFields.copySerialized(plain.getClass(), collection, plain);
        return plain;
    }

    /**
     * Loads a sorted collection when its comparator is asked for. Copying one ({@code new TreeSet<>(names)}) calls comparator(),
     * size() and the iterator, and fails if the last two disagree, as they may if one is read from a counter.
     */
    private static void load(AbstractPersistentCollection<?> sorted) {
        if (sorted.getSession() != null) {
            sorted.forceInitialization();
        }
    }

    static final class SizedBag<E> extends PersistentBag<E> {

        private final transient CollectionSize told;

        SizedBag(SharedSessionContractImplementor session, CollectionSize told) {
            super(session);
            this.told = told;
        }

        @Override
        public int size() {
            int size = told.of(this);
            return size == UNKNOWN ? super.size() : size;
        }

        @Override
        public boolean isEmpty() {
            return size() == 0;
        }

        @Override
        public int getSize() {
            int size = told.of(this);
            return size == UNKNOWN ? super.getSize() : size;
        }

        private Object writeReplace() {
            return plain(this, new PersistentBag<>());
        }
    }

    static final class SizedIdentifierBag<E> extends PersistentIdentifierBag<E> {

        private final transient CollectionSize told;

        SizedIdentifierBag(SharedSessionContractImplementor session, CollectionSize told) {
            super(session);
            this.told = told;
        }

        @Override
        public int size() {
            int size = told.of(this);
            return size == UNKNOWN ? super.size() : size;
        }

        @Override
        public boolean isEmpty() {
            return size() == 0;
        }

        @Override
        public int getSize() {
            int size = told.of(this);
            return size == UNKNOWN ? super.getSize() : size;
        }

        private Object writeReplace() {
            return plain(this, new PersistentIdentifierBag<>());
        }
    }

    static final class SizedList<E> extends PersistentList<E> {

        private final transient CollectionSize told;

        SizedList(SharedSessionContractImplementor session, CollectionSize told) {
            super(session);
            this.told = told;
        }

        @Override
        public int size() {
            int size = told.of(this);
            return size == UNKNOWN ? super.size() : size;
        }

        @Override
        public boolean isEmpty() {
            return size() == 0;
        }

        @Override
        public int getSize() {
            int size = told.of(this);
            return size == UNKNOWN ? super.getSize() : size;
        }

        private Object writeReplace() {
            return plain(this, new PersistentList<>());
        }
    }

    static final class SizedSet<E> extends PersistentSet<E> {

        private final transient CollectionSize told;

        SizedSet(SharedSessionContractImplementor session, CollectionSize told) {
            super(session);
            this.told = told;
        }

        @Override
        public int size() {
            int size = told.of(this);
            return size == UNKNOWN ? super.size() : size;
        }

        @Override
        public boolean isEmpty() {
            return size() == 0;
        }

        @Override
        public int getSize() {
            int size = told.of(this);
            return size == UNKNOWN ? super.getSize() : size;
        }

        private Object writeReplace() {
            return plain(this, new PersistentSet<>());
        }
    }

    static final class SizedSortedSet<E> extends PersistentSortedSet<E> {

        private final transient CollectionSize told;

        SizedSortedSet(
                SharedSessionContractImplementor session, @Nullable Comparator<E> comparator, CollectionSize told) {
            super(session, comparator);
            this.told = told;
        }

        @Override
        public int size() {
            int size = told.of(this);
            return size == UNKNOWN ? super.size() : size;
        }

        @Override
        public boolean isEmpty() {
            return size() == 0;
        }

        @Override
        public int getSize() {
            int size = told.of(this);
            return size == UNKNOWN ? super.getSize() : size;
        }

        @Override
        public Comparator<? super E> comparator() {
            load(this);
            return super.comparator();
        }

        private Object writeReplace() {
            return plain(this, new PersistentSortedSet<>());
        }
    }

    static final class SizedMap<K, E> extends PersistentMap<K, E> {

        private final transient CollectionSize told;

        SizedMap(SharedSessionContractImplementor session, CollectionSize told) {
            super(session);
            this.told = told;
        }

        @Override
        public int size() {
            int size = told.of(this);
            return size == UNKNOWN ? super.size() : size;
        }

        @Override
        public boolean isEmpty() {
            return size() == 0;
        }

        @Override
        public int getSize() {
            int size = told.of(this);
            return size == UNKNOWN ? super.getSize() : size;
        }

        private Object writeReplace() {
            return plain(this, new PersistentMap<>());
        }
    }

    static final class SizedSortedMap<K, E> extends PersistentSortedMap<K, E> {

        private final transient CollectionSize told;

        SizedSortedMap(
                SharedSessionContractImplementor session, @Nullable Comparator<K> comparator, CollectionSize told) {
            super(session, comparator);
            this.told = told;
        }

        @Override
        public int size() {
            int size = told.of(this);
            return size == UNKNOWN ? super.size() : size;
        }

        @Override
        public boolean isEmpty() {
            return size() == 0;
        }

        @Override
        public int getSize() {
            int size = told.of(this);
            return size == UNKNOWN ? super.getSize() : size;
        }

        @Override
        public Comparator<? super K> comparator() {
            load(this);
            return super.comparator();
        }

        private Object writeReplace() {
            return plain(this, new PersistentSortedMap<>());
        }
    }
}
