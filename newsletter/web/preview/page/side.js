// The side: one panel at a time, each a module of its own.

import { byId, element, memory } from "./elements.js";
import { shortcut } from "./keys.js";
import { Tabs } from "./tabs.js";

export class Side {
  #desk;
  #panels = new Map();
  #open = "";
  #stale = new Map(); // panel id -> the files that were saved since it saw them; null: anything

  constructor(desk, panels) {
    this.#desk = desk;
    for (const panel of panels) this.#add(panel);
    this.tabs = new Tabs(byId("side-tabs"), (id) => this.open(id));
    byId("side-toggle").addEventListener("click", () => this.toggle());
    shortcut({ key: "b", does: "Show or hide the side panel", run: () => this.toggle() });
  }

  get current() {
    return this.#open;
  }

  restore() {
    const narrow = matchMedia("(max-width: 899px)").matches;
    this.open(narrow ? "" : memory.get("side", [...this.#panels.keys()][0]));
  }

  toggle() {
    this.open(this.#open ? "" : memory.get("last", [...this.#panels.keys()][0]));
  }

  open(id) {
    const wanted = id && !this.#desk.issue ? "issues" : id; // the others are of an issue
    const next = this.#panels.has(wanted) ? wanted : "";
    if (this.#open && this.#open !== next) this.#panels.get(this.#open).leave?.();
    this.#open = next;
    this.tabs.select(next);
    document.body.toggleAttribute("data-side", Boolean(next));
    byId("side").hidden = !next;
    byId("side-toggle").setAttribute("aria-expanded", Boolean(next));
    memory.set("side", next);
    if (next) {
      memory.set("last", next);
      this.#tell(next);
    }
  }

  // After a key opened a panel, the next keys go to it.
  #press({ id, focus }) {
    this.open(this.#open === id ? "" : id);
    if (this.#open === id) focus?.();
  }

  // After a save: refresh the open panel now and the others when they open.
  saw(changed) {
    for (const id of this.#panels.keys()) {
      const before = this.#stale.get(id);
      const known = this.#stale.has(id);
      this.#stale.set(id, changed === null || (known && before === null) ? null : [...(before ?? []), ...changed]);
    }
    if (this.#open) this.#tell(this.#open);
  }

  #tell(id) {
    const changed = this.#stale.has(id) ? this.#stale.get(id) : [];
    this.#stale.delete(id);
    this.#panels.get(id).show(this.#desk.look, { changed });
  }

  #add(panel) {
    const tab = element("button", {
      role: "tab", id: `side-tab-${panel.id}`, "aria-controls": `side-${panel.id}`, "aria-selected": "false",
      title: `${panel.title} (${panel.key})`,
    }, panel.title);
    const host = element("section", {
      role: "tabpanel", id: `side-${panel.id}`, "aria-labelledby": tab.id, class: "side-panel", hidden: true,
    });
    byId("side-tabs").append(tab);
    byId("side-panels").append(host);
    panel.mount(host, this.#desk);
    this.#panels.set(panel.id, panel);
    this.#stale.set(panel.id, null);
    shortcut({ key: panel.key, does: panel.title, group: "Side", run: () => this.#press(panel) });
  }
}
