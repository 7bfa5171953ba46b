package io.countercache.hibernate.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The links of all pages, and their pictures. No other site is asked. */
class LinksTest {

    private static final Page INDEX = Page.of("docs/index.md");

    @Test
    void eachLinkLeadsSomewhere() {
        Stream<String> broken = Page.all().stream()
                .flatMap(page -> page.links().stream()
                        .filter(link -> !isThere(page, link))
                        .map(link -> page.name() + " links to " + link));
        assertThat(broken).isEmpty();
    }

    @Test
    void theTableOfContentsHasEachPage() {
        Stream<String> linked = INDEX.links().stream().map(link -> "docs/" + link.replaceFirst("#.*", ""));
        Stream<String> pages = Page.all().stream()
                .map(Page::name)
                .filter(name -> name.startsWith("docs/") && !name.equals(INDEX.name()))
                // these have tables of contents of their own
                .filter(name -> !name.startsWith("docs/benchmark/") && !name.matches("docs/internals/decisions/\\d.*"));
        assertThat(linked.toList()).containsAll(pages.toList());
    }

    private static boolean isThere(Page page, String link) {
        if (link.matches("[a-z]+:.*")) {
            return isUri(link);
        }
        String file = link.replaceFirst("#.*", "");
        Path target = file.isEmpty()
                ? Page.ROOT.resolve(page.name())
                : Page.ROOT.resolve(page.name()).resolveSibling(file).normalize();
        return Files.exists(target)
                && (!link.contains("#")
                        || Page.of(Page.ROOT.relativize(target).toString().replace('\\', '/'))
                                .anchors()
                                .contains(link.substring(link.indexOf('#') + 1)));
    }

    private static boolean isUri(String link) {
        try {
            URI uri = new URI(link);
            return link.startsWith("https://") ? uri.getHost() != null : !link.startsWith("http:");
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
