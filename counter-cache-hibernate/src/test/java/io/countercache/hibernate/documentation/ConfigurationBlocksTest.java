package io.countercache.hibernate.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.countercache.hibernate.documentation.Page.Block;
import io.countercache.hibernate.internal.support.Settings;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What a page shows that is neither Java nor SQL: settings, and the dependencies of a build. {@link VersionTest} has the version. */
class ConfigurationBlocksTest {

    /** JSON is an answer of the application, and blocks without a language are logs and commands. */
    private static final Set<String> LANGUAGES =
            Set.of("", "java", "sql", "properties", "yaml", "xml", "kotlin", "json");

    private static final Path METADATA = Path.of("src/main/resources/META-INF/spring-configuration-metadata.json");

    /** As Spring, Quarkus and Hibernate name them: these are in the code of the page or in its text. */
    private static final Pattern SETTING = Pattern.compile("hibernate\\.counter_cache\\.\\w+");

    private static final Pattern SPRING_PROPERTY =
            Pattern.compile("\\bcounter-cache\\.[a-z][a-z.-]*[a-z]|management\\.[a-z.]*counter-?caches\\.\\w+");
    private static final Pattern GRADLE = Pattern.compile("\"(io\\.countercache):([\\w-]+):[^\"]+\"");

    @Test
    void noBlockHasALanguageThatNobodyLooksAt() {
        assertThat(blocks(""))
                .allSatisfy(block -> assertThat(LANGUAGES).as(block.place()).contains(block.language()));
    }

    @Test
    void eachSettingOfThisLibraryIsOne() {
        List<String> names = SettingsPageTest.names();
        assertThat(Page.all())
                .allSatisfy(
                        page -> assertThat(found(SETTING, page)).as(page.name()).isSubsetOf(names));
    }

    @Test
    void eachPropertyOfSpringBootIsDescribed() throws IOException {
        String metadata = Files.readString(METADATA);
        assertThat(Page.all())
                .allSatisfy(page -> assertThat(found(SPRING_PROPERTY, page))
                        .as(page.name())
                        .allMatch(name -> metadata.contains("\"name\" : \"" + name + "\"")));
    }

    private static Stream<String> found(Pattern pattern, Page page) {
        return pattern.matcher(String.join("\n", page.lines())).results().map(MatchResult::group);
    }

    @Test
    void theValuesOfTheSettingsAreAllowed() throws IOException {
        for (Block block : blocks("properties").toList()) {
            Properties properties = new Properties();
            properties.load(new StringReader(block.code()));
            properties.forEach((key, value) -> SETTING.matcher((String) key)
                    .results()
                    .map(MatchResult::group)
                    .forEach(name -> assertThatCode(() -> Settings.read(Map.of(name, value)))
                            .as(block.place())
                            .doesNotThrowAnyException()));
        }
    }

    @Test
    void theDependenciesAreModulesOfTheBuild() throws Exception {
        for (Block block : blocks("xml").toList()) {
            NodeList dependencies = parsed(block).getElementsByTagName("dependency");
            assertThat(dependencies.getLength()).as(block.place()).isPositive();
            for (int i = 0; i < dependencies.getLength(); i++) {
                Element dependency = (Element) dependencies.item(i);
                assertIsModule(block, text(dependency, "groupId"), text(dependency, "artifactId"));
            }
        }
        for (Block block : blocks("kotlin").toList()) {
            assertThat(GRADLE.matcher(block.code()).results()).as(block.place()).isNotEmpty();
            GRADLE.matcher(block.code())
                    .results()
                    .forEach(found -> assertIsModule(block, found.group(1), found.group(2)));
        }
    }

    private static void assertIsModule(Block block, String group, String artifact) {
        assertThat(group).as(block.place()).isEqualTo("io.countercache");
        assertThat(Page.ROOT.resolve(artifact).resolve("pom.xml"))
                .as(block.place())
                .exists();
    }

    private static Document parsed(Block block) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader("<page>" + block.code() + "</page>")));
    }

    private static String text(Element parent, String name) {
        return parent.getElementsByTagName(name).item(0).getTextContent();
    }

    /** All of them, if no language is asked for. */
    private static Stream<Block> blocks(String language) {
        return Page.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> language.isEmpty() || block.language().equals(language));
    }
}
