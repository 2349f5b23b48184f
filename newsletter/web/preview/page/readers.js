// The reader that the email is shown for: one of the list, found by typing, or a made-up one.

import { byId, element, fill } from "./elements.js";
import { post, sentence } from "./http.js";
import { shortcut } from "./keys.js";

const PATIENCE = 120; // ms between the last key and the search

export class Readers {
  #desk;
  #hits = [];
  #at = -1;
  #asked = 0;
  #waiting = null;

  constructor(desk) {
    this.#desk = desk;
    const search = byId("reader-search");
    search.addEventListener("input", () => this.#soon());
    search.addEventListener("keydown", (event) => this.#key(event));
    byId("readers").addEventListener("beforetoggle", () => {
      const menu = byId("readers");
      const { left } = byId("reader").getBoundingClientRect();
      menu.style.left = `${Math.max(8, Math.min(left, innerWidth - 388))}px`;
    });
    byId("readers").addEventListener("toggle", ({ newState }) => newState === "open" && this.#opened());
    byId("made-up").addEventListener("submit", (event) => this.#makeUp(event));
    byId("sample-reader").addEventListener("click", () => this.#choose({ sample: true }));
    shortcut({ key: "r", does: "See it as another reader", group: "The email", run: () => byId("readers").togglePopover() });
  }

  show({ reader }) {
    byId("reader-name").textContent = reader.name || reader.email;
    byId("reader").title = `${reader.kind === "listed" ? reader.email : "Made up"}: see the email as another reader (r)`;
  }

  #opened() {
    const search = byId("reader-search");
    search.select();
    search.focus();
    const look = this.#desk.look;
    const values = look.reader.fields ?? {};
    const fields = ["name", "email", ...look.fields.filter((name) => name !== "name" && name !== "email")];
    fill(byId("made-up-fields"), fields, (name) =>
      element("label", { class: "field" }, element("span", {}, name.replaceAll("_", " ")),
        element("input", { name, value: values[name] ?? "", autocomplete: "off", spellcheck: "false", ...(name === "email" ? { type: "email" } : {}) })));
    this.#search();
  }

  #soon() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#search(), PATIENCE);
  }

  async #search() {
    const number = ++this.#asked;
    try {
      const found = await post(`/api/issues/${encodeURIComponent(this.#desk.issue)}/readers`, { search: byId("reader-search").value });
      if (number === this.#asked) this.#show(found);
    } catch (error) {
      if (number === this.#asked) this.#show({ hits: [], more: false, said: sentence(error) });
    }
  }

  #show({ hits, more, said }) {
    this.#hits = hits;
    this.#at = -1;
    const list = byId("reader-hits");
    fill(list, hits, ({ name, email, note }, index) => {
      const item = element("li", { role: "option", id: `reader-hit-${index}`, "aria-selected": "false" },
        element("span", { class: "who" }, name || email), name ? element("span", { class: "quiet" }, email) : "",
        note ? element("span", { class: "note-inline" }, note) : "");
      item.addEventListener("click", () => this.#choose({ email }));
      return item;
    });
    list.hidden = hits.length === 0;
    byId("reader-search").setAttribute("aria-expanded", hits.length > 0);
    byId("reader-search").removeAttribute("aria-activedescendant");
    byId("reader-said").textContent = said || (more ? "There are more: type more of the name or address." : hits.length ? "" : "Nobody on the list.");
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.#hits.length) {
      event.preventDefault();
      this.#move((this.#at + step + this.#hits.length) % this.#hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const hit = this.#hits[Math.max(this.#at, 0)];
      // Somebody who has left the list since may still be a reader of a mailing.
      if (hit || event.target.value.includes("@")) this.#choose({ email: hit?.email ?? event.target.value });
    }
  }

  #move(to) {
    this.#at = to;
    for (const [index, item] of [...byId("reader-hits").children].entries()) {
      item.setAttribute("aria-selected", index === to);
      if (index === to) item.scrollIntoView({ block: "nearest" });
    }
    byId("reader-search").setAttribute("aria-activedescendant", `reader-hit-${to}`);
  }

  #makeUp(event) {
    event.preventDefault();
    this.#choose({ fields: Object.fromEntries(new FormData(byId("made-up"))) });
  }

  async #choose(wanted) {
    try {
      const { handle } = await post(`/api/issues/${encodeURIComponent(this.#desk.issue)}/reader`, wanted);
      byId("readers").hidePopover();
      this.#desk.seeAs(handle);
    } catch (error) {
      byId("reader-said").textContent = sentence(error);
    }
  }
}
