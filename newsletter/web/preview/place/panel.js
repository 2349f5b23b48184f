// A line of a file, the text around it, and a button that opens it in an editor.

import { byId, element, fill } from "../page/elements.js";
import { get, post } from "../page/http.js";
import { shortcut } from "../page/keys.js";

export class Place {
  #desk;
  #place = null; // { file, line, ... } as the server tells it
  #before = null; // what had the focus

  constructor(desk) {
    this.#desk = desk;
    byId("place-close").addEventListener("click", () => this.close());
    byId("place-copy").addEventListener("click", () => desk.copy(this.#spelled(), "Path copied"));
    byId("place-edit").addEventListener("click", () => this.edit());
    byId("place-change").addEventListener("click", () => this.#change(byId("place-lines").querySelector(".here") ?? byId("place-lines").firstElementChild));
    byId("place-lines").addEventListener("dblclick", (event) => this.#change(event.target.closest("li")));
    shortcut({ key: "l", does: "Change the shown line", when: () => this.isOpen && this.#place.changeable, run: () => byId("place-change").click() });
    shortcut({ key: "o", does: "Open the shown place in your editor", when: () => this.#place?.editor, run: () => this.edit() });
  }

  get isOpen() {
    return !byId("place").hidden;
  }

  async open({ file, line }, { quiet = false } = {}) {
    try {
      const told = await get(`/api/place?${new URLSearchParams({ file, line: line ?? 1 })}`);
      if (quiet && this.#isChanging) return; // a field was opened while we asked
      this.#show(told, line);
      if (!quiet) byId(told.closed ? "place-copy" : "place-lines").focus({ preventScroll: true });
    } catch (error) {
      this.#desk.toast(error.message, "error");
    }
  }

  // Where a passage of the email is written.
  async find(text, headings) {
    try {
      const found = await post(`/api/issues/${encodeURIComponent(this.#desk.issue)}/where`, { text, headings });
      if (found.file) await this.open(found, { quiet: true });
    } catch (error) {
      this.#desk.toast(error.message, "error");
    }
  }

  // The file may have been saved meanwhile.
  saw(files) {
    if (this.isOpen && !this.#isChanging && (files === null || files.includes(this.#place.file))) this.open(this.#place, { quiet: true });
  }

  close() {
    byId("place").hidden = true;
    this.#place = null;
    if (this.#before?.isConnected) this.#before.focus();
    this.#before = null;
  }

  async edit() {
    if (!this.#place) return;
    if (this.#place.editor.startsWith("link:")) {
      location.assign(this.#place.editor.slice(5)); // the system hands it to the editor
      return;
    }
    try {
      await post("/api/edit", { file: this.#place.file, line: this.#place.line });
      this.#desk.toast(`Opened ${this.#spelled()}`, "ok");
    } catch (error) {
      this.#desk.toast(error.message, "error");
    }
  }

  get #isChanging() {
    return Boolean(byId("place-lines").querySelector("textarea"));
  }

  // One line becomes a field: Enter writes it, Escape leaves it.
  #change(item) {
    if (!item || !this.#place?.changeable || this.#isChanging) return;
    const line = this.#place.first + [...item.parentElement.children].indexOf(item);
    const before = this.#place.lines[line - this.#place.first];
    const field = element("textarea", { "aria-label": `Line ${line}`, rows: "1", spellcheck: "true" });
    field.value = before;
    const fit = () => {
      field.style.height = "0";
      field.style.height = `${field.scrollHeight}px`;
    };
    const end = () => this.open({ file: this.#place.file, line });
    field.addEventListener("input", fit);
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      if (event.key === "Escape") end();
      else this.#write(line, before, field.value, end);
    });
    for (const other of item.parentElement.querySelectorAll(".here")) other.classList.remove("here");
    item.classList.add("here");
    item.replaceChildren(field);
    fit();
    field.focus();
    this.#desk.toast("Enter writes the line, Escape leaves it");
  }

  async #write(line, before, after, end) {
    try {
      if (after !== before) await post("/api/line", { file: this.#place.file, line, before, after });
      end();
    } catch (error) {
      this.#desk.toast(error.message, "error");
    }
  }

  #spelled() {
    return this.#place.line ? `${this.#place.file}:${this.#place.line}` : this.#place.file;
  }

  #show(told, line) {
    if (!this.isOpen) this.#before = document.activeElement;
    this.#place = { ...told, line: line ?? null };
    byId("place-name").textContent = this.#spelled();
    byId("place-edit").hidden = !told.editor;
    byId("place-hint").hidden = Boolean(told.editor || told.closed);
    byId("place-closed").textContent = told.closed;
    byId("place-closed").hidden = !told.closed;
    byId("place-change").hidden = !told.changeable;
    const lines = byId("place-lines");
    lines.hidden = Boolean(told.closed);
    lines.style.setProperty("--first", told.first - 1);
    fill(lines, told.lines, (text, index) =>
      element("li", told.first + index === line ? { class: "here", "aria-current": "location" } : {}, text || "\u200b"));
    byId("place").hidden = false;
    const here = lines.querySelector(".here");
    lines.scrollTop = here ? here.offsetTop - lines.clientHeight / 2 : 0;
  }
}
