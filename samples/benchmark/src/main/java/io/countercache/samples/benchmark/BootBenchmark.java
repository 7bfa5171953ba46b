package io.countercache.samples.benchmark;

import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCacheSettings;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How long a session factory of 500 entities takes to be built, 250 of which are counted by the others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class BootBenchmark {

    private static final int PARENTS = 250;

    /** Whether the library does anything. */
    @Param({"true", "false"})
    public boolean enabled;

    private static final List<Class<?>> ENTITIES = generate();

    /** For JMH. */
    public BootBenchmark() {}

    private static List<Class<?>> generate() {
        List<Class<?>> entities = new ArrayList<>();
        for (int i = 0; i < PARENTS; i++) {
            Class<?> parent = load(entity("Parent" + i).defineField("childrenCount", int.class, Visibility.PUBLIC));
            entities.add(parent);
            entities.add(load(entity("Child" + i)
                    .defineField("parent", parent, Visibility.PUBLIC)
                    .annotateField(
                            AnnotationDescription.Builder.ofType(ManyToOne.class)
                                    .define("fetch", FetchType.LAZY)
                                    .build(),
                            AnnotationDescription.Builder.ofType(CounterCache.class)
                                    .define("value", "childrenCount")
                                    .build())));
        }
        return entities;
    }

    /** Where Hibernate finds it by its name. */
    private static Class<?> load(DynamicType.Builder<Object> entity) {
        return entity.make()
                .load(BootBenchmark.class.getClassLoader(), ClassLoadingStrategy.UsingLookup.of(MethodHandles.lookup()))
                .getLoaded();
    }

    private static DynamicType.Builder<Object> entity(String name) {
        return new ByteBuddy()
                .subclass(Object.class)
                .name(BootBenchmark.class.getPackageName() + "." + name)
                .annotateType(AnnotationDescription.Builder.ofType(Entity.class)
                        .define("name", name)
                        .build())
                .defineField("id", long.class, Visibility.PUBLIC)
                .annotateField(AnnotationDescription.Builder.ofType(Id.class).build());
    }

    /** Builds and closes it. */
    @Benchmark
    public void boot() {
        Configuration configuration = new Configuration()
                .setProperty(AvailableSettings.JAKARTA_JDBC_URL, "jdbc:h2:mem:boot")
                .setProperty(CounterCacheSettings.ENABLED, Boolean.toString(enabled));
        ENTITIES.forEach(configuration::addAnnotatedClass);
        try (SessionFactory factory = configuration.buildSessionFactory()) {
            if (!factory.isOpen()) {
                throw new IllegalStateException("not open");
            }
        }
    }
}
