// Tabs as the ARIA practices describe them: arrows move, the address remembers.

import { byId } from "./page.js";

export class Tabs {
  #tabs;
  #changed;

  constructor(list, changed) {
    this.#tabs = [...list.querySelectorAll("[role=tab]")];
    this.#changed = changed;
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) this.#select(tab);
    });
    list.addEventListener("keydown", (event) => this.#key(event));
    const named = this.#tabs.find((tab) => `#${name(tab)}` === location.hash);
    if (named) this.#select(named);
  }

  get selected() {
    return name(this.#tabs.find((tab) => tab.getAttribute("aria-selected") === "true"));
  }

  #key(event) {
    const last = this.#tabs.length - 1;
    const at = this.#tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#select(this.#tabs[to]);
    this.#tabs[to].focus();
  }

  #select(chosen) {
    for (const tab of this.#tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", on);
      tab.tabIndex = on ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = !on;
    }
    history.replaceState(null, "", `#${name(chosen)}`);
    this.#changed(name(chosen));
  }
}

function name(tab) {
  return tab.id.replace("tab-", "");
}
