package io.countercache.hibernate.internal.size;

import static net.bytebuddy.matcher.ElementMatchers.isDeclaredBy;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.countercache.hibernate.internal.orm.HibernateFields;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.modifier.FieldPersistence;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import net.bytebuddy.implementation.FieldAccessor;
import net.bytebuddy.implementation.MethodDelegation;
import net.bytebuddy.implementation.bind.annotation.This;
import org.hibernate.collection.spi.PersistentBag;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.collection.spi.PersistentIdentifierBag;
import org.hibernate.collection.spi.PersistentList;
import org.hibernate.collection.spi.PersistentMap;
import org.hibernate.collection.spi.PersistentSet;
import org.hibernate.collection.spi.PersistentSortedMap;
import org.hibernate.collection.spi.PersistentSortedSet;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.metamodel.CollectionClassification;
import org.jspecify.annotations.Nullable;

/**
 * A generated subclass of one of Hibernate's collection classes, whose {@code size()} and {@code isEmpty()} read a counter while
 * the collection is not loaded. There is one for each kind of collection. Its instances are serialized as Hibernate's own class,
 * because the receiver may not have this library.
 */
public final class SizedCollectionClass {

    private static final Map<Class<?>, SizedCollectionClass> GENERATED = new ConcurrentHashMap<>();

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodType BUILDING =
            MethodType.methodType(PersistentCollection.class, SharedSessionContractImplementor.class, Object.class);

    private final Class<?> plain;
    private final MethodHandle uninitialized;
    private final MethodHandle wrapping;
    private final List<Field> serialized;

    /** Implemented by all generated classes. */
    public interface Sized {

        /** Sets what {@code size()} reads; null if it only does what Hibernate's own does. */
        void sizedBy(@Nullable CollectionSize counter);
    }

    /** The class for a kind of collection; null for arrays, which are always loaded. */
    static @Nullable SizedCollectionClass of(CollectionClassification kind) {
        return switch (kind) {
            case BAG -> of(PersistentBag.class, Collection.class);
            case ID_BAG -> of(PersistentIdentifierBag.class, Collection.class);
            case LIST -> of(PersistentList.class, List.class);
            case SET, ORDERED_SET -> of(PersistentSet.class, Set.class);
            case SORTED_SET -> of(PersistentSortedSet.class, SortedSet.class);
            case MAP, ORDERED_MAP -> of(PersistentMap.class, Map.class);
            case SORTED_MAP -> of(PersistentSortedMap.class, SortedMap.class);
            case ARRAY -> null;
        };
    }

    private static SizedCollectionClass of(Class<?> plain, Class<?> wrapped) {
        return GENERATED.computeIfAbsent(plain, each -> new SizedCollectionClass(each, wrapped));
    }

    private SizedCollectionClass(Class<?> plain, Class<?> wrapped) {
        this.plain = plain;
        Class<?> sized = generate(plain);
        this.wrapping = constructor(sized, wrapped).asType(BUILDING);
        this.uninitialized = SortedSet.class.isAssignableFrom(plain) || SortedMap.class.isAssignableFrom(plain)
                ? constructor(sized, Comparator.class).asType(BUILDING)
                : MethodHandles.dropArguments(constructor(sized), 1, Object.class)
                        .asType(BUILDING);
        this.serialized = HibernateFields.serialized(plain);
    }

    private static Class<?> generate(Class<?> plain) {
        return new ByteBuddy()
                .subclass(plain)
                .name(SizedCollectionClass.class.getPackageName() + ".Sized" + plain.getSimpleName())
                .defineField("counter", CollectionSize.class, Visibility.PRIVATE, FieldPersistence.TRANSIENT)
                .implement(Sized.class)
                .method(isDeclaredBy(Sized.class))
                .intercept(FieldAccessor.ofField("counter"))
                .method(named("size").or(named("getSize")).and(takesArguments(0)))
                .intercept(Advice.to(ReadCounter.class, Size.class))
                .method(named("isEmpty").and(takesArguments(0)))
                .intercept(Advice.to(ReadCounter.class, Empty.class))
                .method(named("comparator").and(takesArguments(0)))
                .intercept(Advice.to(Loaded.class))
                .defineMethod("writeReplace", Object.class, Visibility.PRIVATE)
                .intercept(MethodDelegation.to(SizedCollectionClass.class))
                .make()
                .load(SizedCollectionClass.class.getClassLoader(), ClassLoadingStrategy.UsingLookup.of(LOOKUP))
                .getLoaded();
    }

    private static MethodHandle constructor(Class<?> sized, Class<?>... wrapped) {
        try {
            return LOOKUP.findConstructor(
                    sized,
                    MethodType.methodType(void.class, SharedSessionContractImplementor.class)
                            .appendParameterTypes(wrapped));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(sized + " is not built as Hibernate builds its collections", e);
        }
    }

    /** Creates a collection that is not loaded. */
    PersistentCollection<?> uninitialized(
            SharedSessionContractImplementor session, @Nullable Comparator<?> comparator, CollectionSize counter) {
        return build(uninitialized, session, comparator, counter);
    }

    /** Creates a collection around a collection that the application has assigned. */
    PersistentCollection<?> wrapping(Object raw, SharedSessionContractImplementor session, CollectionSize counter) {
        return build(wrapping, session, raw, counter);
    }

    private static PersistentCollection<?> build(
            MethodHandle constructor,
            SharedSessionContractImplementor session,
            @Nullable Object argument,
            CollectionSize counter) {
        try {
            PersistentCollection<?> built = (PersistentCollection<?>) constructor.invokeExact(session, argument);
            ((Sized) built).sizedBy(counter);
            return built;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // the constructors throw no checked exceptions
        }
    }

    /** The body of {@code writeReplace}: an instance of Hibernate's own class with the same serialized fields. */
    static Object serialized(@This Sized collection) throws ReflectiveOperationException {
        SizedCollectionClass own =
                Objects.requireNonNull(GENERATED.get(collection.getClass().getSuperclass()));
        Object plain = own.plain.getConstructor().newInstance();
        for (Field field : own.serialized) {
            field.set(plain, field.get(collection));
        }
        return plain;
    }

    /** Reads the counter first, and returns the size plus one, or 0 if it is unknown. Hibernate's code runs only after a 0. */
    private static final class ReadCounter {

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static int read(
                @Advice.This PersistentCollection<?> collection,
                @Advice.FieldValue("counter") @Nullable CollectionSize counter) {
            return counter == null ? 0 : counter.of(collection) + 1;
        }
    }

    private static final class Size {

        @Advice.OnMethodExit
        @SuppressWarnings("UnusedVariable") // assigned to the value that is returned
        static void set(@Advice.Enter int read, @Advice.Return(readOnly = false) int size) {
            if (read != 0) {
                size = read - 1;
            }
        }
    }

    private static final class Empty {

        @Advice.OnMethodExit
        @SuppressWarnings("UnusedVariable") // assigned to the value that is returned
        static void set(@Advice.Enter int read, @Advice.Return(readOnly = false) boolean empty) {
            if (read != 0) {
                empty = read == 1;
            }
        }
    }

    /**
     * Loads a sorted collection when its comparator is asked for. Copying one ({@code new TreeSet<>(names)}) calls comparator(),
     * size() and the iterator, and fails if the last two disagree, as they may if one is read from a counter.
     */
    private static final class Loaded {

        @Advice.OnMethodEnter
        static void load(@Advice.This PersistentCollection<?> collection) {
            if (collection.getSession() != null) {
                collection.forceInitialization();
            }
        }
    }
}
