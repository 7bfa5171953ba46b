package io.countercache.hibernate.documentation;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.documentation.Page.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A part of a source file, between {@code // tag::name[]} and {@code // end::name[]}. A page names it in a comment before the
 * block: {@code <!-- from: samples/blog/src/main/java/.../Post.java#entity -->}. Without a name it is the whole file; several,
 * with a space between, follow each other with an empty line.
 */
final class Snippet {

    private static final Pattern MARK = Pattern.compile(".*\\b(?:tag|end)::\\w+\\[].*");
    private static final Pattern TOKEN = Pattern.compile(
            "\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*'|[\\w$]+|\\S", Pattern.DOTALL);
    private static final Pattern COMMENT =
            Pattern.compile("(\"(?:\\\\.|[^\"\\\\\n])*\")|//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);

    private Snippet() {}

    static String of(String references) {
        return Stream.of(references.split(" ", -1)).map(Snippet::part).collect(joining("\n\n"));
    }

    private static String part(String reference) {
        String[] parts = reference.split("#", -1);
        List<String> lines = Page.read(Page.ROOT.resolve(parts[0]));
        List<String> found = parts.length == 1 ? lines : between(parts[1], lines);
        assertThat(found).as("the lines of " + reference).isNotEmpty();
        return found.stream()
                .filter(line -> !MARK.matcher(line).matches())
                .collect(joining("\n"))
                .stripIndent()
                .strip();
    }

    /** What stands between the marks, which may be there several times. */
    private static List<String> between(String name, List<String> lines) {
        List<String> found = new ArrayList<>();
        boolean isIn = false;
        for (String line : lines) {
            isIn = isIn ? !line.contains("end::" + name + "[]") : line.contains("tag::" + name + "[]");
            if (isIn) {
                found.add(line);
            }
        }
        return found;
    }

    /** Whether it is as in its source: a page has its own line breaks, and comments for its readers. */
    static boolean isSame(Block block) {
        String source = of(block.source());
        return block.language().equals("java")
                ? tokens(withoutImports(block.code())).equals(tokens(source))
                : block.code().strip().equals(source);
    }

    /** The imports of a block that are not in its sources. They need not be in the region, for they stand elsewhere. */
    static List<String> wrongImports(Block block) {
        String sources = Stream.of(block.source().split(" ", -1))
                .flatMap(reference -> Page.read(Page.ROOT.resolve(reference.replaceFirst("#.*", ""))).stream())
                .collect(joining("\n"));
        return imports(block)
                .filter(line -> !sources.contains(line.replace("*;", "")))
                .toList();
    }

    static Stream<String> imports(Block block) {
        return block.code().lines().filter(line -> line.startsWith("import "));
    }

    private static String withoutImports(String code) {
        return code.lines().filter(line -> !line.startsWith("import ")).collect(joining("\n"));
    }

    private static List<String> tokens(String code) {
        String bare = COMMENT.matcher(code)
                .replaceAll(found -> found.group(1) == null ? " " : Matcher.quoteReplacement(found.group(1)));
        return TOKEN.matcher(bare).results().map(MatchResult::group).toList();
    }
}
