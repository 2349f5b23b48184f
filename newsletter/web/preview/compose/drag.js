// Dragging rows of a list with a pointer: a ghost follows, a line shows where it would land. Keys
// do the same elsewhere; nothing here is the only way.

import { element } from "../page/elements.js";

const SLACK = 5; // px before a press becomes a drag
const EDGE = 48; // px at which what scrolls begins to scroll

// `from` is the row, `list` where it may land; `dropped(index)` counts among the list's rows.
export function draggable(from, { list, label, dropped, canStart = () => true }) {
  from.addEventListener("pointerdown", (press) => {
    const onButton = press.target.closest("button, input, select, textarea, a");
    if (press.button !== 0 || !canStart() || (onButton && !onButton.hasAttribute("data-drags"))) return;
    if (press.pointerType === "touch" && !press.target.closest(".compose-grip")) return; // which scrolls
    follow(press, { from, list, label, dropped });
  });
}

function follow(press, { from, list, label, dropped }) {
  let drag = null;

  function move(event) {
    if (!drag && Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < SLACK) return;
    drag ??= new Drag(from, list, label());
    event.preventDefault();
    drag.to(event.clientX, event.clientY);
  }

  function end(event) {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    removeEventListener("keydown", key, true);
    if (!drag) return;
    drag.end();
    const kept = event.type === "pointerup";
    // The click that follows a drag is none.
    addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", stop, { capture: true }));
    if (kept && drag.index !== null) dropped(drag.index);
  }

  function key(event) {
    if (event.key !== "Escape" || !drag) return;
    event.preventDefault();
    event.stopPropagation();
    end(event);
  }

  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
  addEventListener("keydown", key, true);
}

function stop(event) {
  event.stopPropagation();
  event.preventDefault();
}

class Drag {
  index = null; // where it would land, or null outside of the list

  constructor(from, list, label) {
    this.from = from;
    this.list = list;
    this.scroller = list.closest(".side-panels");
    this.ghost = element("div", { class: "compose-ghost", "aria-hidden": "true" }, label);
    this.ghost.style.width = `${from.offsetWidth}px`;
    this.line = element("li", { class: "compose-line", "aria-hidden": "true" });
    document.body.append(this.ghost);
    document.body.toggleAttribute("data-moving", true);
    from.classList.add("compose-lifted");
  }

  to(x, y) {
    this.ghost.style.transform = `translate(${x + 8}px, ${y - 16}px)`;
    this.#scroll(y);
    const box = this.list.getBoundingClientRect();
    const isOver = x > box.left - 40 && x < box.right + 40 && y > box.top - 32 && y < box.bottom + 32;
    this.line.remove();
    this.index = null;
    if (!isOver) return;
    const rows = [...this.list.children];
    const at = rows.findIndex((row) => {
      const { top, height } = row.getBoundingClientRect();
      return y < top + height / 2;
    });
    this.index = at < 0 ? rows.length : at;
    this.list.insertBefore(this.line, rows[this.index] ?? null);
  }

  end() {
    this.line.remove();
    this.ghost.remove();
    document.body.toggleAttribute("data-moving", false);
    this.from.classList.remove("compose-lifted");
  }

  #scroll(y) {
    if (!this.scroller) return;
    const { top, bottom } = this.scroller.getBoundingClientRect();
    if (y < top + EDGE) this.scroller.scrollTop -= 8;
    if (y > bottom - EDGE) this.scroller.scrollTop += 8;
  }
}

// Return the list with the item at `from` standing at `to`.
export function moved(items, from, to) {
  const rest = items.filter((_, index) => index !== from);
  rest.splice(to, 0, items[from]);
  return rest;
}
