// The announcements: each a small form.

import { element } from "../page/elements.js";
import { button, field, icon, text } from "../page/field.js";
import { isWhole } from "./draft.js";
import { Rows } from "./rows.js";

const PARTS = [["title", "Title", ""], ["text", "Text", "Markdown"], ["url", "Web address", "optional"]];

export class News extends Rows {
  constructor(say) {
    super("announcements", "Announcements", say);
    this.otherwise = this.add = button([icon("add"), "Add an announcement"], () => this.#begin(), { class: "compose-open" });
    this.root = element("div", {}, this.host, this.error, this.choice, this.add);
  }

  name({ title }) {
    return title || "A new announcement";
  }

  show(draft) {
    super.show(draft, draft.errors.get("announcements") ?? told(draft, "announcements"), list);
    this.add.disabled = this.closed;
  }

  fill(news, one) {
    const stroke = crypto.randomUUID();
    one.row.classList.add("compose-card");
    one.fields = PARTS.map(([key, label, note]) => field({
      label, note, long: key === "text",
      typed: (value) => {
        news[key] = value;
        this.draft.set(this.field, this.items, { stroke: `${stroke}${key}` });
      },
      left: () => this.draft.save(),
    }));
    one.hint = text("compose-facts");
    one.what.append(...one.fields.map(({ root }) => root), one.hint);
  }

  refresh(news, { fields, hint }, index) {
    hint.textContent = isWhole(news) ? "" : "Saved once it has a title and a text.";
    PARTS.forEach(([key], at) => {
      const inFile = news.was === null ? null : told(this.draft, `announcements.${news.was}.${key}`);
      fields[at].show(news[key], this.draft.errors.get(`announcements.${index}.${key}`) ?? inFile, this.closed);
    });
  }

  #begin() {
    const news = { was: null, title: "", text: "", url: "" };
    this.set([...this.items, news]);
    this.rows.get(news).fields[0].input.focus();
  }
}

// The problem of a field in the file, unless the field is being changed here.
export function told(draft, name) {
  return draft.isUnsaved ? null : (draft.now?.problems ?? []).find((problem) => problem.field === name) ?? null;
}

const list = (items) => items.filter((news) => news.was === undefined || isWhole(news)).map(({ title, text: words, url }) => [title, words, url].filter(Boolean).join("\n")).join("\n\n");
