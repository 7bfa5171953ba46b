package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterRepair;
import io.countercache.samples.springboot.Rows.Counts;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.FormElement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Every button of the page, over HTTP. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ExtendWith(OutputCaptureExtension.class)
class PageTest {

    @LocalServerPort
    int port;

    @Autowired
    Rows rows;

    @Autowired
    EntityManagerFactory factory;

    Document page;

    @BeforeEach
    void open() throws IOException {
        rows.startOver();
        page = Jsoup.newSession().url("http://localhost:" + port).get();
    }

    @AfterEach
    void nothingDrifts() {
        assertThat(CounterRepair.verifyAll(factory).first()).isEmpty();
    }

    @Test
    void thePageBeginsWithTheSampleData() {
        assertCounts("Apples", Counts.of(3, 2));
        assertCounts("Pears", Counts.of(2, 1));
        assertCounts("Plums", Counts.of(0, 0));
    }

    @Test
    void sizesAreTold() {
        assertThat(page.expectFirst("[data-post=Apples] .sizes").text()).isEqualTo("comments.size() 3, tags.size() 2");
    }

    @Test
    void theLogSaysInOneLineWhatWasCounted(CapturedOutput log) throws IOException {
        FormElement form = form("[data-comment='Best in October'] .move");
        choose(form, "Plums");
        submit(form);
        assertThat(log.getOut()
                        .lines()
                        .filter(line -> line.contains("Counted: "))
                        .toList())
                .last(InstanceOfAssertFactories.STRING)
                .endsWith("Counted: Post %d: commentsCount -1; Post %d: commentsCount +1"
                        .formatted(rows.post("Apples"), rows.post("Plums")));
    }

    @Test
    void aCommentIsAdded() throws IOException {
        FormElement form = form("#add");
        form.expectFirst("[name=text]").val("Good for jam");
        choose(form, "Plums");
        submit(form);
        assertThat(page.select("#comments [data-comment='Good for jam']")).hasSize(1);
        assertCounts("Plums", Counts.of(1, 0));
    }

    @Test
    void aCommentIsMoved() throws IOException {
        FormElement form = form("[data-comment='Best in October'] .move");
        choose(form, "Plums");
        submit(form);
        assertCounts("Apples", Counts.of(2, 2));
        assertCounts("Plums", Counts.of(1, 0));
    }

    @Test
    void aCommentIsDeleted() throws IOException {
        submit(form("[data-comment='Softer than apples'] .delete"));
        assertCounts("Pears", Counts.of(1, 1));
    }

    @Test
    void allSpamIsDeleted() throws IOException {
        submit(form("#delete-spam"));
        assertThat(message()).isEqualTo("2 spam comments deleted");
        assertCounts("Apples", Counts.of(2, 2));
        assertCounts("Pears", Counts.of(1, 1));
    }

    @Test
    void theCommentsOfOnePostAreDeleted() throws IOException {
        submit(form("[data-post=Apples] .delete-comments"));
        assertCounts("Apples", Counts.of(0, 2));
        assertCounts("Pears", Counts.of(2, 1));
    }

    @Test
    void allCommentsAreDeleted() throws IOException {
        submit(form("#delete-all"));
        assertThat(rows.comments()).isEmpty();
        assertCounts("Apples", Counts.of(0, 2));
        assertCounts("Pears", Counts.of(0, 1));
    }

    @Test
    void aTagIsAdded() throws IOException {
        FormElement form = form("[data-post=Pears] .add-tag");
        choose(form, "green");
        submit(form);
        assertCounts("Pears", Counts.of(2, 2));
    }

    @Test
    void aTagIsRemoved() throws IOException {
        submit(form("[data-post=Apples] [data-tag=sour]"));
        assertCounts("Apples", Counts.of(3, 1));
    }

    @Test
    void whatPlainSqlDoesIsFoundAndRecounted() throws IOException {
        submit(form("#check"));
        assertThat(message()).isEqualTo("3 posts examined, 0 wrong");

        submit(form("[data-post=Pears] .by-sql"));
        assertCounts("Pears", new Counts(2, 3, 1, 1));
        assertThat(page.select("[data-post=Pears] .drift")).hasSize(2);

        String drift = "Post %d, commentsCount: stored 2, actual 3".formatted(rows.post("Pears"));
        submit(form("#check"));
        assertThat(message()).isEqualTo("3 posts examined, 1 wrong " + drift);

        submit(form("[data-post=Pears] .recount"));
        assertThat(message()).isEqualTo("Recounted: 1 corrected " + drift);
        assertCounts("Pears", Counts.of(3, 1));
        assertThat(page.select(".drift, .recount")).isEmpty();
    }

    private FormElement form(String query) {
        return page.expectForm(query);
    }

    private static void choose(FormElement form, String option) {
        form.select("option").removeAttr("selected");
        form.expectFirst("option:containsOwn(%s)".formatted(option)).attr("selected", true);
    }

    private void submit(FormElement form) throws IOException {
        page = form.submit().execute().parse();
    }

    private String message() {
        return page.expectFirst("#message").text();
    }

    /** On the page as in the database. */
    private void assertCounts(String title, Counts expected) {
        var numbers = page.select("[data-post=%s] td.number".formatted(title)).stream()
                .map(Element::text)
                .map(Integer::valueOf)
                .toList();
        assertThat(new Counts(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3)))
                .as(title)
                .isEqualTo(expected)
                .isEqualTo(rows.of(title));
    }
}
