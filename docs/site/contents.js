// The list at the side: a part for each directory, in the order in which docs/index.md links to the pages.
import { existsSync } from "node:fs";
import { linksOf, markdownPages, pageOf, titleOf } from "./links.js";

const INDEX = "docs/index.md";

/** Parts with their pages; a directory below a part (docs/internals/decisions) is a part of its own at the end. */
export function contents() {
  const order = existsSync(INDEX) ? linksOf(INDEX) : [];
  // the last link: the text at the top leads to some pages as well, before the tables list all of them
  const place = (file) => (order.includes(file) ? order.lastIndexOf(file) : order.length);
  const parts = new Map();
  for (const file of markdownPages().sort((one, other) => place(one) - place(other))) {
    const directory = file.split("/").slice(1, -1).join("/");
    if (file !== INDEX) {
      parts.set(directory, [...(parts.get(directory) ?? []), { file, url: pageOf(file), title: titleOf(file) }]);
    }
  }
  const depth = (name) => name.split("/").length;
  return [...parts]
    .map(([name, pages]) => ({ name: nameOf(name), pages, isDeep: depth(name) > 1 }))
    .sort((one, other) => one.isDeep - other.isDeep || (other.name === "") - (one.name === ""));
}

function nameOf(directory) {
  const last = directory.split("/").pop();
  return last.charAt(0).toUpperCase() + last.slice(1);
}
