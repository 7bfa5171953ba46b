package io.countercache.hibernate.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The SQL of pages, for the tests that they name: {@code <!-- tested: ReadmeTest#oneCounter -->}. */
public final class Blocks {

    private Blocks() {}

    /** The statements of all blocks that name a test, in the order of the pages, and in one line each. */
    public static List<String> testedBy(String test) {
        List<String> statements = code(test)
                .flatMap(code -> Stream.of(code.split(";", -1)))
                .map(Blocks::inOneLine)
                .filter(statement -> !statement.isEmpty())
                .toList();
        assertThat(statements).as("what pages say that " + test + " tests").isNotEmpty();
        return statements;
    }

    /** What these blocks tell Liquibase to do when it takes them back. */
    public static List<String> rollbackOf(String test) {
        return code(test)
                .flatMap(String::lines)
                .filter(line -> line.startsWith("--rollback "))
                .map(line -> line.replace("--rollback ", "").replace(";", ""))
                .toList();
    }

    private static Stream<String> code(String test) {
        return Page.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block ->
                        block.directive().equals("tested") && block.source().equals(test))
                .map(Page.Block::code);
    }

    /** So that statements can be compared, whatever their line breaks and the case of their names are. */
    public static String inOneLine(String sql) {
        return sql.replaceAll("--[^\n]*", "")
                .replaceAll("\\s+", " ")
                .replaceAll(" ?, ?", ", ")
                .replaceAll("(?<=\\() | (?=\\))", "")
                .strip()
                .toLowerCase(Locale.ROOT);
    }
}
