// Tabs as the ARIA practices describe them: arrow keys move, the address keeps the tab.

import { byId } from "./elements.js";

export class Tabs {
  #list;
  #changed;

  constructor(list, changed) {
    this.#list = list;
    this.#changed = changed;
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) this.#choose(tab);
    });
    list.addEventListener("keydown", (event) => this.#key(event));
  }

  get #tabs() {
    return [...this.#list.querySelectorAll("[role=tab]")];
  }

  get selected() {
    const tab = this.#tabs.find((one) => one.getAttribute("aria-selected") === "true");
    return tab ? nameOf(tab) : "";
  }

  // Show a tab by its name; "" shows none. Returns whether there is one.
  select(name) {
    const chosen = this.#tabs.find((tab) => nameOf(tab) === name);
    if (name && !chosen) return false;
    for (const [index, tab] of this.#tabs.entries()) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on || (!chosen && index === 0) ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = !on;
    }
    return true;
  }

  #choose(tab) {
    this.select(nameOf(tab));
    this.#changed(nameOf(tab));
  }

  #key(event) {
    const tabs = this.#tabs;
    const last = tabs.length - 1;
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.#choose(tabs[to]);
    tabs[to].focus();
  }
}

function nameOf(tab) {
  return tab.id.replace(/^(side-)?tab-/, "");
}
