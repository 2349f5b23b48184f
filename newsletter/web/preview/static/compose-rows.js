// A list whose rows are moved by dragging, by keys and by buttons, and taken out. Every way says
// what it did.

import { iconButton } from "./compose-field.js";
import { draggable } from "./compose-drag.js";
import { element } from "./page.js";

// A row: its grip, what stands in it, its buttons. `list.move(from, to)` and `list.remove(at)`
// change the items; `name()` is how the row is called.
export function movable(row, { list, name, what, at }) {
  const grip = iconButton("grip", "", null, { class: "icon-button compose-grip", "data-grip": true, "data-drags": true, "aria-roledescription": "movable row" });
  const up = iconButton("up", "", () => step(-1, up));
  const down = iconButton("down", "", () => step(1, down));
  const remove = iconButton("remove", "", () => list.remove(at()));
  row.classList.add("compose-row");
  row.replaceChildren(grip, what, element("div", { class: "compose-acts" }, up, down, remove));

  function step(by, focus = grip) {
    const from = at();
    const to = Math.min(Math.max(from + by, 0), list.size() - 1);
    if (to === from) list.say(`${name()} is ${by < 0 ? "first" : "last"} already`);
    else list.move(from, to);
    focus.focus();
  }

  row.addEventListener("keydown", (event) => {
    const inText = event.target.matches("input, textarea");
    const plain = event.target === grip && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    const by = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key];
    const isMove = by !== undefined && (plain || (event.altKey && !inText && event.key.startsWith("Arrow")));
    const isRemoval = event.target === grip && ["Delete", "Backspace"].includes(event.key);
    if (!isMove && !isRemoval) return;
    event.preventDefault();
    event.stopPropagation();
    if (isRemoval) list.remove(at());
    else step(by);
  });
  draggable(row, {
    list: list.host,
    label: name,
    canStart: () => !list.closed(),
    dropped: (to) => {
      const from = at();
      const landed = to > from ? to - 1 : to;
      if (landed !== from) list.move(from, landed);
    },
  });
  return {
    grip,
    // After each change: names say where the row stands, and what cannot be done is off.
    refresh() {
      const index = at();
      for (const [button, words] of [[grip, "Move"], [up, "Move up"], [down, "Move down"], [remove, "Remove"]]) {
        const label = `${words}: ${name()}`;
        button.setAttribute("aria-label", button === grip ? `${label}, ${index + 1} of ${list.size()}` : label);
        button.title = button === grip ? "Drag, or move with the arrow keys" : words;
        button.disabled = list.closed();
      }
      // Not `disabled`, which would lose the focus of who has just moved a row to the end.
      up.setAttribute("aria-disabled", index === 0);
      down.setAttribute("aria-disabled", index === list.size() - 1);
    },
  };
}
