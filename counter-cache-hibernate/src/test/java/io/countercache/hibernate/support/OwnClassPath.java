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
