// One static site of docs/ and the Javadoc, that works from the file system: no module, no request, only relative links.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, extname } from "node:path";
import highlighter from "highlight.js";
import anchors from "markdown-it-anchor";
import { linkedFiles, markdownPages, pageOf, rewriteLinks, slug } from "./links.js";
import { searchEntries } from "./search-entries.js";

const OUTPUT = "target/site";
const LANGUAGES = { ".java": "java", ".xml": "xml", ".sql": "sql", ".yaml": "yaml", ".yml": "yaml" };

function highlight(code, language) {
  return language && highlighter.getLanguage(language) ? highlighter.highlight(code, { language }).value : "";
}

export default function (eleventy) {
  eleventy.ignores.add("docs/site/**");
  eleventy.addGlobalData("layout", "page.11ty.js");
  eleventy.addGlobalData("permalink", () => (data) => pageOf(sourceOf(data.page, data)));
  eleventy.amendLibrary("md", (markdown) => {
    markdown.set({ html: true, highlight }).use(anchors, { slugify: slug });
  });
  eleventy.addFilter("relative", rewriteLinks);

  // what the pages link to outside of docs/ becomes a page, too: the site is complete without the repository
  for (const file of linkedFiles()) {
    const text = readFileSync(file, "utf8");
    const language = LANGUAGES[extname(file)] ?? "text";
    const content = file.endsWith(".md") ? text : `# ${basename(file)}\n\n~~~~~~${language}\n${text}\n~~~~~~\n`;
    eleventy.addTemplate(`repository/${file}${file.endsWith(".md") ? "" : ".md"}`, content, { source: file });
  }

  for (const pictures of ["svg", "png", "csv"]) {
    eleventy.addPassthroughCopy(`docs/**/*.${pictures}`);
  }
  for (const file of ["site.css", "site.js"]) {
    eleventy.addPassthroughCopy({ [`docs/site/${file}`]: `assets/${file}` });
  }
  eleventy.addPassthroughCopy({ "docs/site/node_modules/minisearch/dist/umd/index.js": "assets/minisearch.js" });
  if (existsSync("target/reports/apidocs")) {
    eleventy.addPassthroughCopy({ "target/reports/apidocs": "api" });
  }

  eleventy.on("eleventy.after", ({ results }) => {
    // a script and not JSON: a page from the file system may not read a file, but may have a script
    const entries = searchEntries(results.filter((page) => page.outputPath?.endsWith(".html")), OUTPUT);
    writeFileSync(`${OUTPUT}/assets/search-entries.js`, `window.searchEntries = ${JSON.stringify(entries)};\n`);
    console.log(`${markdownPages().length} pages, ${entries.length} entries to search: ${OUTPUT}/index.html`);
  });

  return {
    dir: { input: "docs", includes: "site", output: OUTPUT },
    templateFormats: ["md"],
    markdownTemplateEngine: false,
  };
}

export function sourceOf(page, data) {
  return data.source ?? page.inputPath.replace(/^\.\//, "");
}
