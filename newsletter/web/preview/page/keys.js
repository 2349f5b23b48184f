// Every key of the page, in one place, for the list behind `?`.

const known = [];
let on = localStorage.getItem("keys") !== "off";

// { key, does, group, run, when, typing }: without `run` it is only listed.
export function shortcut(given) {
  known.push({ group: "Desk", when: () => true, typing: false, ...given });
}

export const shortcuts = () => known;
export const areOn = () => on;

export function turn(wanted) {
  on = wanted;
  localStorage.setItem("keys", on ? "on" : "off");
}

export function listenTo(target) {
  target.addEventListener("keydown", hear);
}

function hear(event) {
  if (event.defaultPrevented || event.isComposing || event.metaKey) return;
  const name = spelled(event);
  const writes = isWriting(event.target);
  const found = known.find((one) => one.run && one.key === name && (one.typing || !writes) && (on || name.length > 1) && one.when());
  if (!found) return;
  event.preventDefault();
  found.run(event);
}

function spelled({ key, altKey, ctrlKey, shiftKey }) {
  const shift = shiftKey && key.length > 1 ? "Shift+" : "";
  return `${ctrlKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${shift}${key}`;
}

function isWriting(target) {
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target.tagName === "INPUT" && !["radio", "checkbox", "range", "button"].includes(target.type);
}
