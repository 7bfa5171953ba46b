package io.countercache.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.countercache.samples.springboot.Rows.Counts;
import java.io.File;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The page in a real browser, where there is one: Debian has it in the packages chromium and chromium-driver. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BrowserTest {

    @LocalServerPort
    int port;

    @Autowired
    Rows rows;

    ChromeDriver browser;

    @BeforeEach
    void open() {
        browser = start(find("chromium"), find("chromedriver"));
        // each look at the page waits for what it looks for, for a click returns before the next page is there
        browser.manage().timeouts().implicitlyWait(Duration.ofSeconds(30));
        rows.startOver();
        browser.get("http://localhost:" + port);
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.quit();
        }
    }

    @Test
    void theCountsFollowTheButtons() {
        shows("Apples", Counts.of(3, 2));

        WebElement add = see("//form[@id='add']");
        add.findElement(By.name("text")).sendKeys("Crisp");
        add.findElement(By.xpath(".//option[. = 'Apples']")).click();
        press("//form[@id='add']");
        shows("Apples", Counts.of(4, 2));

        see("//tr[@data-comment='Crisp']//option[. = 'Plums']").click();
        press("//tr[@data-comment='Crisp']//form[@class='move']");
        shows("Plums", Counts.of(1, 0));
        shows("Apples", Counts.of(3, 2));

        press("//tr[@data-post='Apples']//form[@data-tag='sour']");
        shows("Apples", Counts.of(3, 1));

        press("//form[@id='delete-spam']");
        shows("Apples", Counts.of(2, 1));
        shows("Pears", Counts.of(1, 1));

        press("//form[@id='delete-all']");
        shows("Apples", Counts.of(0, 1));
        shows("Pears", Counts.of(0, 1));
        shows("Plums", Counts.of(0, 0));

        press("//form[@id='check']");
        see("//*[@id='message']/strong[. = '3 posts examined, 0 wrong']");
    }

    @Test
    void oldRowsAreRepairedWhileThePageShowsHowFarItIs() {
        press("//form[@id='import']");
        see("//*[@id='number-of-posts'][. = '100,003']");

        see("//button[@id='verify']").click();
        see("//*[@id='run'][. = 'verify done: 100,003 rows, 100,000 wrong']");
        see("//*[@id='drift'][. = '100,000']");

        see("//button[@id='repair']").click();
        see("//*[@id='run'][contains(., ' of 100,003 rows, ')]"); // in between
        see("//*[@id='run'][. = 'repair done: 100,003 rows, 100,000 wrong']");
        see("//*[@id='drift'][. = '0']");
        assertThat(rows.of("Imported 1")).isEqualTo(Counts.of(1, 0));
        shows("Apples", Counts.of(3, 2));
    }

    private void press(String form) {
        see(form + "//button").click();
    }

    private WebElement see(String xpath) {
        return browser.findElement(By.xpath(xpath));
    }

    /** On the page as in the database. */
    private void shows(String title, Counts counts) {
        see("//tr[@data-post='%s'][td[2] = %d][td[3] = %d][td[4] = %d][td[5] = %d]"
                .formatted(title, counts.comments(), counts.actualComments(), counts.tags(), counts.actualTags()));
        assertThat(rows.of(title)).isEqualTo(counts);
    }

    private static File find(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> new File(directory, program))
                .filter(File::canExecute)
                .findFirst()
                .orElseGet(() -> abort("The page is not tried in a browser: no " + program + " on the PATH"));
    }

    private static ChromeDriver start(File chromium, File chromedriver) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium);
        // containers: often run as root, which has no sandbox, and have little shared memory
        options.addArguments("--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        return new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver)
                        .usingAnyFreePort()
                        .build(),
                options);
    }
}
