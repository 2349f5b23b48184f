// The email in its frame. A new version loads behind the old one and takes its place at the same
// scroll position, so that a save never flashes or jumps.

import { alter } from "./alter.js";
import { element } from "./elements.js";
import { listenTo } from "./keys.js";

const PICKABLE = "h1,h2,h3,h4,h5,h6,p,li,blockquote,dt,dd,td,th,div";
const LONGEST = 4000; // characters; what holds more is the layout, not a passage

export class Frame {
  #box;
  #linked;
  #picked;
  #shown = null;
  #coming = null;
  #source = null; // { issue, version, reader }
  #looks = { scheme: "light", images: true, styles: true, zoom: 1 };

  constructor(box, { linked, picked }) {
    this.#box = box;
    this.#linked = linked;
    this.#picked = picked;
  }

  get empty() {
    return this.#source === null;
  }

  setLooks(looks) {
    this.#looks = { ...this.#looks, ...looks };
    if (this.#source) this.#load();
  }

  show(issue, version, reader) {
    const now = this.#source;
    if (now?.version === version && now.issue === issue && now.reader === reader) return;
    if (now && now.issue !== issue) this.clear();
    this.#source = { issue, version, reader };
    this.#load();
  }

  clear() {
    this.#source = this.#shown = this.#coming = null;
    this.#box.replaceChildren();
  }

  #url() {
    const { issue, version, reader } = this.#source;
    const { scheme, images, styles } = this.#looks;
    const query = new URLSearchParams({ scheme: scheme === "dark" ? "dark" : "light", v: version });
    if (reader) query.set("reader", reader);
    if (!images) query.set("images", "off");
    if (!styles) query.set("styles", "off");
    return `/mail/${encodeURIComponent(issue)}.html?${query}`;
  }

  #load() {
    this.#coming?.remove();
    // Never allow-scripts: with allow-same-origin it would be no sandbox at all.
    const next = element("iframe", { sandbox: "allow-same-origin", title: "The email", tabindex: "-1" });
    next.style.colorScheme = this.#looks.scheme === "dark" ? "dark" : "light";
    next.addEventListener("load", () => this.#arrived(next));
    next.src = this.#url();
    this.#coming = next;
    this.#box.append(next);
  }

  #arrived(next) {
    if (next !== this.#coming) return;
    const inside = next.contentDocument;
    if (inside?.URL === "about:blank") return;
    if (inside?.contentType !== "text/html") { // there is no email to show
      next.remove();
      this.#coming = null;
      return;
    }
    const old = this.#shown;
    alter(inside, this.#looks);
    if (old?.contentWindow) next.contentWindow.scrollTo(old.contentWindow.scrollX, old.contentWindow.scrollY);
    inside.addEventListener("click", (event) => this.#click(event, inside));
    inside.addEventListener("auxclick", (event) => this.#click(event, inside));
    inside.addEventListener("submit", (event) => event.preventDefault());
    listenTo(inside);
    next.classList.add("shown");
    next.removeAttribute("tabindex");
    old?.remove();
    this.#shown = next;
    this.#coming = null;
    this.#box.dataset.version = this.#source.version;
  }

  // A link of the email is shown, not followed: the editor sees its address and can open it.
  // A click on a passage looks for its line in a file.
  #click(event, inside) {
    const link = event.target.closest?.("a[href], area[href]");
    if (link) {
      event.preventDefault();
      this.#linked(/^(https?|mailto):/i.test(link.href) ? link.href : "");
      return;
    }
    if (event.type !== "click" || !inside.getSelection().isCollapsed) return;
    const text = event.target.closest?.(PICKABLE)?.textContent.trim() ?? "";
    if (text && text.length <= LONGEST) this.#picked(text, headingsAbove(event.target, inside));
  }
}

// The texts of the headings above an element, the nearest first.
function headingsAbove(one, inside) {
  return [...inside.querySelectorAll("h1,h2,h3,h4")]
    .filter((heading) => one.compareDocumentPosition(heading) & Node.DOCUMENT_POSITION_PRECEDING)
    .map((heading) => heading.textContent.trim().slice(0, 200))
    .reverse()
    .slice(0, 8);
}
