// The library beside the issue: searched on the server as `newsletter summaries` does.

import { element, memory } from "../page/elements.js";
import { button, icon, iconButton, placed, PLAIN, SILENT, text } from "../page/field.js";
import { get } from "../page/http.js";
import { draggable } from "./drag.js";
import { facts, monthName } from "./summaries.js";

const PAUSE = 120; // ms after the last key
const FILTERS = [["topic", "Topic", "topics", "topic"], ["type", "Type", "types", "research type"], ["month", "Month", "months", "month"]];

export class Library {
  #asked = 0;
  #timer = 0;
  #found = [];
  #shown = "";
  #stale = true;

  constructor(desk, summaries) {
    this.desk = desk;
    this.summaries = summaries;
    summaries.otherwise = this.open = button([icon("add"), "Add from the library"], () => this.#turn(), { id: "compose-open", class: "compose-open", "aria-expanded": "false", "aria-controls": "compose-library" });
    this.search = element("input", { id: "compose-search", type: "search", placeholder: "Search titles and texts", "aria-label": "Search the library", maxlength: "200", ...PLAIN });
    this.filters = Object.fromEntries(FILTERS.map(([key, label, , whole]) => [key, element("select", { "aria-label": `Filter: ${whole}`, id: `compose-${key}` }, element("option", { value: "" }, label))]));
    this.unused = element("input", { type: "checkbox" });
    this.count = element("p", { role: "status" });
    this.list = element("ul", { class: "compose-found", "aria-label": "Summaries of the library" });
    this.broken = element("div", {});
    this.box = element("div", { id: "compose-library", class: "compose-library", role: "search", "aria-label": "Library", hidden: true },
      element("div", { class: "field" }, this.search), element("div", { class: "field compose-filters" }, ...Object.values(this.filters)),
      element("div", { class: "compose-under" }, element("label", { class: "tool" }, this.unused, "Unused only"), this.count),
      this.list, this.broken);
    this.root = element("div", {}, this.open, this.box);
    this.#listen();
  }

  find() {
    this.#unfold(true);
    this.search.focus();
    this.search.select();
  }

  // An issue with too few summaries opens with the library.
  welcome(isOpen) {
    this.#unfold(memory.get("library", isOpen));
  }

  outdated() {
    this.#stale = true;
    if (!this.box.hidden) this.#ask();
  }

  // The list above grows with each summary that is added: scroll so that the next stays in place.
  held(change) {
    const { top } = this.box.getBoundingClientRect();
    const isHere = this.box.contains(document.activeElement);
    change();
    this.open.disabled = this.summaries.closed;
    for (const row of this.list.children) this.#mark(row);
    if (isHere) this.box.closest(".side-panels").scrollTop += this.box.getBoundingClientRect().top - top;
  }

  #turn() {
    this.#unfold(this.box.hidden);
    memory.set("library", !this.box.hidden);
    if (!this.box.hidden) this.search.focus();
  }

  #listen() {
    this.search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), PAUSE);
    });
    for (const input of [...Object.values(this.filters), this.unused]) input.addEventListener("change", () => this.#ask());
    this.box.addEventListener("keydown", (event) => this.#key(event));
  }

  // Down from the search into what it found and back; Enter on the search adds the first.
  #key(event) {
    const buttons = [...this.list.querySelectorAll(".compose-add")];
    const at = buttons.indexOf(document.activeElement);
    const inSearch = document.activeElement === this.search;
    if (event.key === "Enter" && inSearch && buttons[0]) {
      event.preventDefault();
      const first = this.#found.find(({ slug }) => !this.summaries.has(slug));
      if (first) this.summaries.add(first);
    } else if (event.key === "ArrowDown" && (inSearch || at >= 0)) {
      event.preventDefault();
      buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (buttons[at - 1] ?? this.search).focus();
    }
  }

  #unfold(isOpen) {
    this.box.hidden = !isOpen;
    this.open.setAttribute("aria-expanded", isOpen);
    if (isOpen && this.#stale) this.#ask();
  }

  async #ask() {
    const number = ++this.#asked;
    const query = new URLSearchParams({ issue: this.desk.issue, words: this.search.value, unused: this.unused.checked ? "1" : "" });
    for (const [key, select] of Object.entries(this.filters)) query.set(key, select.value);
    try {
      const told = await get(`/api/library?${query}`);
      if (number !== this.#asked) return;
      this.#stale = false;
      this.#show(told);
    } catch (error) {
      if (number === this.#asked) this.count.textContent = error.status ? error.message : SILENT;
    }
  }

  #show(told) {
    const shown = JSON.stringify(told);
    if (this.#shown === shown) return; // somebody may stand on a row
    this.#shown = shown;
    for (const [key, label, choices] of FILTERS) this.#choices(this.filters[key], label, told[choices], key === "month" ? monthName : String);
    this.#found = told.found;
    const { count, total } = told;
    this.count.textContent = `${count} of ${total}${count > told.found.length ? `, ${told.found.length} shown` : ""}`;
    const top = this.list.scrollTop;
    const none = element("li", { class: "compose-empty quiet" }, total ? "Nothing is found" : "The library is empty. On the command line, newsletter new begins a summary and newsletter import takes in pages that you have.");
    this.list.replaceChildren(...(told.found.length ? told.found.map((summary) => this.#row(summary)) : [none]));
    this.list.scrollTop = top;
    this.broken.replaceChildren(...told.broken.filter(({ slug }) => !this.summaries.has(slug)).flatMap(({ problems }) => problems.map((problem) => placed(problem, this.desk))));
  }

  #choices(select, label, values, name) {
    const chosen = select.value;
    select.replaceChildren(element("option", { value: "" }, label), ...values.map((value) => element("option", { value }, name(value))));
    select.value = values.includes(chosen) ? chosen : "";
  }

  #row(summary) {
    const add = iconButton("add", "", () => this.#toggle(summary), { class: "icon-button compose-add" });
    const row = element("li", { class: "compose-row compose-hit", "data-slug": summary.slug },
      element("div", { class: "compose-what" }, text("compose-title", summary.title), text("compose-facts", facts(summary))), add);
    Object.assign(row, { summary, add });
    draggable(row, {
      list: this.summaries.host,
      label: () => summary.title,
      canStart: () => !this.summaries.closed && !this.summaries.has(summary.slug),
      dropped: (index) => this.summaries.add(summary, index),
    });
    this.#mark(row);
    return row;
  }

  #toggle(summary) {
    if (!this.summaries.has(summary.slug)) this.summaries.add(summary);
    else this.summaries.remove(summary.slug);
  }

  #mark(row) {
    if (!row.summary) return;
    const isIn = this.summaries.has(row.summary.slug);
    const words = isIn ? "Remove from the issue" : "Add to the issue";
    row.toggleAttribute("data-in", isIn);
    row.add.disabled = this.summaries.closed;
    row.add.title = words;
    row.add.setAttribute("aria-label", `${words}: ${row.summary.title}`);
    if (row.add.dataset.is !== String(isIn)) row.add.replaceChildren(icon(isIn ? "check" : "add"));
    row.add.dataset.is = isIn;
  }
}

export const isLibrary = (files) => files === null || files.length === 0 || files.some((file) => /^(summaries|issues)\/|topics\.toml$/.test(file));
