// What can be searched for: each section of each page, and each type and method of the Javadoc.
import { existsSync, readFileSync } from "node:fs";

export function searchEntries(pages, output) {
  return [...pages.flatMap((page) => sections(page, output)), ...javadoc(output)].map((entry, id) => ({ id, ...entry }));
}

function sections(page, output) {
  const url = page.outputPath.replace(/^\.\//, "").slice(output.length + 1);
  const [, main] = page.content.match(/<article[^>]*>([\s\S]*)<\/article>/);
  const title = plain(main.match(/<h1[^>]*>([\s\S]*?)<\/h1>/)?.[1] ?? url);
  return main.split(/(?=<h[1-4][ >])/).flatMap((part) => {
    const heading = part.match(/^<h([1-4])(?: id="([^"]*)")?[^>]*>([\s\S]*?)<\/h\1>/);
    const text = plain(heading ? part.slice(heading[0].length) : part);
    return heading || text
      ? [{ page: title, heading: heading ? plain(heading[3]) : title, text, url: heading?.[2] ? `${url}#${heading[2]}` : url }]
      : [];
  });
}

function javadoc(output) {
  const types = index(output, "type").filter((type) => type.p);
  const members = index(output, "member").filter((member) => member.p);
  const link = (of, name) => `api/${of.p.replaceAll(".", "/")}/${name}.html`;
  return [
    ...types.map((type) => ({ page: "Javadoc", heading: type.l, text: type.p, url: link(type, type.l) })),
    ...members.map((member) => ({
      page: "Javadoc",
      heading: `${member.c}.${member.l}`,
      text: member.p,
      url: `${link(member, member.c)}#${encodeURI(member.u ?? member.l)}`,
    })),
  ];
}

/** One of the indexes that javadoc makes for its own search: "typeSearchIndex = [...];updateSearchResults();" */
function index(output, kind) {
  const file = `${output}/api/${kind}-search-index.js`;
  const text = existsSync(file) ? readFileSync(file, "utf8") : "[]";
  return JSON.parse(text.slice(text.indexOf("["), text.lastIndexOf("]") + 1));
}

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };

function plain(html) {
  return html
    .replace(/<\/?(a|b|code|em|i|span|strong)\b[^>]*>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&(lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity])
    .replace(/\s+/g, " ")
    .trim();
}
