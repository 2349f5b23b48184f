// The summaries of the issue, in their order.

import { moved } from "./compose-drag.js";
import { showChoice, showError } from "./compose-field.js";
import { movable } from "./compose-rows.js";
import { element } from "./page.js";

export class Summaries {
  #draft = null;
  #rows = new Map(); // slug -> { row, movable, what }
  #known = new Map(); // slug -> what is known of a summary, from the issue or the library

  constructor(desk, say) {
    this.desk = desk;
    this.say = say;
    this.host = element("ol", { class: "compose-rows", id: "compose-summaries", "aria-label": "Summaries of this issue" });
    this.empty = element("p", { class: "compose-empty quiet" }, "None yet. Add one from the library.");
    this.error = element("p", { class: "compose-error", hidden: true });
    this.concerns = element("ul", { class: "compose-concerns" });
    this.choice = element("div", {});
    this.root = element("div", {}, this.empty, this.host, this.error, this.choice, this.concerns);
  }

  get slugs() {
    return this.#draft?.form.summaries ?? [];
  }

  size() {
    return this.slugs.length;
  }

  closed() {
    return !this.#draft?.isOpen;
  }

  has(slug) {
    return this.slugs.includes(slug);
  }

  add(summary, at = this.size()) {
    if (this.closed() || this.has(summary.slug)) return;
    this.#known.set(summary.slug, summary);
    this.#set([...this.slugs.slice(0, at), summary.slug, ...this.slugs.slice(at)]);
    this.say(`Added: ${summary.title}, ${at + 1} of ${this.size()}`);
  }

  move(from, to) {
    const slug = this.slugs[from];
    const focused = document.activeElement;
    this.#set(moved(this.slugs, from, to > from ? to + 1 : to));
    if (this.host.contains(focused)) focused.focus();
    this.say(`${this.#title(slug)}: now ${to + 1} of ${this.size()}`);
  }

  remove(at) {
    const slug = this.slugs[at];
    const hadFocus = this.#rows.get(slug)?.row.contains(document.activeElement);
    this.#set(this.slugs.filter((each) => each !== slug));
    this.say(`Removed: ${this.#title(slug)}`);
    const next = this.slugs[Math.min(at, this.size() - 1)];
    if (hadFocus) (this.#rows.get(next)?.movable.grip ?? document.getElementById("compose-open")).focus();
  }

  show(draft) {
    this.#draft = draft;
    for (const row of draft.now?.rows ?? []) this.#known.set(row.slug, row);
    this.empty.hidden = this.size() > 0 || !draft.isOpen;
    this.host.hidden = this.size() === 0 && draft.isOpen === false;
    const rows = this.slugs.map((slug) => this.#row(slug));
    if (rows.some((row, index) => this.host.children[index] !== row) || this.host.children.length !== rows.length) {
      this.host.replaceChildren(...rows);
    }
    for (const slug of [...this.#rows.keys()]) if (!this.has(slug)) this.#rows.delete(slug);
    for (const [slug, one] of this.#rows) this.#refresh(slug, one);
    this.#problems();
  }

  #set(slugs) {
    this.#draft.set("summaries", slugs, { soon: true });
  }

  #title(slug) {
    return this.#known.get(slug)?.title ?? slug;
  }

  #row(slug) {
    const there = this.#rows.get(slug);
    if (there) return there.row;
    const row = element("li", { "data-slug": slug });
    const what = element("div", { class: "compose-what" });
    const made = movable(row, { list: this, what, name: () => this.#title(slug), at: () => this.slugs.indexOf(slug) });
    this.#rows.set(slug, { row, what, movable: made, shown: "" });
    return row;
  }

  #refresh(slug, one) {
    one.movable.refresh();
    const known = this.#known.get(slug) ?? { slug, title: slug, problems: [] };
    const shown = JSON.stringify(known);
    if (one.shown === shown) return;
    one.shown = shown;
    const title = element(known.file ? "button" : "span", { class: "compose-title", ...(known.file ? { type: "button", title: known.slug, "data-drags": true } : {}) }, known.title);
    if (known.file) title.addEventListener("click", () => this.desk.openPlace({ file: known.file, line: 1 }));
    one.what.replaceChildren(title, element("p", { class: "compose-facts" }, facts(known)),
      ...(known.problems ?? []).map((problem) => this.#problem(problem)));
  }

  #problem(problem) {
    const place = problem.file
      ? element("button", { type: "button", class: "place-link" }, problem.place)
      : "";
    if (problem.file) place.addEventListener("click", () => this.desk.openPlace(problem));
    return element("p", { class: `compose-error ${problem.level}` }, problem.message, problem.hint ? element("span", { class: "quiet" }, ` ${problem.hint}`) : "", place ? " " : "", place);
  }

  #problems() {
    const { errors, conflicts, now } = this.#draft;
    const own = [...errors].find(([field]) => field.split(".")[0] === "summaries")?.[1];
    showError(this.error, own);
    const theirs = conflicts.get("summaries");
    const list = (slugs) => slugs.map((slug, index) => `${index + 1}. ${this.#title(slug)}`).join("\n");
    showChoice(this.choice, theirs && { label: "Summaries", theirs: list(theirs), mine: list(this.slugs) }, (mine) => this.#draft.choose("summaries", mine));
    this.concerns.replaceChildren(...(now?.concerns ?? []).map((words) => element("li", {}, words)));
  }
}

const MONTH = new Intl.DateTimeFormat("en", { month: "short", year: "numeric", timeZone: "UTC" });

export function monthName(month) {
  return MONTH.format(new Date(`${month}-01T00:00:00Z`));
}

export function facts({ published, words, type, topics, used }) {
  if (!published) return "";
  const told = [monthName(published), `${words.toLocaleString("en")} words`];
  if (used?.length) told.push(`used in ${used.at(-1)}${used.length > 1 ? ` and ${used.length - 1} more` : ""}`);
  return [...told, topics[0], type].filter(Boolean).join(" \u00b7 ");
}
