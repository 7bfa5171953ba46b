package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.FormElement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.aot.AbstractAotProcessor;

/** The application as Spring generates it ahead of time, in a JVM of its own: what a native image is built from. */
class AheadOfTimeTest {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    @TempDir
    Path generated;

    Path classes;
    Process application;
    Document page;

    @BeforeEach
    void generateAndStart() throws IOException {
        classes = generated.resolve("classes");
        new SpringApplicationAotProcessor(
                        BlogApplication.class,
                        AbstractAotProcessor.Settings.builder()
                                .sourceOutput(generated.resolve("sources"))
                                .resourceOutput(classes)
                                .classOutput(classes)
                                .groupId("generated")
                                .artifactId("blog")
                                .build(),
                        new String[0])
                .process();
        compile();
        page = Jsoup.newSession().url("http://localhost:" + start()).get();
    }

    private void compile() throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("-proc:none", "-nowarn", "-cp", classPath(), "-d", classes.toString()));
        try (Stream<Path> sources = Files.walk(generated.resolve("sources"))) {
            sources.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
        }
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(result).isZero();
    }

    private String classPath() {
        return classes + File.pathSeparator + System.getProperty("java.class.path");
    }

    /** Returns the port that the application has found. */
    private String start() throws IOException {
        application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dspring.aot.enabled=true",
                        "-cp",
                        classPath(),
                        BlogApplication.class.getName(),
                        "--server.port=0")
                .redirectErrorStream(true)
                .start();
        StringBuilder log = new StringBuilder();
        BufferedReader lines = application.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            log.append(line).append('\n');
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                assertThat(log).contains("Starting AOT-processed BlogApplication");
                return started.group(1);
            }
        }
        throw new AssertionError("The application has not started:\n" + log);
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (application != null) {
            application.destroy(); // and with it its database
            application.waitFor();
        }
    }

    @Test
    void counts() throws IOException {
        assertThat(numbers()).containsExactly(0, 0, 0, 0);

        FormElement comment = page.expectForm("#add");
        comment.expectFirst("[name=text]").val("Good for jam");
        comment.select("option").removeAttr("selected");
        comment.expectFirst("option:containsOwn(Plums)").attr("selected", true);
        page = comment.submit().execute().parse();
        assertThat(numbers()).containsExactly(1, 1, 0, 0);

        page = page.expectForm("[data-post=Plums] .delete-comments")
                .submit()
                .execute()
                .parse();
        assertThat(numbers()).containsExactly(0, 0, 0, 0);
        page = page.expectForm("#check").submit().execute().parse();
        assertThat(page.expectFirst("#message").text()).isEqualTo("3 posts examined, 0 wrong");
    }

    /** Comments and tags of a post: stored, actual. */
    private List<Integer> numbers() {
        return page.select("[data-post=Plums] td.number").stream()
                .map(each -> Integer.valueOf(each.text()))
                .toList();
    }
}
