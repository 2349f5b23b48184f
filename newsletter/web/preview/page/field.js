// A field of the form: its label, its error, and the choice between it and a changed file.

import { element } from "./elements.js";

export const PLAIN = { autocomplete: "off", spellcheck: "false" };
export const SILENT = "The preview does not answer";

let count = 0;

// `long` makes it grow with its text; `typed(value, event)` is called at every key.
export function field({ name, label, note = "", long = false, attributes = {}, typed, left }) {
  const id = name ? `compose-${name}` : `compose-field-${count++}`;
  const shared = { id, readonly: true, autocomplete: "off", "aria-describedby": `${id}-note ${id}-error`, ...attributes };
  const input = long
    ? element("textarea", { rows: "3", ...shared })
    : element("input", { type: "text", ...shared });
  const error = element("p", { id: `${id}-error`, class: "compose-error", hidden: true });
  const choice = element("div", {});
  const root = element("div", { class: "field compose-field" },
    element("label", { for: id }, label), element("span", { class: "compose-note", id: `${id}-note` }, note),
    input, error, choice);
  input.addEventListener("input", (event) => typed(clean(input.value, long), event));
  input.addEventListener("blur", () => left?.());
  return {
    root, input, choice,
    show(value, problem, isLocked) {
      if (input.value !== value) input.value = value;
      input.readOnly = isLocked;
      input.setAttribute("aria-invalid", Boolean(problem));
      showError(error, problem);
    },
  };
}

export const text = (kind, ...words) => element("p", { class: kind }, ...words);

export function button(words, run, attributes = {}) {
  const made = element("button", { class: "button", type: "button", ...attributes }, ...[words].flat());
  if (run) made.addEventListener("click", run);
  return made;
}

export function showError(box, problem) {
  box.hidden = !problem;
  // A hint that is a row of the file does not help in a form.
  const hint = /^\w+: /.test(problem?.hint) ? null : problem?.hint;
  box.replaceChildren(...(problem ? said({ ...problem, hint }) : []));
}

const said = ({ message, hint }) => [message, hint ? element("span", { class: "quiet" }, ` ${hint}`) : ""];

export function placed(problem, desk) {
  const place = problem.file ? [" ", button(problem.place, () => desk.openPlace(problem), { class: "place-link" })] : [];
  return text(`compose-error ${problem.level}`, ...said(problem), ...place);
}

// Both sides of a field that was changed here and in the file; `chosen(mine)` ends it.
export function showChoice(box, conflict, chosen) {
  if (!conflict) {
    if (box.firstChild) box.replaceChildren();
    return;
  }
  const key = JSON.stringify(conflict);
  if (box.dataset.shown === key && box.firstChild) return;
  box.dataset.shown = key;
  const side = (title, value, words, mine) =>
    element("div", {}, element("h4", {}, title), text("compose-said", value || "nothing"), button(words, () => chosen(mine)));
  box.replaceChildren(element("div", { class: "compose-choice", role: "group", "aria-label": `${conflict.label}: changed here and in the file` },
    element("p", {}, "The file was changed meanwhile. Which is right?"),
    element("div", { class: "compose-sides" },
      side("In the file", conflict.theirs, "Take the file's", false),
      side("Here", conflict.mine, "Keep mine", true))));
}

// Pasted text may have characters that an email cannot hold.
function clean(value, long) {
  const lines = value.replace(/[\u2028\u2029]/g, "\n").replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\ufeff]/g, "");
  return long ? lines : lines.replace(/\n/g, " ");
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", ICONS[name]);
  svg.append(line);
  return svg;
}

const ICONS = {
  up: "M4 9.5 8 5.5l4 4",
  down: "M4 6.5l4 4 4-4",
  remove: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  add: "M8 3.5v9M3.5 8h9",
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  check: "M3.5 8.5l3 3 6-7",
  undo: "M5.5 3 3 5.5 5.5 8M3 5.5h6.5a3.5 3.5 0 0 1 0 7H6",
};

export const iconButton = (name, label, run, attributes = {}) =>
  button(icon(name), run, { class: "icon-button", "aria-label": label, title: label, ...attributes });
