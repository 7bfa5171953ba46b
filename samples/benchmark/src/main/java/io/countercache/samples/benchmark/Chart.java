package io.countercache.samples.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Bars in groups, as SVG: this library in a colour and all else in greys, what is done in words under each group. It has a
 * background of its own, dark where the reader prefers that.
 *
 * @param message what there is to see
 * @param unit what the bars are
 * @param whole the height that is marked by a line, 0 for none
 * @param legend the bars of each group, with the names that they have
 */
record Chart(String message, String unit, double whole, Map<Variant, String> legend, List<Group> groups) {

    private static final int WIDTH = 1000;
    private static final int TOP = 135;
    private static final int BASE = 350;
    private static final int HEIGHT = 455;
    private static final int LINE = 15;
    private static final int GAP = 20;
    private static final int WIDEST_BAR = 44;
    private static final double CHARACTER = 7;
    private static final double WIDE_CHARACTER = 10.5;

    /** What is done, and how much each has made of it. */
    record Group(String words, Map<Variant, Double> bars) {}

    String svg() {
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img">
                <title>%3$s</title>
                <style>
                  svg { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
                  .message { font-size: 15px; font-weight: bold }
                  .paper { fill: #fff; stroke: #d0d7de } .line { stroke: #6e7781 }
                  .a { fill: #1668dc } .b { fill: #57606a } .c { fill: #8c959f } .d { fill: #b6bec7 } .e { fill: #d8dee4 }
                  @media (prefers-color-scheme: dark) {
                    svg { fill: #e6edf3 } .paper { fill: #161b22; stroke: #30363d }
                    .a { fill: #4493f8 } .b { fill: #c2c9d1 } .c { fill: #949ca6 } .d { fill: #6b737d } .e { fill: #474e57 }
                  }
                </style>
                <rect class="paper" x=".5" y=".5" width="%4$d" height="%5$d" rx="6"/>
                """.formatted(WIDTH, HEIGHT, escaped(message), WIDTH - 1, HEIGHT - 1));
        double y = 32;
        for (String line : lines(message, (int) (WIDTH / WIDE_CHARACTER))) {
            text(svg, "message", "start", GAP, y, line);
            y += 20;
        }
        text(svg, "unit", "start", GAP, y, unit);
        legend(svg, y + 25);
        double most =
                groups.stream().flatMap(group -> group.bars.values().stream()).reduce(whole, Math::max);
        double width = (WIDTH - 2.0 * GAP) / groups.size();
        for (int i = 0; i < groups.size(); i++) {
            group(svg, groups.get(i), GAP + i * width, width, most);
        }
        line(svg, BASE);
        if (whole > 0) {
            line(svg, BASE - whole / most * (BASE - TOP));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void line(StringBuilder svg, double y) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"line\" x1=\"%d\" y1=\"%3$.1f\" x2=\"%2$d\" y2=\"%3$.1f\"/>%n",
                GAP,
                WIDTH - GAP,
                y));
    }

    private void legend(StringBuilder svg, double y) {
        double x = GAP;
        for (Map.Entry<Variant, String> each : legend.entrySet()) {
            bar(svg, each.getKey(), x, y - 11, 12, 12);
            text(svg, "name", "start", x + 17, y, each.getValue());
            x += 17 + each.getValue().length() * CHARACTER + GAP;
        }
    }

    private void group(StringBuilder svg, Group group, double left, double width, double most) {
        double bar = Math.min(WIDEST_BAR, (width - GAP) / legend.size());
        double x = left + (width - bar * group.bars.size()) / 2;
        for (Map.Entry<Variant, Double> each : group.bars.entrySet()) {
            double height = each.getValue() / most * (BASE - TOP);
            bar(svg, each.getKey(), x + 1, BASE - height, bar - 2, height);
            text(svg, "value", "middle", x + bar / 2, BASE - height - 4, value(each.getValue()));
            x += bar;
        }
        double y = BASE + LINE + 3.0;
        for (String line : lines(group.words, (int) (width / CHARACTER) - 1)) {
            text(svg, "words", "middle", left + width / 2, y, line);
            y += LINE;
        }
    }

    private static String value(double value) {
        return value > 0 && value < 0.5 ? "<1" : String.format(Locale.ROOT, "%,.0f", value);
    }

    private void bar(StringBuilder svg, Variant variant, double x, double y, double width, double height) {
        char shade = variant.isLibrary()
                ? 'a'
                : (char) ('b'
                        + legend.keySet().stream()
                                .filter(each -> !each.isLibrary())
                                .toList()
                                .indexOf(variant));
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"%c\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>%n",
                shade,
                x,
                y,
                width,
                height));
    }

    private static void text(StringBuilder svg, String style, String anchor, double x, double y, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                style,
                anchor,
                x,
                y,
                escaped(text)));
    }

    private static List<String> lines(String words, int length) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : words.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > length) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
