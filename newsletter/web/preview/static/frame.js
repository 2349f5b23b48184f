// The email in its frame. A new version loads behind the old one and takes its place at the same
// scroll position, so that a save never flashes or jumps.

import { element } from "./page.js";

export class Frame {
  #box;
  #linked;
  #shown = null;
  #coming = null;
  #source = null; // { issue, version }
  #scheme = "light";

  constructor(box, linked) {
    this.#box = box;
    this.#linked = linked;
  }

  get empty() {
    return this.#source === null;
  }

  setWidth(pixels) {
    this.#box.style.width = `${pixels}px`;
  }

  setScheme(scheme) {
    this.#scheme = scheme;
    if (this.#source) this.#load();
  }

  show(issue, version) {
    if (this.#source?.version === version && this.#source.issue === issue) return;
    this.#source = { issue, version };
    this.#load();
  }

  clear() {
    this.#source = this.#shown = this.#coming = null;
    this.#box.replaceChildren();
  }

  #load() {
    this.#coming?.remove();
    const { issue, version } = this.#source;
    // Never allow-scripts: with allow-same-origin it would be no sandbox at all.
    const next = element("iframe", { sandbox: "allow-same-origin", title: "The email", tabindex: "-1" });
    next.style.colorScheme = this.#scheme;
    next.addEventListener("load", () => this.#arrived(next));
    next.src = `/mail/${encodeURIComponent(issue)}.html?scheme=${this.#scheme}&v=${version}`;
    this.#coming = next;
    this.#box.append(next);
  }

  #arrived(next) {
    if (next !== this.#coming) return;
    const old = this.#shown;
    const inside = next.contentDocument;
    if (old?.contentWindow) next.contentWindow.scrollTo(0, old.contentWindow.scrollY);
    inside.addEventListener("click", (event) => this.#click(event));
    inside.addEventListener("submit", (event) => event.preventDefault());
    next.classList.add("shown");
    next.removeAttribute("tabindex");
    old?.remove();
    this.#shown = next;
    this.#coming = null;
    this.#box.dataset.version = this.#source.version;
  }

  // A link of the email is shown, not followed: the editor sees where it leads and may go there.
  #click(event) {
    const link = event.target.closest?.("a[href], area[href]");
    if (!link) return;
    event.preventDefault();
    this.#linked(/^(https?|mailto):/i.test(link.href) ? link.href : "");
  }
}
