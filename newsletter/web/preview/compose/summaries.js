// The summaries of the issue, in their order.

import { element } from "../page/elements.js";
import { button, placed, text } from "../page/field.js";
import { Rows } from "./rows.js";

export class Summaries extends Rows {
  #known = new Map(); // slug -> what is known of a summary, from the issue or the library

  constructor(desk, say) {
    super("summaries", "Summaries", say);
    this.desk = desk;
    this.empty = text("compose-empty quiet", "None yet. Add one from the library.");
    this.concerns = element("ul", { class: "compose-concerns" });
    this.root = element("div", {}, this.empty, this.host, this.error, this.choice, this.concerns);
  }

  name(slug) {
    return this.#known.get(slug)?.title ?? slug;
  }

  has(slug) {
    return this.items.includes(slug);
  }

  add(summary, at = this.items.length) {
    if (this.closed || this.has(summary.slug)) return;
    this.#known.set(summary.slug, summary);
    this.set([...this.items.slice(0, at), summary.slug, ...this.items.slice(at)]);
    this.say(`Added: ${summary.title}, ${at + 1} of ${this.items.length}`);
  }

  show(draft) {
    for (const row of draft.now?.rows ?? []) this.#known.set(row.slug, row);
    const own = [...draft.errors].find(([name]) => name.startsWith("summaries"))?.[1];
    super.show(draft, own, (slugs) => slugs.map((slug, index) => `${index + 1}. ${this.name(slug)}`).join("\n"));
    this.empty.hidden = this.items.length > 0 || !draft.isOpen;
    this.concerns.replaceChildren(...(draft.now?.concerns ?? []).map((words) => element("li", {}, words)));
  }

  fill(slug, { row }) {
    row.dataset.slug = slug;
  }

  refresh(slug, one) {
    const known = this.#known.get(slug) ?? { slug, title: slug };
    const shown = JSON.stringify(known);
    if (one.shown === shown) return;
    one.shown = shown;
    const title = known.file
      ? button(known.title, () => this.desk.openPlace({ file: known.file, line: 1 }), { class: "compose-title", title: known.slug, "data-drags": true })
      : text("compose-title", known.title);
    one.what.replaceChildren(title, text("compose-facts", facts({ ...known, used: [] })), ...usedIn(known).map((words) => text("compose-error warning", words)), ...(known.problems ?? []).map((problem) => placed(problem, this.desk)));
  }
}

const MONTH = new Intl.DateTimeFormat("en", { month: "short", year: "numeric", timeZone: "UTC" });

export const monthName = (month) => MONTH.format(new Date(`${month}-01`));

const usedIn = ({ used = [] }) => used.slice(-1).map((issue) => `used in ${issue}`); // the last: who would read it again too soon

export function facts({ published, words, type, topics, used }) {
  if (!published) return "";
  return [monthName(published), `${words.toLocaleString("en")} words`, ...usedIn({ used }), topics[0], type].filter(Boolean).join(" \u00b7 ");
}
