package io.countercache.samples.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bars in groups, as SVG, each with its name beside it: this library in a colour and all else in greys. It is narrow enough to
 * be read on a phone, and has a background of its own, dark where the reader prefers that.
 *
 * @param message what there is to see
 * @param unit what the bars are
 * @param percent whether the bars are percents, of a whole that is drawn behind each of them
 */
record Chart(String message, String unit, boolean percent, List<Group> groups) {

    private static final int WIDTH = 440;
    private static final int EDGE = 16;
    private static final int BARS = 150;
    private static final int LONGEST_BAR = 220;
    private static final int LINE = 19;
    private static final double CHARACTER = 7.2;
    private static final double BOLD_CHARACTER = 8.2;
    private static final double LARGE_CHARACTER = 9.4;

    /** What is done, in words, and how much each has made of it. */
    record Group(String words, List<Bar> bars) {}

    /**
     * @param shade 0 for this library, another grey for each other number
     * @param note what else there is to say of it, short, or empty
     */
    record Bar(String name, int shade, double value, String note) {}

    String svg() {
        StringBuilder content = new StringBuilder();
        int y = EDGE + 10;
        for (String line : lines(message, LARGE_CHARACTER)) {
            y = text(content, "message", "start", EDGE, y, line);
        }
        y += 3;
        for (String line : lines(unit, CHARACTER)) {
            y = text(content, "unit", "start", EDGE, y, line);
        }
        double most = groups.stream()
                .flatMap(group -> group.bars.stream())
                .map(Bar::value)
                .reduce(percent ? 100.0 : 0, Math::max);
        for (Group group : groups) {
            y += 10;
            for (String line : lines(group.words, BOLD_CHARACTER)) {
                y = text(content, "words", "start", EDGE, y, line);
            }
            for (Bar bar : group.bars) {
                y = bar(content, bar, y, most);
            }
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img">
                <title>%3$s</title>
                <style>
                  svg { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
                  .message { font-size: 15px; font-weight: bold } .words { font-weight: 600 } .unit, .note { fill: #59636e }
                  .paper { fill: #fff; stroke: #d0d7de } .whole { fill: #eceff2 }
                  .s0 { fill: #1668dc } .s1 { fill: #59636e } .s2 { fill: #8c959f } .s3 { fill: #6e7781 } .s4 { fill: #b1bac4 }
                  @media (prefers-color-scheme: dark) {
                    svg { fill: #e6edf3 } .unit, .note { fill: #9da7b1 } .paper { fill: #161b22; stroke: #30363d } .whole { fill: #262c36 }
                    .s0 { fill: #4493f8 } .s1 { fill: #c2c9d1 } .s2 { fill: #8b949e } .s3 { fill: #aab2bb } .s4 { fill: #5f6770 }
                  }
                </style>
                <rect class="paper" x=".5" y=".5" width="%4$d" height="%5$d" rx="6"/>
                %6$s</svg>
                """.formatted(WIDTH, y, escaped(message), WIDTH - 1, y - 1, content);
    }

    /** Draws it, and answers with where the next line is. */
    private int bar(StringBuilder svg, Bar bar, int y, double most) {
        double length = Math.max(1, bar.value / most * LONGEST_BAR);
        text(svg, "name", "start", EDGE, y, bar.name);
        if (percent) {
            rectangle(svg, "whole", y, 100 / most * LONGEST_BAR);
        }
        rectangle(svg, "s" + bar.shade, y, length);
        if (!bar.note.isEmpty()) {
            text(svg, "note", "start", BARS + length + 6, y, bar.note);
        }
        return text(svg, "value", "end", WIDTH - EDGE, y, value(bar.value));
    }

    private String value(double value) {
        String number = value > 0 && value < 0.5 ? "<1" : String.format(Locale.ROOT, "%,.0f", value);
        return percent ? number + "%" : number;
    }

    private static void rectangle(StringBuilder svg, String style, int y, double width) {
        svg.append("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"14\"/>\n"
                .formatted(style, BARS, y - 11, number(width)));
    }

    private static int text(StringBuilder svg, String style, String anchor, double x, int y, String text) {
        svg.append("<text class=\"%s\" text-anchor=\"%s\" x=\"%s\" y=\"%d\">%s</text>\n"
                .formatted(style, anchor, number(x), y, escaped(text)));
        return y + LINE;
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    private static List<String> lines(String words, double character) {
        int length = (int) ((WIDTH - 2 * EDGE) / character);
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
