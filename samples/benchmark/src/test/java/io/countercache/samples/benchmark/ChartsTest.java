package io.countercache.samples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.samples.benchmark.Chart.Bar;
import io.countercache.samples.benchmark.Chart.Group;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The charts show what is in {@code docs/benchmark/results.csv}, and the pages say what the charts show. */
class ChartsTest {

    private static final Path ROOT = Path.of("../..");
    private static final Path RESULTS = ROOT.resolve("docs/benchmark");

    private final Map<String, Chart> charts = new Charts(Line.read(RESULTS.resolve("results.csv"))).charts();

    ChartsTest() throws IOException {}

    @Test
    void theChartsOfThePagesAreDrawnFromTheResults() {
        assertThat(charts).containsOnlyKeys("cost.svg", "writes.svg", "hot.svg", "reads.svg");
        charts.forEach((file, chart) -> assertThat(RESULTS.resolve(file))
                .as("-Dmain=Charts draws it anew")
                .hasContent(chart.svg()));
    }

    @Test
    void thePagesTellInWordsWhatTheMainChartShows() {
        Chart cost = charts.get("cost.svg");
        String inWords = "![" + cost.message() + ". "
                + cost.groups().stream().map(ChartsTest::inWords).collect(Collectors.joining(". ")) + "](";
        List<Bar> one = cost.groups().get(0).bars();
        String sentence =
                "In the time in which an application without a counter stores 100 comments, one with a counter stores %.0f, and one with an UPDATE by hand %.0f."
                        .formatted(one.get(0).value(), one.get(1).value());
        for (String page : List.of("README.md", "docs/operations/performance.md")) {
            assertThat(ROOT.resolve(page)).content().contains(inWords).containsIgnoringWhitespaces(sentence);
        }
    }

    @Test
    void barsAreAsLongAsTheirValuesAndOnlyThoseOfTheLibraryInAColour() throws Exception {
        String svg = new Chart(
                        "A < B",
                        "per second",
                        false,
                        List.of(new Group(
                                "work", List.of(new Bar("this", 0, 50, ""), new Bar("that", 1, 100, "fails")))))
                .svg();
        Element root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertThat(all(root, "title")).extracting(Element::getTextContent).containsExactly("A < B");
        assertThat(all(root, "text"))
                .extracting(Element::getTextContent)
                .containsExactly("A < B", "per second", "work", "this", "50", "that", "fails", "100");
        List<Element> bars = all(root, "rect").subList(1, 3);
        assertThat(bars).extracting(bar -> bar.getAttribute("class")).containsExactly("s0", "s1");
        assertThat(2 * Double.parseDouble(bars.get(0).getAttribute("width")))
                .isEqualTo(Double.parseDouble(bars.get(1).getAttribute("width")));
    }

    private static List<Element> all(Element root, String name) {
        NodeList found = root.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    private static String inWords(Group group) {
        return group.bars().stream()
                .map(bar -> bar.name() + " " + (bar.note().isEmpty() ? "%.0f%%".formatted(bar.value()) : bar.note()))
                .collect(Collectors.joining(", ", group.words() + ": ", ""));
    }
}
