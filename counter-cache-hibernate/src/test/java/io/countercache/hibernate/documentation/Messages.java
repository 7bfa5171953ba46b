package io.countercache.hibernate.documentation;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** The messages of the main sources: exceptions, warnings, errors, and what is wrong with a declaration. */
final class Messages {

    /** Where something that is known only at run time stands in a message. */
    static final String GAP = "…";

    private static final Pattern FORMAT = Pattern.compile("%(\\d+\\$)?[,.\\d]*[sdxn]");

    private static final Pattern LOGGED = Pattern.compile("LOG\\.(warnf?|errorf?|logf?)");

    /** "what is wrong: what to do" */
    private static final Pattern REMEDY = Pattern.compile("[^:]: [a-z'@…]");

    private Messages() {}

    /** Each as it is on the page: {@code … has no attribute '…': add it…}. */
    static Set<String> ofTheSources() {
        Set<String> found = new TreeSet<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> core = Files.walk(Page.ROOT.resolve("counter-cache-core/src/main/java"));
                Stream<Path> hibernate = Files.walk(Page.ROOT.resolve("counter-cache-hibernate/src/main/java"))) {
            List<File> sources = Stream.concat(core, hibernate)
                    .filter(file -> file.toString().endsWith(".java"))
                    .map(Path::toFile)
                    .toList();
            var task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromFiles(sources));
            List<CompilationUnitTree> units = new ArrayList<>();
            task.parse().forEach(units::add);
            Set<String> makers = new HashSet<>();
            new Makers(makers).scan(units, null);
            new Strings(makers, found).scan(units, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Finds the methods that make an exception. */
    private static final class Makers extends TreeScanner<Void, Void> {

        private final Set<String> found;

        Makers(Set<String> found) {
            this.found = found;
        }

        @Override
        public Void visitMethod(MethodTree method, Void none) {
            if (method.getReturnType() != null
                    && method.getReturnType().toString().endsWith("Exception")) {
                found.add(method.getName().toString());
            }
            return super.visitMethod(method, null);
        }
    }

    /** Finds strings, each with all that is added to it. */
    private static final class Strings extends TreeScanner<Void, Void> {

        private final Set<String> makers;
        private final Set<String> found;

        /** In an exception or in what is logged. */
        private boolean isTold;

        Strings(Set<String> makers, Set<String> found) {
            this.makers = makers;
            this.found = found;
        }

        /** Names and descriptions, as of events. */
        @Override
        public Void visitAnnotation(AnnotationTree annotation, Void none) {
            return null;
        }

        @Override
        public Void visitBinary(BinaryTree sum, Void none) {
            String text = text(sum);
            if (text.equals(GAP)) {
                return super.visitBinary(sum, null);
            }
            add(text);
            scanGaps(sum);
            return null;
        }

        @Override
        public Void visitLiteral(LiteralTree literal, Void none) {
            add(text(literal));
            return null;
        }

        @Override
        public Void visitNewClass(NewClassTree created, Void none) {
            return told(
                    created.getIdentifier().toString().endsWith("Exception"), () -> super.visitNewClass(created, null));
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
            String called = call.getMethodSelect().toString();
            boolean isTold = LOGGED.matcher(called).matches() || makers.contains(called.replaceFirst("(?s).*\\.", ""));
            return told(isTold, () -> super.visitMethodInvocation(call, null));
        }

        private Void told(boolean isTold, Supplier<Void> scan) {
            boolean outside = this.isTold;
            this.isTold |= isTold;
            scan.get();
            this.isTold = outside;
            return null;
        }

        private void add(String text) {
            String message = FORMAT.matcher(text)
                    .replaceAll(GAP)
                    .replaceAll("(…\\s*)*…", GAP)
                    .replace("%%", "%")
                    .replaceAll("\\s+", " ")
                    .strip();
            if (isMessage(message) && (isTold || REMEDY.matcher(message).find())) {
                found.add(message);
            }
        }

        /** What is put in at run time may have messages of its own. */
        private void scanGaps(Tree part) {
            if (part instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
                scanGaps(sum.getLeftOperand());
                scanGaps(sum.getRightOperand());
            } else if (!(part instanceof LiteralTree)) {
                scan(part, null);
            }
        }
    }

    private static String text(Tree tree) {
        if (tree instanceof LiteralTree literal && literal.getValue() instanceof String text) {
            return text;
        }
        if (tree instanceof ParenthesizedTree inner) {
            return text(inner.getExpression());
        }
        if (tree instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
            String text = text(sum.getLeftOperand()) + text(sum.getRightOperand());
            return text.equals(GAP + GAP) ? GAP : text;
        }
        return GAP;
    }

    private static boolean isMessage(String text) {
        return text.split(" ").length >= 4;
    }
}
