// The announcements: each a small form, moved and taken out like the summaries.

import { moved } from "./compose-drag.js";
import { field, icon, ICONS, showChoice, showError } from "./compose-field.js";
import { movable } from "./compose-rows.js";
import { isWhole } from "./compose-draft.js";
import { element } from "./page.js";

const PARTS = [
  ["title", "Title", "", false],
  ["text", "Text", "Markdown", true],
  ["url", "Web address", "optional", false],
];

export class News {
  #draft = null;
  #cards = new Map(); // the announcement -> { row, fields, movable }

  constructor(say) {
    this.say = say;
    this.host = element("ol", { class: "compose-rows", id: "compose-news", "aria-label": "Announcements" });
    this.error = element("p", { class: "compose-error", hidden: true });
    this.choice = element("div", {});
    this.add = element("button", { class: "compose-open", type: "button", id: "compose-announce" }, icon(ICONS.add), "Add an announcement");
    this.add.addEventListener("click", () => this.#begin());
    this.root = element("div", {}, this.host, this.error, this.choice, this.add);
  }

  get items() {
    return this.#draft?.form.announcements ?? [];
  }

  size() {
    return this.items.length;
  }

  closed() {
    return !this.#draft?.isOpen || this.#draft.now.locked.includes("announcements");
  }

  move(from, to) {
    const news = this.items[from];
    const focused = document.activeElement;
    this.#set(moved(this.items, from, to > from ? to + 1 : to));
    if (this.host.contains(focused)) focused.focus();
    this.say(`${called(news)}: now ${to + 1} of ${this.size()}`);
  }

  remove(at) {
    const news = this.items[at];
    const hadFocus = this.#cards.get(news)?.row.contains(document.activeElement);
    this.#set(this.items.filter((each) => each !== news));
    this.say(`Removed: ${called(news)}`);
    const next = this.items[Math.min(at, this.size() - 1)];
    if (hadFocus) (this.#cards.get(next)?.movable.grip ?? this.add).focus();
  }

  show(draft) {
    this.#draft = draft;
    const cards = this.items.map((news) => this.#card(news));
    if (cards.length !== this.host.children.length || cards.some(({ row }, index) => this.host.children[index] !== row)) {
      this.host.replaceChildren(...cards.map(({ row }) => row));
    }
    for (const news of [...this.#cards.keys()]) if (!this.items.includes(news)) this.#cards.delete(news);
    this.items.forEach((news, index) => this.#refresh(news, index, this.#cards.get(news)));
    this.add.disabled = this.closed();
    showError(this.error, draft.errors.get("announcements") ?? told(draft, "announcements"));
    const theirs = draft.conflicts.get("announcements");
    showChoice(this.choice, theirs && { label: "Announcements", theirs: list(theirs), mine: list(this.items.filter(isWhole)) }, (mine) => draft.choose("announcements", mine));
  }

  #set(items) {
    this.#draft.set("announcements", items, { soon: true });
  }

  #begin() {
    const news = { was: null, title: "", text: "", url: "" };
    this.#set([...this.items, news]);
    this.#cards.get(news).fields.title.input.focus();
  }

  #card(news) {
    const there = this.#cards.get(news);
    if (there) return there;
    const row = element("li", { class: "compose-card" });
    const stroke = crypto.randomUUID();
    const fields = Object.fromEntries(PARTS.map(([key, label, note, long]) => [key, field({
      name: `announcements.${key}`, label, note, long,
      attributes: key === "url" ? { inputmode: "url", spellcheck: "false" } : {},
      typed: (value) => {
        news[key] = value;
        this.#draft.set("announcements", this.items, { stroke: `${stroke}${key}` });
      },
      left: () => this.#draft.save(),
    })]));
    const hint = element("p", { class: "compose-facts" });
    const what = element("div", { class: "compose-what" }, ...Object.values(fields).map(({ root }) => root), hint);
    const made = movable(row, { list: this, what, name: () => called(news), at: () => this.items.indexOf(news) });
    const card = { row, fields, hint, movable: made };
    this.#cards.set(news, card);
    return card;
  }

  #refresh(news, index, { fields, hint, movable: made }) {
    made.refresh();
    hint.textContent = isWhole(news) ? "" : "Saved once it has a title and a text.";
    for (const [key] of PARTS) {
      const own = fields[key];
      own.set(news[key]);
      own.lock(this.closed());
      const name = `announcements.${index}.${key}`;
      const inFile = news.was === null ? null : told(this.#draft, `announcements.${news.was}.${key}`);
      own.fail(this.#draft.errors.get(name) ?? inFile);
    }
  }
}

// What is wrong in the file at a field, unless it is being mended here.
export function told(draft, field) {
  return draft.isUnsaved ? null : (draft.now?.problems ?? []).find((problem) => problem.field === field) ?? null;
}

const called = ({ title }) => title || "A new announcement";
const list = (items) => items.map(({ title, text, url }) => [title, text, url].filter(Boolean).join("\n")).join("\n\n");
