// The search and, on a phone, the list of pages. Runs from the file system: the entries come as a script, when they are needed.
const root = document.currentScript.dataset.root;
const [menu, nav, input, found] = ["menu", "contents", "search", "found"].map((id) => document.getElementById(id));
let search;

menu.addEventListener("click", () => menu.setAttribute("aria-expanded", nav.classList.toggle("open")));

function load() {
  search ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = `${root}/assets/search-entries.js`;
    script.onload = () => {
      const index = new MiniSearch({
        fields: ["heading", "text", "page"],
        storeFields: ["heading", "text", "page", "url"],
        tokenize: words,
        searchOptions: { boost: { heading: 4, page: 2 }, prefix: true, fuzzy: 0.15, combineWith: "AND", boostDocument },
      });
      index.addAll(window.searchEntries);
      resolve(index);
    };
    document.head.append(script);
  });
  return search;
}

/** "hibernate.counter_cache.bulk", "resetCounters(Class": as a whole, and their parts. */
function words(text) {
  return text.split(/[^\p{L}\p{N}_.]+/u).flatMap((word) => {
    const parts = word.split(/[._]|(?<=[a-z])(?=[A-Z])/).filter(Boolean);
    return parts.length > 1 ? [word, ...parts] : parts;
  });
}

/** A page explains, the Javadoc lists, and what is outside of docs/ is for those who know what they look for. */
function boostDocument(id) {
  const { page, url } = window.searchEntries[id];
  return page === "Javadoc" ? 0.8 : url.startsWith("repository/") ? 0.3 : 1;
}

async function show() {
  const asked = input.value.trim();
  const hits = asked ? (await load()).search(asked).slice(0, 12) : [];
  found.replaceChildren(...hits.map((hit, i) => line(hit, i)));
  if (asked && hits.length === 0) {
    found.append(Object.assign(document.createElement("li"), { textContent: "Nothing found" }));
  }
  found.hidden = !asked;
}

function line({ heading, page, text, url, terms }, i) {
  const link = Object.assign(document.createElement("a"), { href: `${root}/${url}`, className: i === 0 ? "first" : "" });
  const name = Object.assign(document.createElement("b"), { textContent: heading });
  const where = Object.assign(document.createElement("small"), { textContent: page === heading ? "" : ` ${page}` });
  const lower = text.toLowerCase();
  const at = Math.min(...terms.map((term) => lower.indexOf(term)).filter((at) => at >= 0), text.length);
  const start = at < 60 || at === text.length ? 0 : text.indexOf(" ", at - 50) + 1;
  const part = text.slice(start, start + 160).replace(/\s\S*$/, text.length > start + 160 ? " …" : "$&");
  link.append(name, where, Object.assign(document.createElement("p"), { textContent: (start > 0 ? "… " : "") + part }));
  const item = document.createElement("li");
  item.append(link);
  return item;
}

input.addEventListener("focus", load);
input.addEventListener("input", show);
document.addEventListener("click", (event) => {
  if (!event.target.closest("[role=search]")) found.hidden = true;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/input|textarea/i.test(document.activeElement.tagName)) {
    event.preventDefault();
    input.focus();
  } else if (event.key === "Escape") {
    found.hidden = true;
  } else if (event.key === "Enter" && document.activeElement === input) {
    found.querySelector("a")?.click();
  } else if (event.key.startsWith("Arrow") && event.target.closest("[role=search]")) {
    const links = [input, ...found.querySelectorAll("a")];
    const next = links[links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
});
