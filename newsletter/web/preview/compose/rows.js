// A list of the form whose rows are moved by dragging, by keys and by buttons, and taken out.
// Each of these announces what it did.

import { element } from "../page/elements.js";
import { iconButton, showChoice, showError } from "../page/field.js";
import { draggable, moved } from "./drag.js";

// A subclass has `name(item)`, `fill(item, what)`, called once, and `refresh(item, one, index)`.
export class Rows {
  draft = null;
  rows = new Map(); // item -> { row, what, grip, buttons }

  constructor(field, label, say) {
    this.field = field;
    this.label = label;
    this.say = say;
    this.host = element("ol", { class: "compose-rows", id: `compose-${field}`, "aria-label": label });
    this.error = element("p", { class: "compose-error", hidden: true });
    this.choice = element("div", {});
  }

  get items() {
    return this.draft?.form[this.field] ?? [];
  }

  get closed() {
    return !this.draft?.isOpen || this.draft.now.locked.includes(this.field);
  }

  set(items) {
    this.draft.set(this.field, items, { soon: true });
  }

  move(from, to) {
    const item = this.items[from];
    const focused = document.activeElement;
    this.set(moved(this.items, from, to));
    if (this.host.contains(focused)) focused.focus(); // which a row that moves would lose
    this.say(`${this.name(item)}: now ${to + 1} of ${this.items.length}`);
  }

  remove(item, otherwise) {
    const at = this.items.indexOf(item);
    const hadFocus = this.rows.get(item)?.row.contains(document.activeElement);
    this.set(this.items.filter((each) => each !== item));
    this.say(`Removed: ${this.name(item)}`);
    const next = this.items[Math.min(at, this.items.length - 1)];
    if (hadFocus) (this.rows.get(next)?.grip ?? otherwise).focus();
  }

  show(draft, error, told) {
    this.draft = draft;
    const rows = this.items.map((item) => (this.rows.get(item) ?? this.#make(item)).row);
    const there = [...this.host.children];
    if (rows.length !== there.length || rows.some((row, index) => there[index] !== row)) this.host.replaceChildren(...rows);
    for (const item of [...this.rows.keys()]) if (!this.items.includes(item)) this.rows.delete(item);
    this.items.forEach((item, index) => this.#refresh(item, this.rows.get(item), index));
    showError(this.error, error);
    const theirs = draft.conflicts.get(this.field);
    showChoice(this.choice, theirs && { label: this.label, theirs: told(theirs), mine: told(this.items) }, (mine) => draft.choose(this.field, mine));
  }

  #make(item) {
    const grip = iconButton("grip", "", null, { class: "icon-button compose-grip", "data-drags": true });
    const step = (by, focus) => {
      const from = this.items.indexOf(item);
      const to = Math.min(Math.max(from + by, 0), this.items.length - 1);
      if (to === from) this.say(`${this.name(item)} is ${by < 0 ? "first" : "last"} already`);
      else this.move(from, to);
      focus.focus();
    };
    const up = iconButton("up", "", () => step(-1, up));
    const down = iconButton("down", "", () => step(1, down));
    const gone = iconButton("remove", "", () => this.remove(item, this.otherwise));
    const what = element("div", { class: "compose-what" });
    const row = element("li", { class: "compose-row" }, grip, what, element("div", { class: "compose-acts" }, up, down, gone));
    row.addEventListener("keydown", (event) => {
      const { key, altKey, target } = event;
      const by = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[key];
      const isMove = by && (target === grip || (altKey && Number.isFinite(by) && !target.matches("input, textarea")));
      const isRemoval = target === grip && ["Delete", "Backspace"].includes(key);
      if (!isMove && !isRemoval) return;
      event.preventDefault();
      event.stopPropagation();
      if (isMove) step(by, target);
      else this.remove(item, this.otherwise);
    });
    draggable(row, {
      list: this.host,
      label: () => this.name(item),
      canStart: () => !this.closed,
      dropped: (to) => {
        const from = this.items.indexOf(item);
        const landed = to > from ? to - 1 : to;
        if (landed !== from) this.move(from, landed);
      },
    });
    const one = { row, what, grip, buttons: [[grip, "Move"], [up, "Move up"], [down, "Move down"], [gone, "Remove"]] };
    this.rows.set(item, one);
    this.fill(item, one);
    return one;
  }

  #refresh(item, one, index) {
    for (const [button, words] of one.buttons) {
      const isGrip = button === one.grip;
      button.setAttribute("aria-label", `${words}: ${this.name(item)}${isGrip ? `, ${index + 1} of ${this.items.length}` : ""}`);
      button.title = isGrip ? "Drag, or move with the arrow keys" : words;
      button.disabled = this.closed;
    }
    // Not `disabled`, which would lose the focus of who has just moved a row to the end.
    one.buttons[1][0].setAttribute("aria-disabled", index === 0);
    one.buttons[2][0].setAttribute("aria-disabled", index === this.items.length - 1);
    this.refresh(item, one, index);
  }
}
