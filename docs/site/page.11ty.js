import { contents } from "./contents.js";
import { sourceOf } from "./eleventy.config.js";
import { pageOf, titleOf } from "./links.js";
import { posix as path } from "node:path";

export default function (data) {
  const file = sourceOf(data.page, data);
  const here = pageOf(file);
  const root = path.relative(path.dirname(here), "") || ".";
  const title = file.endsWith(".md") ? titleOf(file) : path.basename(file);
  const api = `<section><h2>Reference of the API</h2><ul><li><a href="${root}/api/index.html">Javadoc</a></li></ul></section>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · Counter Cache</title>
<link rel="stylesheet" href="${root}/assets/site.css">
<script defer src="${root}/assets/minisearch.js"></script>
<script defer src="${root}/assets/site.js" data-root="${root}"></script>
</head>
<body>
<header>
<button id="menu" aria-expanded="false" aria-controls="contents" aria-label="Contents">☰</button>
<a class="home" href="${root}/index.html">Counter Cache</a>
<div role="search">
<input id="search" type="search" placeholder="Search ( / )" aria-label="Search" autocomplete="off">
<ol id="found" hidden></ol>
</div>
</header>
<nav id="contents" aria-label="Contents">
${contents().map((part) => section(part, root, here)).join("\n")}
${api}
</nav>
<main>
<article>
${this.relative(data.content, file)}
</article>
</main>
</body>
</html>
`;
}

function section({ name, pages, isDeep }, root, here) {
  const list = `<ul>${pages.map((page) => item(page, root, here)).join("")}</ul>`;
  if (isDeep) {
    const isOpen = pages.some((page) => page.url === here);
    return `<details${isOpen ? " open" : ""}><summary>${escape(name)}</summary>${list}</details>`;
  }
  return `<section>${name ? `<h2>${escape(name)}</h2>` : ""}${list}</section>`;
}

function item({ url, title }, root, here) {
  const current = url === here ? ' aria-current="page"' : "";
  return `<li><a href="${root}/${url}"${current}>${escape(title)}</a></li>`;
}

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
