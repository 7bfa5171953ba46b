package io.countercache.hibernate.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Markdown page of the repository, named by its path from the root: docs/index.md. */
record Page(String name, List<String> lines) {

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern FENCE = Pattern.compile("( *)(```+|~~~+)(\\w*).*");
    private static final Pattern DIRECTIVE = Pattern.compile("\\s*<!-- (from|tested): (.+?) -->");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)|(?:href|src|srcset)=\"([^\"]+)\"");

    /**
     * A fenced block: its lines without the fences, the first of them at an index of the page.
     *
     * @param directive what the comment before it says: "from" or "tested", or empty
     * @param source what this is from, or tested by
     */
    record Block(String page, int first, String indent, String language, String directive, String source, String code) {
        String place() {
            return page + ":" + first;
        }
    }

    static List<Page> all() {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> others = Files.list(ROOT)) {
            return Stream.concat(others, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(file -> ROOT.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !name.startsWith("docs/site/"))
                    .sorted()
                    .map(Page::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Page of(String name) {
        return new Page(name, read(ROOT.resolve(name)));
    }

    static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (fence.matches()) {
                int end = endOf(fence.group(2), i);
                Matcher comment = DIRECTIVE.matcher(i == 0 ? "" : lines.get(i - 1));
                boolean isNamed = comment.matches();
                blocks.add(new Block(
                        name,
                        i + 1,
                        fence.group(1),
                        fence.group(3),
                        isNamed ? comment.group(1) : "",
                        isNamed ? comment.group(2) : "",
                        String.join("\n", lines.subList(i + 1, end)).stripIndent()));
                i = end;
            }
        }
        return blocks;
    }

    private int endOf(String fence, int start) {
        int end = start + 1;
        while (!lines.get(end).strip().equals(fence)) {
            end++;
        }
        return end;
    }

    /** The lines that are not in a block, without what is written as code in them. */
    private List<String> prose() {
        Set<Integer> code = new HashSet<>();
        for (Block block : blocks()) {
            int count = (int) block.code().lines().count();
            for (int i = -1; i <= count; i++) {
                code.add(block.first() + i);
            }
        }
        List<String> prose = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            prose.add(code.contains(i) ? "" : lines.get(i));
        }
        return prose;
    }

    /** The links and pictures, as they are written. */
    List<String> links() {
        String text = String.join("\n", prose()).replaceAll("(?s)<!--.*?-->|`[^`\n]*`", "");
        return LINK.matcher(text)
                .results()
                .map(link -> link.group(1) == null ? link.group(2) : link.group(1))
                .toList();
    }

    /** The anchors of the headings, as git hosts make them. */
    Set<String> anchors() {
        Set<String> anchors = new HashSet<>();
        for (String line : prose()) {
            if (line.matches("#{1,6} .*")) {
                String anchor = anchor(line.replaceFirst("#+ ", ""));
                int twin = 0;
                while (!anchors.add(twin == 0 ? anchor : anchor + "-" + twin)) {
                    twin++;
                }
            }
        }
        return anchors;
    }

    private static String anchor(String heading) {
        return heading.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}\\p{Pc}\\- ]", "")
                .replace(' ', '-');
    }

    /** The page with other code in one of its blocks. */
    Page with(Block block, String code) {
        int count = (int) block.code().lines().count();
        List<String> changed = new ArrayList<>(lines.subList(0, block.first()));
        code.lines().map(line -> line.isEmpty() ? "" : block.indent() + line).forEach(changed::add);
        changed.addAll(lines.subList(block.first() + count, lines.size()));
        return new Page(name, changed);
    }

    void write() throws IOException {
        Files.writeString(ROOT.resolve(name), lines.stream().collect(Collectors.joining("\n", "", "\n")));
    }
}
