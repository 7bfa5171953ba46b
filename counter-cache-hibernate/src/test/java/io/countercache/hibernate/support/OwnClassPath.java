package io.countercache.hibernate.support;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Runs programs among classes of their own, some of which are missing. They cannot be cast to those of the test. */
public final class OwnClassPath {

    private OwnClassPath() {}

    /** What a program returns where some libraries are not on the class path. */
    public static Object without(String missing, Class<? extends Callable<String>> program) throws Exception {
        return without(missing, "", program);
    }

    /**
     * The same where something of other libraries is missing as well.
     *
     * @param missing how the names of their files begin
     * @param resource what no library has
     */
    public static Object without(String missing, String resource, Class<? extends Callable<String>> program)
            throws Exception {
        return call(
                new URLClassLoader(all(missing), ClassLoader.getPlatformClassLoader()) {
                    @Override
                    public Enumeration<URL> findResources(String name) throws IOException {
                        return name.equals(resource) ? Collections.emptyEnumeration() : super.findResources(name);
                    }
                },
                program);
    }

    /** The same where classes are missing: as those of the JDK are in a runtime that was built without their module. */
    public static Object withoutClasses(String start, Class<? extends Callable<String>> program) throws Exception {
        return call(
                new URLClassLoader(all("nothing is missing"), ClassLoader.getPlatformClassLoader()) {
                    @Override
                    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                        if (name.startsWith(start)) {
                            throw new ClassNotFoundException(name);
                        }
                        return super.loadClass(name, resolve);
                    }
                },
                program);
    }

    /** Classes of their own, where those that are not loaded again are those of the test. */
    public static ClassLoader again(Predicate<String> again) {
        return new URLClassLoader(all("nothing is missing"), OwnClassPath.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                synchronized (getClassLoadingLock(name)) {
                    Class<?> known = findLoadedClass(name);
                    if (known == null && again.test(name)) {
                        try {
                            return findClass(name);
                        } catch (ClassNotFoundException e) {
                            return super.loadClass(name, resolve); // of the JDK
                        }
                    }
                    return known != null ? known : super.loadClass(name, resolve);
                }
            }
        };
    }

    static Object call(URLClassLoader classes, Class<? extends Callable<String>> program) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = classes) {
            thread.setContextClassLoader(loader);
            Object own =
                    loader.loadClass(program.getName()).getDeclaredConstructor().newInstance();
            return ((Callable<?>) own).call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Whether a class is on the class path of whoever calls this. */
    public static boolean has(String type) {
        try {
            Class.forName(type);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    static URL[] all(String missing) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith(missing))
                .map(OwnClassPath::url)
                .toArray(URL[]::new);
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(entry, e);
        }
    }
}
