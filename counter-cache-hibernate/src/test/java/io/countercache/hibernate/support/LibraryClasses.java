package io.countercache.hibernate.support;

import io.countercache.hibernate.CounterCaches;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The classes that the library consists of. */
public final class LibraryClasses {

    private LibraryClasses() {}

    /** As in {@code io/countercache/hibernate/Counters}: from the jar or from where the compiler wrote them. */
    public static SortedSet<String> names() throws Exception {
        Path classes = Path.of(CounterCaches.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        if (Files.isDirectory(classes)) {
            return classesIn(classes);
        }
        try (FileSystem jar = FileSystems.newFileSystem(classes)) {
            return classesIn(jar.getPath("/"));
        }
    }

    private static SortedSet<String> classesIn(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString().replace(File.separatorChar, '/'))
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replaceFirst("\\.class$", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
