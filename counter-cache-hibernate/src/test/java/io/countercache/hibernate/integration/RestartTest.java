package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.github.benmanes.caffeine.jcache.spi.CaffeineCachingProvider;
import com.zaxxer.hikari.HikariDataSource;
import io.countercache.hibernate.support.OwnClassPath;
import io.countercache.hibernate.support.TestServer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.lang.runtime.ObjectMethods;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** An application that is started again and again in one JVM, each time with classes of its own, leaves nothing of them behind. */
class RestartTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Logger log = (Logger) LoggerFactory.getLogger("org.hibernate");
    private HikariDataSource connections;

    /** They belong to the container. The pool starts no thread later that would remember the class loader of an application. */
    @BeforeEach
    void connect() throws SQLException {
        connections = TestServer.emptySchema();
        List<Connection> first = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            first.add(connections.getConnection());
        }
        for (Connection each : first) {
            each.close();
        }
    }

    /** Hibernate asks for it, and it remembers the class loader of whoever asked first. */
    @BeforeEach
    void loadTheCacheOfOtherTests() {
        assertThat(new CaffeineCachingProvider().getDefaultClassLoader()).isNotNull();
    }

    /** The class loader of all tests has a Hibernate, too: there it finds services that it cannot have. */
    @BeforeEach
    void sayNothingOfServices() {
        log.setLevel(Level.OFF);
    }

    @AfterEach
    void drop() {
        log.setLevel(null);
        TestServer.drop(connections);
    }

    /** As the dev tools of Spring Boot do it: jars stay, and only classes of the application are loaded again. */
    @Test
    void theClassesOfTheApplicationAreLoadedAgain() throws Throwable {
        assertThat(restart(10, name -> name.startsWith(RestartedBlog.class.getName())))
                .isEmpty();
    }

    /** As containers do it that deploy a WAR again: all but what the JDBC driver and the log consist of. Each takes long. */
    @Test
    void hibernateAndTheLibraryAreLoadedAgain() throws Throwable {
        assertThat(restart(
                        3,
                        name -> !name.startsWith("org.postgresql.")
                                && !name.startsWith("org.h2.")
                                && !name.startsWith("com.zaxxer.")
                                && !name.startsWith("org.slf4j.")
                                && !name.startsWith("ch.qos.logback.")))
                .isEmpty();
    }

    /** Restarts an application, and returns which of its class loaders are still there. */
    private Set<String> restart(int times, Predicate<String> again) throws Throwable {
        ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
        Set<Left> left = new HashSet<>();
        for (int i = 1; i <= times; i++) {
            left.add(run("start " + i, again, gone));
        }
        linkARecord();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            askForTooMuch();
            for (var each = gone.remove(100); each != null; each = gone.poll()) {
                left.remove(each);
            }
        }
        Set<String> names = new HashSet<>();
        left.forEach(each -> names.add(each.name));
        return names;
    }

    private Left run(String name, Predicate<String> again, ReferenceQueue<ClassLoader> gone) throws Exception {
        ClassLoader loader = OwnClassPath.again(again);
        FutureTask<String> start = new FutureTask<>(() -> application(loader).apply(connections));
        Thread thread = new Thread(start, name);
        thread.setContextClassLoader(loader);
        thread.start();
        assertThat(start.get()).isEqualTo("1 1 1");
        thread.join();
        return new Left(name, loader, gone);
    }

    @SuppressWarnings("unchecked") // it is one
    private static Function<DataSource, String> application(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> type = loader.loadClass(RestartedBlog.class.getName());
        assertThat(type.getClassLoader()).isSameAs(loader);
        return (Function<DataSource, String>) type.getDeclaredConstructor().newInstance();
    }

    private record Stays(Stays other) {}

    /** Java remembers the type of a component of the record that it has linked last: here it is one that stays. */
    private static void linkARecord() throws Throwable {
        var lookup = MethodHandles.lookup();
        var equals = MethodType.methodType(boolean.class, Stays.class, Object.class);
        var other = lookup.findGetter(Stays.class, "other", Stays.class);
        ObjectMethods.bootstrap(lookup, "equals", equals, Stays.class, "other", other);
    }

    /** Before it says that there is not so much memory, Java gives up all that it has kept in case it were needed again. */
    private static void askForTooMuch() {
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> new long[Integer.MAX_VALUE - 8].clone());
    }

    private static final class Left extends WeakReference<ClassLoader> {

        private final String name;

        Left(String name, ClassLoader loader, ReferenceQueue<ClassLoader> gone) {
            super(loader, gone);
            this.name = name;
        }
    }
}
