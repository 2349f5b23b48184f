// How wide the email is: four usual widths, or any, by the handle at its edge or the arrow keys.

import { byId, memory } from "./elements.js";
import { shortcut } from "./keys.js";

const LEAST = 280;
const MOST = 1200;

export class Width {
  #pixels = 640;

  constructor() {
    for (const input of byId("widths").querySelectorAll("input")) {
      input.addEventListener("change", () => this.set(Number(input.value)));
    }
    this.#drag(byId("handle"));
    shortcut({ group: "The email", key: "w", does: "Next width", run: () => this.#next(1) });
    shortcut({ group: "The email", key: "[", does: "10 pixels narrower", run: () => this.set(this.#pixels - 10) });
    shortcut({ group: "The email", key: "]", does: "10 pixels wider", run: () => this.set(this.#pixels + 10) });
    // On a phone the narrow email is the one that fits.
    this.set(matchMedia("(max-width: 700px)").matches ? 360 : memory.get("width", 640));
  }

  set(pixels) {
    this.#pixels = Math.round(Math.min(Math.max(pixels, LEAST), MOST));
    byId("device").style.setProperty("--width", `${this.#pixels}px`);
    byId("handle").setAttribute("aria-valuenow", this.#pixels);
    byId("size").textContent = `${this.#pixels}`;
    for (const input of byId("widths").querySelectorAll("input")) input.checked = Number(input.value) === this.#pixels;
    memory.set("width", this.#pixels);
  }

  #next(step) {
    const widths = [...byId("widths").querySelectorAll("input")].map((input) => Number(input.value));
    const at = widths.indexOf(this.#pixels);
    this.set(widths[(at + step + widths.length) % widths.length]);
  }

  #drag(handle) {
    let from = null;
    handle.addEventListener("pointerdown", (event) => {
      from = { x: event.clientX, width: this.#pixels };
      handle.setPointerCapture(event.pointerId);
      document.body.toggleAttribute("data-dragging", true);
    });
    handle.addEventListener("pointermove", (event) => {
      // The email stands in the middle: it grows on both sides.
      if (from) this.set(from.width + 2 * (event.clientX - from.x));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      handle.addEventListener(end, () => {
        from = null;
        document.body.removeAttribute("data-dragging");
      });
    }
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, PageUp: 50, PageDown: -50, Home: LEAST - MOST, End: MOST - LEAST }[event.key];
      if (!step) return;
      event.preventDefault();
      this.set(this.#pixels + step * (event.shiftKey ? 10 : 1));
    });
  }
}
