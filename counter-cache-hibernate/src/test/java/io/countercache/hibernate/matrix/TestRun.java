package io.countercache.hibernate.matrix;

import io.countercache.hibernate.support.BeforeHibernate;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.platform.commons.support.AnnotationSupport;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * What Surefire's reports say of the tests on one version, or one database.
 *
 * @param name of the column
 * @param on what the tests ran on, as the table says: the version of the JDK, or of the database
 * @param results by test class, as in {@code path.PathTest}
 */
record TestRun(Table table, String name, String on, SortedMap<String, List<Result>> results) {

    static final String PACKAGE = "io.countercache.hibernate.";

    enum Outcome {
        PASSED,
        /** It has shown that this version refuses something. */
        REFUSED,
        SKIPPED,
        FAILED
    }

    /**
     * One test.
     *
     * @param method empty for all of a class that was skipped as a whole
     * @param reason why it was skipped
     */
    record Result(String method, Outcome outcome, String reason) {}

    /** In the text. */
    String label() {
        return table.label(name, on);
    }

    static TestRun read(Table table, String name, Path reports) throws Exception {
        SortedMap<String, List<Result>> results = new TreeMap<>();
        String on = "";
        for (Path each : reports(reports)) {
            Element suite = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(each.toFile())
                    .getDocumentElement();
            String told = property(suite, table.property);
            if (!told.isEmpty()) { // a test that opens no connection does not know the version of the database
                on = told.replaceAll("[ -].*", "");
            }
            // it has run, even if this version skips all of it and no single test is reported
            String reported = each.getFileName().toString().replaceAll("^TEST-|\\.xml$", "");
            results.computeIfAbsent(reported.replaceFirst("^" + PACKAGE, ""), key -> new ArrayList<>());
            NodeList tests = suite.getElementsByTagName("testcase");
            for (int i = 0; i < tests.getLength(); i++) {
                Element test = (Element) tests.item(i);
                String type = test.getAttribute("classname").replaceFirst("\\$.*", "");
                Result result = result(type, test);
                if (result != null) {
                    results.computeIfAbsent(type.substring(PACKAGE.length()), key -> new ArrayList<>())
                            .add(result);
                }
            }
        }
        return new TestRun(table, name, on, results);
    }

    private static List<Path> reports(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(each -> each.getFileName().toString().matches("TEST-.*\\.xml"))
                    .sorted()
                    .toList();
        }
    }

    private static String property(Element suite, String name) {
        NodeList properties = suite.getElementsByTagName("property");
        for (int i = 0; i < properties.getLength(); i++) {
            Element each = (Element) properties.item(i);
            if (each.getAttribute("name").equals(name)) {
                return each.getAttribute("value");
            }
        }
        return "";
    }

    private static Result result(String type, Element test) throws ClassNotFoundException {
        String method = test.getAttribute("name").replaceFirst("[({\\[ ].*", "");
        Class<?> tests = Class.forName(type, false, TestRun.class.getClassLoader());
        boolean isRefusal = isRefusal(tests)
                || Stream.of(tests.getDeclaredMethods())
                        .anyMatch(each -> each.getName().equals(method) && isRefusal(each));
        Element skipped = (Element) test.getElementsByTagName("skipped").item(0);
        if (skipped != null) {
            // a newer version does what the old one would have refused: there is nothing to be said of it
            return isRefusal ? null : new Result(method, Outcome.SKIPPED, reason(skipped));
        }
        if (test.getElementsByTagName("failure").getLength()
                        + test.getElementsByTagName("error").getLength()
                > 0) {
            return new Result(method, Outcome.FAILED, "");
        }
        return new Result(method, isRefusal ? Outcome.REFUSED : Outcome.PASSED, "");
    }

    private static boolean isRefusal(AnnotatedElement test) {
        return AnnotationSupport.findAnnotation(test, BeforeHibernate.class)
                .filter(before -> before.because().isEmpty())
                .isPresent();
    }

    private static String reason(Element skipped) {
        String message = skipped.getAttribute("message");
        String text = message.isEmpty() ? skipped.getTextContent() : message;
        return text.lines().findFirst().orElse("").replaceFirst("^[\\w.]+Exception: ", "");
    }
}
