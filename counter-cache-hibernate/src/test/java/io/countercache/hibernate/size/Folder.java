package io.countercache.hibernate.size;

import io.countercache.CounterCache;
import jakarta.persistence.CascadeType;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapKey;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Version;
import java.beans.Introspector;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.annotations.CollectionId;
import org.hibernate.annotations.CollectionIdJavaType;
import org.hibernate.annotations.SortComparator;
import org.hibernate.annotations.SortNatural;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.type.descriptor.java.LongJavaType;

/** Has a collection of each kind, of children and of values, each with its counter. */
@Entity(name = "Folder")
class Folder implements Serializable {

    private static final long serialVersionUID = 1;

    static final Class<?>[] ENTITIES = {
        Folder.class,
        InBag.class,
        InList.class,
        InSet.class,
        InOrderedSet.class,
        InSortedSet.class,
        InMap.class,
        InOrderedMap.class,
        InSortedMap.class
    };

    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE)
    Long id;

    @Version
    int version;

    String title;

    @OneToMany(mappedBy = "folder", cascade = CascadeType.ALL, orphanRemoval = true)
    List<InBag> bag = new ArrayList<>();

    Integer bagCount = 0;

    @OneToMany(mappedBy = "folder", cascade = CascadeType.ALL, orphanRemoval = true)
    @OrderColumn(name = "place")
    List<InList> list = new ArrayList<>();

    int listCount;

    @OneToMany(mappedBy = "folder", cascade = CascadeType.ALL, orphanRemoval = true)
    Set<InSet> set = new HashSet<>();

    long setCount;

    @OneToMany(mappedBy = "folder", cascade = CascadeType.ALL, orphanRemoval = true)
    @OrderBy("name desc")
    Set<InOrderedSet> orderedSet = new HashSet<>();

    short orderedSetCount;

    @OneToMany(mappedBy = "folder", cascade = CascadeType.ALL, orphanRemoval = true)
    @SortNatural
    SortedSet<InSortedSet> sortedSet = new TreeSet<>();

    Long sortedSetCount = 0L;

    @OneToMany(mappedBy = "folder", cascade = CascadeType.ALL, orphanRemoval = true)
    @MapKey(name = "name")
    Map<String, InMap> map = new HashMap<>();

    int mapCount;

    @OneToMany(mappedBy = "folder", cascade = CascadeType.ALL, orphanRemoval = true)
    @MapKey(name = "name")
    @OrderBy("name desc")
    Map<String, InOrderedMap> orderedMap = new HashMap<>();

    int orderedMapCount;

    @OneToMany(mappedBy = "folder", cascade = CascadeType.ALL, orphanRemoval = true)
    @MapKey(name = "name")
    @SortNatural
    SortedMap<String, InSortedMap> sortedMap = new TreeMap<>();

    BigDecimal sortedMapCount = BigDecimal.ZERO;

    @ElementCollection
    @CounterCache(size = true)
    Collection<String> valueBag = new ArrayList<>();

    int valueBagCount;

    @ElementCollection
    @CounterCache(size = true)
    @OrderColumn
    List<String> valueList = new ArrayList<>();

    int valueListCount;

    @ElementCollection
    @CounterCache(size = true)
    Set<String> valueSet = new HashSet<>();

    int valueSetCount;

    @ElementCollection
    @CounterCache(size = true)
    @SortComparator(Backwards.class)
    SortedSet<String> valueSortedSet = new TreeSet<>(new Backwards());

    int valueSortedSetCount;

    @ElementCollection
    @CounterCache(size = true)
    @MapKeyColumn(name = "name")
    @Column(name = "text")
    Map<String, String> valueMap = new HashMap<>();

    BigInteger valueMapCount = BigInteger.ZERO;

    @ElementCollection
    @CounterCache(size = true)
    @MapKeyColumn(name = "name")
    @Column(name = "text")
    @SortComparator(Backwards.class)
    SortedMap<String, String> valueSortedMap = new TreeMap<>(new Backwards());

    int valueSortedMapCount;

    @ElementCollection
    @CounterCache(size = true)
    @CollectionId(column = @Column(name = "row_id"), generator = "increment")
    @CollectionIdJavaType(LongJavaType.class)
    @CollectionTable(name = "folder_rows")
    List<String> idBag = new ArrayList<>();

    Short idBagCount = 0;

    /** Sorts values. */
    public static final class Backwards implements Comparator<String>, Serializable {

        private static final long serialVersionUID = 1;

        /** Called by Hibernate. */
        public Backwards() {}

        @Override
        public int compare(String one, String other) {
            return other.compareTo(one);
        }
    }

    @MappedSuperclass
    abstract static class Leaf implements Serializable, Comparable<Leaf> {

        private static final long serialVersionUID = 1;

        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String name;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        Folder folder;

        @Override
        public int compareTo(Leaf other) {
            return name.compareTo(other.name);
        }
    }

    @Entity(name = "InBag")
    static class InBag extends Leaf {

        private static final long serialVersionUID = 1;
    }

    @Entity(name = "InList")
    static class InList extends Leaf {

        private static final long serialVersionUID = 1;
    }

    @Entity(name = "InSet")
    static class InSet extends Leaf {

        private static final long serialVersionUID = 1;
    }

    @Entity(name = "InOrderedSet")
    static class InOrderedSet extends Leaf {

        private static final long serialVersionUID = 1;
    }

    @Entity(name = "InSortedSet")
    static class InSortedSet extends Leaf {

        private static final long serialVersionUID = 1;
    }

    @Entity(name = "InMap")
    static class InMap extends Leaf {

        private static final long serialVersionUID = 1;
    }

    @Entity(name = "InOrderedMap")
    static class InOrderedMap extends Leaf {

        private static final long serialVersionUID = 1;
    }

    @Entity(name = "InSortedMap")
    static class InSortedMap extends Leaf {

        private static final long serialVersionUID = 1;
    }

    /** One of the collections, whatever its type: its elements are known by their names. */
    enum Kind {
        BAG,
        LIST,
        SET,
        ORDERED_SET,
        SORTED_SET,
        MAP,
        ORDERED_MAP,
        SORTED_MAP,
        VALUE_BAG,
        VALUE_LIST,
        VALUE_SET,
        VALUE_SORTED_SET,
        VALUE_MAP,
        VALUE_SORTED_MAP,
        ID_BAG;

        private String words() {
            return Arrays.stream(name().split("_", -1))
                    .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining());
        }

        private Field attribute() {
            try {
                return Folder.class.getDeclaredField(Introspector.decapitalize(words()));
            } catch (NoSuchFieldException e) {
                throw new IllegalStateException(e);
            }
        }

        Object of(Folder folder) {
            try {
                return attribute().get(folder);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        void set(Folder folder, Object all) {
            try {
                attribute().set(folder, all);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        private Optional<Class<?>> child() {
            return Stream.of(ENTITIES)
                    .filter(entity -> entity.getSimpleName().equals("In" + words()))
                    .findFirst();
        }

        boolean hasChildren() {
            return child().isPresent();
        }

        /** Whether additions to it wait until it is loaded. */
        boolean queues() {
            return this == BAG || this == LIST;
        }

        int size(Folder folder) {
            return of(folder) instanceof Map<?, ?> map ? map.size() : ((Collection<?>) of(folder)).size();
        }

        boolean isEmpty(Folder folder) {
            return of(folder) instanceof Map<?, ?> map ? map.isEmpty() : ((Collection<?>) of(folder)).isEmpty();
        }

        @SuppressWarnings("unchecked")
        void add(Folder folder, String... names) {
            for (String name : names) {
                Object element = child().map(type -> leaf(type, name, folder)).orElse(name);
                if (of(folder) instanceof Map<?, ?> map) {
                    ((Map<String, Object>) map).put(name, element);
                } else {
                    ((Collection<Object>) of(folder)).add(element);
                }
            }
        }

        /** Adds what was queued last once more. */
        @SuppressWarnings("unchecked")
        void addAgain(Folder folder) {
            Object last = null;
            for (var queued = ((PersistentCollection<?>) of(folder)).queuedAdditionIterator(); queued.hasNext(); ) {
                last = queued.next();
            }
            ((Collection<Object>) of(folder)).add(last);
        }

        private static Object leaf(Class<?> type, String name, Folder folder) {
            try {
                Leaf leaf = (Leaf) type.getDeclaredConstructor().newInstance();
                leaf.name = name;
                leaf.folder = folder;
                return leaf;
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        void remove(Folder folder, String name) {
            if (of(folder) instanceof Map<?, ?> map) {
                map.remove(name);
            } else {
                ((Collection<?>) of(folder)).removeIf(element -> name(element).equals(name));
            }
        }

        void clear(Folder folder) {
            if (of(folder) instanceof Map<?, ?> map) {
                map.clear();
            } else {
                ((Collection<?>) of(folder)).clear();
            }
        }

        /** Loads it. */
        List<String> names(Folder folder) {
            Collection<?> all = of(folder) instanceof Map<?, ?> map ? map.values() : (Collection<?>) of(folder);
            return all.stream().map(Kind::name).sorted().toList();
        }

        private static String name(Object element) {
            return element instanceof Leaf leaf ? leaf.name : (String) element;
        }

        /** One of the same type that is not persistent. */
        Object fresh() {
            return of(new Folder());
        }

        String column() {
            return name().toLowerCase(Locale.ROOT) + "_count";
        }
    }
}
