// Which files of the repository have a page in the site, where it stands, and the links between them.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { posix as path } from "node:path";

/** The anchor of a heading, as git hosts make it. */
export const slug = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");

export const markdownPages = () =>
  readdirSync("docs", { recursive: true })
    .map((file) => path.join("docs", file))
    .filter((file) => file.endsWith(".md") && !file.startsWith("docs/site/"))
    .sort();

/** Where the page of a file stands, from the root of the site. */
export function pageOf(file) {
  return file.startsWith("docs/") ? file.slice(5).replace(/\.md$/, ".html") : `repository/${file.replace(/\.md$/, "")}.html`;
}

export const textOf = (file) => readFileSync(file, "utf8");

export const titleOf = (file) => (textOf(file).match(/^# (.+)$/m)?.[1] ?? path.basename(file)).replaceAll("`", "");

/** The files that a page links to, as written in Markdown. */
export function linksOf(file) {
  const text = textOf(file).replace(/^(```+|~~~+)[\s\S]*?^\1/gm, "");
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)]
    .map((link) => target(file, link[1]))
    .filter((to) => to && existsSync(to) && statSync(to).isFile());
}

/** All files outside of docs/ that pages link to, and what those that are pages themselves link to. */
export function linkedFiles() {
  const found = new Set();
  const open = markdownPages();
  while (open.length > 0) {
    for (const to of linksOf(open.pop())) {
      if (!to.startsWith("docs/") && !to.startsWith("../") && !found.has(to)) {
        found.add(to);
        if (to.endsWith(".md")) open.push(to);
      }
    }
  }
  return [...found].sort();
}

/** The links of a rendered page, from one in the repository to one in the site. */
export function rewriteLinks(html, file) {
  const here = path.dirname(pageOf(file));
  return html.replace(/\b(href|src|srcset)="([^"]+)"/g, (all, attribute, link) => {
    const [to, anchor] = [target(file, link), link.match(/#.*$/)?.[0] ?? ""];
    if (!to || !existsSync(to)) {
      return all; // an anchor or another site; what leads nowhere is told by DocumentationTest
    }
    if (statSync(to).isDirectory()) {
      return `data-${all}`; // there is nothing to show
    }
    const isPage = attribute === "href" && (to.endsWith(".md") || !to.startsWith("docs/"));
    const stands = isPage ? pageOf(to) : to.replace(/^docs\//, "");
    return `${attribute}="${path.relative(here, stands)}${anchor}"`;
  });
}

function target(file, link) {
  const plain = decodeURI(link.replace(/#.*$/, ""));
  return plain === "" || /^[a-z]+:/.test(plain) ? null : path.join(path.dirname(file), plain);
}
